"""Arrays, sparse matrices and lists in pickles, read without running anything of them.

A pickle is a program, and whoever unpickles a file runs what its author wanted. Here a few of its operations
are followed by hand; names of functions and classes are words to compare, never looked up or called. What any
other pickle would do is refused, with the byte at which it would.

Source: Python's `pickletools`, which parts a pickle into operations and runs none of them; states as in
`numpy.ndarray.__setstate__` and `numpy.dtype.__setstate__`.
"""

from __future__ import annotations

import dataclasses
import math
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.checks import require

_MOST_BYTES = 2**28
_ARRAY, _DTYPE, _LISTS, _CSR, _BYTES = "array", "dtype", "lists by key", "csr matrix", "bytes"
#: What a pickle may name, as `pickletools` writes it, and what is made of it here.
_NAMED = {
    "numpy.core.multiarray _reconstruct": _ARRAY,
    "numpy._core.multiarray _reconstruct": _ARRAY,
    "numpy ndarray": "ndarray",
    "numpy dtype": _DTYPE,
    "scipy.sparse.csr csr_matrix": _CSR,
    "scipy.sparse._csr csr_matrix": _CSR,
    "_codecs encode": _BYTES,
    "__builtin__ bytes": _BYTES,
    "builtins bytes": _BYTES,
    "collections defaultdict": _LISTS,
    "__builtin__ list": "list",
    "builtins list": "list",
}
_KINDS = ("b1", "i1", "u1", "i2", "i4", "i8", "f4", "f8")


@dataclasses.dataclass(frozen=True)
class Name:
    """A function or class that a pickle names: the word alone.

    Example:
        >>> Name("array").made
        'array'
    """

    made: str


@dataclasses.dataclass(eq=False)
class Made:
    """What a pickle makes by a name: its state is checked and kept, and nothing else.

    Attributes:
        made: an array, the type of one, or a sparse matrix.
        value: the array, its dtype, or the matrix; None until the state is there.

    Example:
        >>> Made("array").value is None
        True
    """

    made: str
    value: Any = None


def read_pickle(path: Path) -> Any:
    """What a pickle of Python 2 or 3 (protocol 2) holds: an array, a CSR matrix, or lists of numbers by key.

    Args:
        path: the file.

    Returns:
        An array of numbers, a `scipy.sparse.csr_matrix`, or a dict, list or number made of plain values.

    Raises:
        ValueError: the file is no pickle or is cut short, or would make or call anything else.

    Example:
        >>> import pickle, tempfile
        >>> path = Path(tempfile.mkdtemp()) / "lists.pickle"
        >>> _ = path.write_bytes(pickle.dumps({0: [1, 2], 1: [0]}, protocol=2))
        >>> read_pickle(path)
        {0: [1, 2], 1: [0]}
    """
    size = path.stat().st_size
    require(
        size <= _MOST_BYTES, "path", str(path), f"{size:,} bytes are more than such a file has; give another"
    )
    machine = _Machine()
    position = 0
    try:
        for operation, argument, place in pickletools.genops(path.read_bytes()):
            position = place or 0
            machine.take(operation.name, argument)
    except _Refused as error:
        raise ValueError(
            f"{path}, byte {position}: {error}; only arrays of numbers, CSR matrices and lists are read of a "
            "pickle, since anything else may run what its author wanted"
        ) from None
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ValueError(
            f"{path}, byte {position}: no pickle of protocol 2, or a damaged one ({error}); fetch it again"
        ) from None
    return machine.result(path)


class _Refused(Exception):
    """What a pickle would do that is not done."""


class _Mark:
    """Where the members of a tuple, or what is put into a list, begin."""


