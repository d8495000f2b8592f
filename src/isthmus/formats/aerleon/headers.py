"""The conditions of a term on protocol, ICMP type and TCP flags, and those that our packets have nothing for."""

from collections.abc import Iterable, Iterator
from itertools import product

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.aerleon.codes import LEFT_OUT
from isthmus.formats.aerleon.conditions import Conditions, Extent
from isthmus.formats.aerleon.ends import not_together, refuse
from isthmus.formats.aerleon.shapes import Term, Word
from isthmus.formats.aerleon.vocabulary import CODES_OF, CRITERIA, ICMP_TYPES, OPAQUE, octet, protocol_number
from isthmus.packetset import FlagTest, IcmpType, TcpFlags, only, other_numbers

_SYN, _ACK, _RST = int(TcpFlags.SYN), int(TcpFlags.ACK), int(TcpFlags.RST)
_ESTABLISHED = (FlagTest(_ACK, _ACK), FlagTest(_RST, _RST))
_INITIAL = (FlagTest(_SYN | _ACK, _SYN),)
_NOT_SYN_ACK = (FlagTest(_SYN, 0), FlagTest(_ACK, 0))

_FLAGS = {"rst": (FlagTest(_RST, _RST),), "tcp-initial": _INITIAL, "not-syn-ack": _NOT_SYN_ACK}
"""Options that are tests of TCP flags whatever the term's protocol; Aerleon compares their beginnings."""

_NO_CONDITION = ("sample", "inactive")


def check_codes(term: Term, conditions: Conditions) -> None:
    """The ICMP codes at which Aerleon stops, also where it would leave the term out."""
    types, codes = term.texts("icmp-type"), term.words("icmp-code")
    if codes and len(types) != 1:
        message = f"term `{shown(term.name)}` has ICMP codes with {len(types) or 'no'} types"
        refuse(conditions, codes[0], message, "write a term for each type that has codes")
    for word in codes if len(types) == 1 else ():
        if octet(word.text) not in CODES_OF.get(types[0], frozenset()):
            message = f"ICMP type `{shown(types[0])}` with code `{shown(word.text)}`"
            refuse(conditions, word, message, "leave the code out, or name another type")


def check_options(term: Term, conditions: Conditions) -> None:
    """The options at which Aerleon stops, whatever else the term says."""
    for word in term.words("option"):
        if word.text.startswith("tcp-established") and term.texts("protocol") != ("tcp",):
            message = f"term `{shown(term.name)}` has option `tcp-established` without being for `tcp` alone"
            refuse(conditions, word, message, "write `protocol: tcp`")
        elif word.text == "is-fragment" and conditions.version == 6:
            refuse(conditions, word, "option `is-fragment` in a filter for IPv6", "add `restrict-address-family: inet`")


def take_headers(term: Term, conditions: Conditions) -> None:
    """Take everything but addresses and ports into ``conditions``."""
    _take_protocols(term, conditions)
    for key, versions in OPAQUE.items():
        for word in term.words(key)[:1]:
            if conditions.version in versions and key != "packet-length":
                conditions.hide(word.where, f"condition `{key}`")
    if not any(each.key.text in CRITERIA and each.words for each in term.entries):
        _leave_out(term, conditions)
        return
    for word in term.words("packet-length")[:1]:
        conditions.hide(word.where, "condition `packet-length`")
    _take_options(term, conditions)
    _take_icmp(term, conditions)


def _leave_out(term: Term, conditions: Conditions) -> None:
    """Conditions that Aerleon renders only beside others."""
    options = (each for each in term.words("option") if not each.text.startswith(_NO_CONDITION))
    for word in (*options, *term.words("packet-length", "icmp-type", "icmp-code")):
        message = f"Aerleon leaves `{shown(word.text)}` of term `{shown(term.name)}` out: it has no other condition"
        conditions.problems.append(Diagnostic(LEFT_OUT, message, word.where, "add `protocol` to the term"))


def _take_protocols(term: Term, conditions: Conditions) -> None:
    key = "protocol" if term.words("protocol") else "protocol-except"
    words = term.texts(key)
    numbers = [number for each in words if (number := protocol_number(each)) is not None]
    if not_together(term, "protocol", ("protocol-except",), conditions) or len(numbers) < len(words):
        conditions.protocols = Extent((), None)
    elif words:
        named = tuple(only(each) for each in dict.fromkeys(numbers))
        conditions.protocols = Extent.exactly(named if key == "protocol" else other_numbers(named, 255))


def _take_options(term: Term, conditions: Conditions) -> None:
    tests: dict[tuple[FlagTest, ...], None] = {}
    is_tcp = set(term.texts("protocol")) == {"tcp"}
    for word in term.words("option"):
        test = _flags(word, term, conditions)
        if test is not None:
            tests[test] = None
            if not is_tcp:
                conditions.hide(word.where, f"option `{shown(word.text)}` of a term for more protocols than `tcp`")
    if tests:
        both = tuple(_all_of(tests))
        conditions.flags = Extent(both, both if is_tcp else None)


def _flags(word: Word, term: Term, conditions: Conditions) -> tuple[FlagTest, ...] | None:
    """The test of TCP flags that an option is; None where it is none."""
    option, protocols = word.text, term.texts("protocol")
    if option.startswith(_NO_CONDITION):
        return None
    if option.startswith("established"):
        return _ESTABLISHED if protocols == ("tcp",) else None
    if option.startswith("tcp-established"):
        return _ESTABLISHED
    if option.startswith("initial") and "tcp" in protocols:
        return _INITIAL
    found = next((test for name, test in _FLAGS.items() if option.startswith(name)), None)
    if found is None:
        conditions.hide(word.where, f"option `{shown(option)}`")
    return found


def _all_of(tests: Iterable[tuple[FlagTest, ...]]) -> Iterator[FlagTest]:
    """The segments that pass one test of every group."""
    for chosen in product(*tests):
        mask = value = 0
        for each in chosen:
            if (value ^ each.value) & mask & each.mask:
                break
            mask, value = mask | each.mask, value | each.value
        else:
            yield FlagTest(mask, value)


def _take_icmp(term: Term, conditions: Conditions) -> None:
    types, codes = term.words("icmp-type"), term.words("icmp-code")
    if not types and not codes:
        return
    known = ICMP_TYPES[conditions.version]
    unknown = [each for each in types if each.text not in known]
    if term.texts("protocol") not in (("icmp",), ("icmpv6",)):
        message = f"term `{shown(term.name)}` has ICMP types without being for ICMP alone"
        refuse(conditions, (types or codes)[0], message, "write `protocol: icmp` or `icmpv6`")
    elif unknown:
        message = f"ICMP for IPv{conditions.version} has no type `{shown(unknown[0].text)}`"
        refuse(conditions, unknown[0], message, "write a term for each IP version")
    else:
        numbers = [number for each in codes if (number := octet(each.text)) is not None]
        kinds = [known[each.text] for each in types]
        found = [IcmpType(kind, code) for kind in kinds for code in numbers] or [IcmpType(kind) for kind in kinds]
        conditions.icmp = Extent.exactly(found) if len(numbers) == len(codes) else Extent((), None)
