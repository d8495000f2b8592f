"""Compiling the inner loops of readers to machine code, and the loads that they share.

A function marked :func:`native` is compiled by numba where numba is installed, and runs as plain Python, slowly and
with the same results, where it is not. Compiled code is kept beside the sources or in the user's cache folder, and in
memory alone where neither can be written (a read-only installation).

Compiled code does not check the bounds of arrays: each loop checks the input's lengths itself. ``make fuzz`` runs
the readers with numba's own checks turned on.
"""

import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import CodeType, FunctionType, ModuleType
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")

Octets: TypeAlias = NDArray[np.uint8]
Ints: TypeAlias = NDArray[np.int64]
Whole: TypeAlias = int
"""A whole number: Python's outside of compiled code, 64 bits inside."""

_CHOICES: dict[str, Any] = {"nogil": True, "_nrt": False}
"""The loops make no arrays, so that none of those that they are given needs counting its users."""


def native(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, compiled on its first call."""
    try:
        from numba import njit
    except ImportError:
        return function
    name = function.__qualname__
    function.__qualname__ = f"{name}_{_fingerprint(function.__globals__)}"
    try:
        compiled: Callable[P, R] = njit(cache=True, **_CHOICES)(function)
    except RuntimeError:  # numba found no folder that it may write to
        compiled = njit(**_CHOICES)(function)
    finally:
        function.__qualname__ = name
    return compiled


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """As :func:`native`, for the small parts of larger loops: the code goes into the caller's."""
    try:
        from numba import njit
    except ImportError:
        return function
    compiled: Callable[P, R] = njit(inline="never", forceinline=True, **_CHOICES)(function)
    return compiled


_PACKAGE = __name__.partition(".")[0]
_digests: dict[str, bytes] = {}


def _fingerprint(names: Mapping[str, object]) -> str:
    """What compiled code depends on beyond its own file: the functions and constants of the modules that it uses.

    numba compiles anew when the file of a function changes, but not when one changes whose functions it calls or whose
    constants it takes; so this is part of the name under which the compiled code is kept.
    """
    own = names["__name__"]
    used = {_module_of(value) for value in names.values()} - {own, ""}
    digests = sorted(_digest(each) for each in used)
    return sha256(b"".join(digests)).hexdigest()[:12]


def _module_of(value: object) -> str:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return name if isinstance(name, str) and name.startswith(_PACKAGE) else ""


def _digest(module: str) -> bytes:
    """Of a module's functions and constants, and of those of the modules that it uses."""
    if module in _digests:
        return _digests[module]
    _digests[module] = b""  # modules that use one another end here
    parts = []
    for name, value in sorted(vars(sys.modules[module]).items()):
        plain = getattr(value, "py_func", value)
        if _module_of(value) not in (module, ""):
            parts.append(_digest(_module_of(value)))
        elif isinstance(plain, FunctionType):
            plain_values = [each for each in plain.__code__.co_consts if not isinstance(each, CodeType)]
            parts.append(plain.__code__.co_code + repr(plain_values).encode())
        elif isinstance(value, int | tuple | bytes):
            parts.append(f"{name}={value!r}".encode())
    _digests[module] = sha256(b"\0".join(parts)).digest()
    return _digests[module]


def octets(data: bytes | bytearray | memoryview) -> Octets:
    """The bytes as an array, without a copy."""
    return np.frombuffer(data, np.uint8)


def signed32(value: int) -> int:
    """The bits of an unsigned 32-bit integer as a signed one.

    >>> signed32(0xFFFFFFFF), signed32(1)
    (-1, 1)
    """
    return value - (1 << 32) if value >= (1 << 31) else value


def signed64(value: int) -> int:
    """The bits of an unsigned 64-bit integer as a signed one.

    >>> signed64(1 << 63) == -(1 << 63)
    True
    """
    return value - (1 << 64) if value >= (1 << 63) else value


@inlined
def octet(data: Octets, at: Whole) -> int:
    """One octet. An unsigned index cannot count from the end, which lets the compiler make one load of several."""
    return np.int64(data[np.uint64(at)])  # type: ignore[return-value] # an int of 64 bits, once compiled


@inlined
def little16(data: Octets, at: Whole) -> int:
    """Two octets, the lowest first."""
    return octet(data, at) | octet(data, at + 1) << 8


@inlined
def little32(data: Octets, at: Whole) -> int:
    """Four octets, the lowest first."""
    return octet(data, at) | octet(data, at + 1) << 8 | octet(data, at + 2) << 16 | octet(data, at + 3) << 24


@inlined
def little64(data: Octets, at: Whole) -> int:
    """Eight octets, the lowest first, as a signed integer with the same bits."""
    return little32(data, at) | little32(data, at + 4) << 32


@inlined
def big16(data: Octets, at: Whole) -> int:
    """Two octets in network order."""
    return octet(data, at) << 8 | octet(data, at + 1)


@inlined
def big32(data: Octets, at: Whole) -> int:
    """Four octets in network order."""
    return octet(data, at) << 24 | octet(data, at + 1) << 16 | octet(data, at + 2) << 8 | octet(data, at + 3)


@inlined
def big64(data: Octets, at: Whole) -> int:
    """Eight octets in network order, as a signed integer with the same bits."""
    return big32(data, at) << 32 | big32(data, at + 4)