class _Machine:
    """The stack and the memory of a pickle."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memory: dict[int, Any] = {}
        self._ended = False

    def take(self, name: str, argument: Any) -> None:
        """One operation."""
        if name in _VALUES:
            self._stack.append(argument)
        elif name in _MADE:
            self._stack.append(_MADE[name]())
        elif name.endswith("PUT"):
            self._memory[int(argument)] = self._stack[-1]
        elif name.endswith("GET"):
            self._stack.append(self._memory[int(argument)])
        elif name in _STEPS:
            _STEPS[name](self, argument)
        elif name not in ("PROTO", "FRAME"):
            raise _Refused(f"it has the operation {name}")

    def result(self, path: Path) -> Any:
        """What the pickle left."""
        if not self._ended or len(self._stack) != 1:
            raise ValueError(f"{path}: the pickle is cut short or damaged; fetch it again")
        found = self._stack[0]
        if isinstance(found, Name | _Mark) or (isinstance(found, Made) and found.value is None):
            raise ValueError(f"{path}: the pickle holds no value; give a file that holds an array or lists")
        return found.value if isinstance(found, Made) else found

    def _stop(self, _: Any) -> None:
        self._ended = True

    def _name(self, argument: str) -> None:
        if argument not in _NAMED:
            raise _Refused(f"it names {argument.replace(' ', '.')!r}")
        self._stack.append(Name(_NAMED[argument]))

    def _marked(self) -> list[Any]:
        """What lies above the last mark, which is taken away with it; an IndexError where there is none."""
        place = len(self._stack) - 1
        while not isinstance(self._stack[place], _Mark):
            place -= 1
        above = self._stack[place + 1 :]
        del self._stack[place:]
        return above

    def _last(self, count: int) -> list[Any]:
        if len(self._stack) < count:
            raise IndexError("its stack is empty")
        above = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return above

    def _tuple(self, members: list[Any]) -> None:
        self._stack.append(tuple(members))

    def _into_list(self, members: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise _Refused("it changes what is no list")
        target.extend(members)

    def _into_dict(self, members: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not dict:
            raise _Refused("it changes what is no dict")
        if any(type(key) not in (int, str, bool, float, bytes) for key in members[::2]):
            raise _Refused("it has a key that is neither a number nor a string")
        target.update(zip(members[::2], members[1::2], strict=True))

    def _call(self, _: Any) -> None:
        """A call: of the few that are known, what they would make is made by hand."""
        called, arguments = self._last(2)
        made = called.made if isinstance(called, Name) else None
        if made == _ARRAY:
            self._stack.append(Made(_ARRAY))
        elif made == _DTYPE:
            self._stack.append(Made(_DTYPE, str(arguments[0])))
        elif made == _LISTS:
            self._stack.append({})
        elif made == _BYTES:
            self._stack.append(str(arguments[0]).encode("latin-1") if arguments else b"")
        elif made == _CSR and arguments == ():
            self._stack.append(Made(_CSR))
        else:
            raise _Refused("it calls what is not known")

    def _build(self, _: Any) -> None:
        """The state of what was made."""
        (state,) = self._last(1)
        target = self._stack[-1]
        if not isinstance(target, Made):
            raise _Refused("it sets the state of what has none")
        target.value = _BUILT[target.made](target.value, state)


def _dtype(code: str, state: tuple[Any, ...]) -> np.dtype[Any]:
    if code not in _KINDS or state[1] not in ("<", ">", "|", "="):
        raise _Refused(f"it has an array of type {code!r}")
    return np.dtype(code).newbyteorder(state[1])


def _array(_: Any, state: tuple[Any, ...]) -> np.ndarray:
    _, shape, kind, by_columns, content = state
    dtype = kind.value if isinstance(kind, Made) and kind.made == _DTYPE else None
    if not isinstance(dtype, np.dtype):
        raise _Refused("it has an array of no known type")
    raw = content.encode("latin-1") if isinstance(content, str) else bytes(content)
    if not all(type(size) is int and size >= 0 for size in shape) or math.prod(shape) * dtype.itemsize != len(
        raw
    ):
        raise _Refused(f"it has an array of shape {shape} in {len(raw)} bytes")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if by_columns else "C")


def _csr(_: Any, state: dict[str, Any]) -> Any:
    from scipy.sparse import csr_matrix

    data, indices, indptr = (
        part.value if isinstance(part, Made) and part.made == _ARRAY else None
        for part in (state.get(name) for name in ("data", "indices", "indptr"))
    )
    shape = state.get("_shape")
    if data is None or indices is None or indptr is None or not isinstance(shape, tuple):
        raise _Refused("it has a matrix without its arrays")
    made = csr_matrix((data, indices, indptr), shape=shape)
    made.check_format(full_check=True)
    return made


_BUILT: dict[str, Callable[[Any, Any], Any]] = {_ARRAY: _array, _DTYPE: _dtype, _CSR: _csr}
_VALUES = (
    *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "BINFLOAT", "FLOAT"),
    *("SHORT_BINSTRING", "BINSTRING", "STRING", "BINUNICODE", "UNICODE", "SHORT_BINBYTES", "BINBYTES"),
)
_MADE: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "MARK": _Mark,
}
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "STOP": _Machine._stop,
    "GLOBAL": _Machine._name,
    "REDUCE": _Machine._call,
    "NEWOBJ": _Machine._call,
    "BUILD": _Machine._build,
    "TUPLE": lambda machine, _: machine._tuple(machine._marked()),
    "TUPLE1": lambda machine, _: machine._tuple(machine._last(1)),
    "TUPLE2": lambda machine, _: machine._tuple(machine._last(2)),
    "TUPLE3": lambda machine, _: machine._tuple(machine._last(3)),
    "APPEND": lambda machine, _: machine._into_list(machine._last(1)),
    "APPENDS": lambda machine, _: machine._into_list(machine._marked()),
    "SETITEM": lambda machine, _: machine._into_dict(machine._last(2)),
    "SETITEMS": lambda machine, _: machine._into_dict(machine._marked()),
}
