"""Compiling the kernels: by numba, without reference counts, since they make no arrays of their own.

Counting references costs a kernel that is handed many arrays more than its work. Where numba is not installed these
functions are never called: ``kernel_numpy`` and ``count.with_numpy`` do the same.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Whole: TypeAlias = Any
"""A whole number: Python's outside of compiled code, 32 or 64 bits inside."""


def native(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, compiled on its first call, and kept for the next program that calls it."""
    return _compiled(function, cache=True, nogil=True, _nrt=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """As :func:`native`, for the parts of larger loops: the code goes into the caller's."""
    return _compiled(function, forceinline=True, nogil=True, _nrt=False)


def _compiled(function: Callable[P, R], **options: bool) -> Callable[P, R]:
    try:
        import numba
    except ImportError:
        return function
    njit: Any = numba.njit
    try:
        compiled: Callable[P, R] = njit(**options)(function)
    except RuntimeError:  # numba found no folder that it may write to
        compiled = njit(**{**options, "cache": False})(function)
    return compiled
