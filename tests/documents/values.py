"""Values that a document can hold."""

from typing import Any

from hypothesis import strategies as st

_texts = st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t"), max_size=20) | st.sampled_from(
    ["yes", "no", "null", "~", "1", "0o17", "0x1f", "1e3", "1_000", "1:30", "2026-01-01", "<<", "=", "- a", "a: b", "#",
     "{", "[", "*a", "&a", "!a", "|", ">", "%", "@", "'", '"', " ", "a ", " a", "---", "...", "\u2028", "\x85", "-1"]
)  # fmt: skip
_scalars = _texts | st.integers(-(10**12), 10**12) | st.booleans() | st.none()

values: st.SearchStrategy[Any] = st.dictionaries(
    _texts.filter(lambda key: key != "<<"),
    st.recursive(
        _scalars,
        lambda below: (
            st.lists(below, max_size=3) | st.dictionaries(_texts.filter(lambda key: key != "<<"), below, max_size=3)
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=3,
)
"""Mappings of any plain values; not floating point numbers, which no document of ours holds."""
