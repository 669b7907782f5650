"""A loss as a traced program: where it reads tables, and the same program with taps at those places.

A *tap* is a zero that is added to what a look-up reads. Its gradient is the cotangent of the look-up: with
the rows that were read, all there is to know about the gradient of the table, and nothing as large as it.
The loss is ordinary code; look-ups are found by name (see `embedlab.lookup.reads`), inside of `jit` and
`jax.checkpoint` as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from embedlab.lookup.reads import READ
from embedlab.sparse.gradient import Entries

_CALLS = ("jit", "pjit")
_REMAT = ("remat2", "remat", "checkpoint")
_LOOPS = ("scan", "while", "cond")


@dataclasses.dataclass(frozen=True)
class Found:
    """A read of a table in a program.

    Attributes:
        table: its name.
        shape: of what was read, [n, width].
        dtype: of that.

    Example:
        >>> Found("table", (2, 4), "float32").shape
        (2, 4)

    Source: none.
    """

    table: str
    shape: tuple[int, ...]
    dtype: Any


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Read:
    """What one look-up read, when the program ran. A pytree.

    Attributes:
        table: the table's name.
        entries: which rows [k, n].

    Example:
        >>> Read("table", Entries(None)).table
        'table'

    Source: none.
    """

    table: str = dataclasses.field(metadata={"static": True})
    entries: Entries


#: Reads a table in its own way: given its name, the table [rows, width], the entries and n, what a look-up
#: reads, float [n, width]; or None, to let the program read.
Reader = Callable[[str, Any, Entries, int], Any]


def survey(jaxpr: Any, tables: Sequence[str | None]) -> tuple[list[Found], dict[str, str]]:
    """Looks through a program for what it does with tables.

    Args:
        jaxpr: the program; of its tables [rows, width] only the shapes are known.
        tables: for each of its inputs, the table's name, or None.

    Returns:
        The reads in order, and of every table that something else is done with, what that is.

    Raises:
        ValueError: a look-up under `vmap`.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.lookup.take import take
        >>> program = jax.make_jaxpr(lambda t: take(t, jnp.array([1, 2])).sum())(jnp.ones((5, 3)))
        >>> survey(program.jaxpr, ["table"])
        ([Found(table='table', shape=(2, 3), dtype=dtype('float32'))], {})

    Source: none.
    """
    found: list[Found] = []
    other: dict[str, str] = {}
    names = {var: name for var, name in zip(jaxpr.invars, tables, strict=True) if name}
    for eqn in jaxpr.eqns:
        which = _which(eqn, names)
        if not any(which):
            continue
        if _is_read(eqn) and which[0] and not any(which[1:]):
            found.append(_found(eqn, which[0]))
        elif _inner(eqn) is not None:
            inner_found, inner_other = survey(_inner(eqn), which)
            found += inner_found
            other |= inner_other
            names |= _handed_on(eqn, which)
        else:
            other |= {name: _told(eqn) for name in which if name}
    return found, other


def run(
    jaxpr: Any,
    consts: Sequence[Any],
    values: Sequence[Any],
    tables: Sequence[str | None],
    taps: Iterator[Any] | None = None,
    reader: Reader | None = None,
) -> tuple[list[Any], list[Read]]:
    """Runs a program with a tap at every read.

    Args:
        jaxpr: the program.
        consts: its constants.
        values: its inputs, tables [rows, width] among them.
        tables: for each of its inputs, the table's name, or None.
        taps: one for each read, [n, width], in order; None for no taps.
        reader: reads in place of the program; None to let it read by itself.

    Returns:
        Its outputs, and what it read, in order.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.lookup.take import take
        >>> program = jax.make_jaxpr(lambda t: take(t, jnp.array([1, 2])).sum())(jnp.ones((5, 3)))
        >>> outputs, reads = run(program.jaxpr, program.consts, [jnp.ones((5, 3))], ["table"])
        >>> outputs, reads[0].entries.rows
        ([Array(6., dtype=float32)], Array([[1, 2]], dtype=int32))

    Source: "Writing custom Jaxpr interpreters in JAX", the JAX documentation.
    """
    env = dict(zip(jaxpr.constvars, consts, strict=True)) | dict(zip(jaxpr.invars, values, strict=True))
    names = {var: name for var, name in zip(jaxpr.invars, tables, strict=True) if name}
    reads: list[Read] = []
    for eqn in jaxpr.eqns:
        inputs = [atom.val if _is_literal(atom) else env[atom] for atom in eqn.invars]
        which = _which(eqn, names)
        if _is_read(eqn) and which[0]:
            outputs = _bind(eqn, inputs) if reader is None else _read_by(reader, which[0], eqn, inputs)
            reads.append(Read(which[0], Entries(*outputs[1:])))
            if taps is not None:
                outputs[0] = outputs[0] + next(taps)
        elif any(which) and _inner(eqn) is not None:
            outputs, inner_reads = _run_inner(eqn, inputs, which, taps, reader)
            reads += inner_reads
            names |= _handed_on(eqn, which)
            passed = _passed(_inner(eqn))
            # A table that comes out of it again is the same table: not to be kept twice.
            pairs = zip(outputs, passed, strict=True)
            outputs = [out if place is None else inputs[place] for out, place in pairs]
        else:
            outputs = _bind(eqn, inputs)
        env |= zip(eqn.outvars, outputs, strict=True)
    return [atom.val if _is_literal(atom) else env[atom] for atom in jaxpr.outvars], reads


def _run_inner(eqn: Any, inputs: Any, which: Any, taps: Any, reader: Any) -> tuple[list[Any], list[Read]]:
    """A program within the program: laid open, or remembered as one to compute again (`jax.checkpoint`)."""
    inner = _inner(eqn)
    if eqn.primitive.name not in _REMAT:
        return run(inner, eqn.params["jaxpr"].consts, inputs, which, taps, reader)
    count = len(survey(inner, which)[0])
    own = None if taps is None else [next(taps) for _ in range(count)]

    def program(inputs: Any, own: Any) -> Any:
        return run(inner, (), inputs, which, None if own is None else iter(own), reader)

    policy, prevent_cse = eqn.params["policy"], eqn.params["prevent_cse"]
    return jax.checkpoint(program, policy=policy, prevent_cse=prevent_cse)(inputs, own)


def _read_by(reader: Reader, name: str, eqn: Any, inputs: list[Any]) -> list[Any]:
    """What a reader reads, and the entries, which the program says without reading."""
    # The reading in it is used by nobody, and so removed by XLA. Zeros do for it, also where the table that
    # the reader is given has more rows than the loss was traced with, as it may on a mesh.
    outputs = _bind(eqn, [jnp.zeros(eqn.invars[0].aval.shape, inputs[0].dtype), *inputs[1:]])
    out = eqn.outvars[0].aval
    read = reader(name, inputs[0], Entries(*outputs[1:]), out.shape[0])
    return _bind(eqn, inputs) if read is None else [read.astype(out.dtype), *outputs[1:]]


def _bind(eqn: Any, inputs: list[Any]) -> list[Any]:
    outputs = eqn.primitive.bind(*inputs, **eqn.primitive.get_bind_params(eqn.params))
    return list(outputs) if eqn.primitive.multiple_results else [outputs]


def _inner(eqn: Any) -> Any:
    """The program that an equation calls, if it is one that can be laid open."""
    if eqn.primitive.name in _REMAT:
        return eqn.params["jaxpr"]
    return eqn.params["jaxpr"].jaxpr if eqn.primitive.name in _CALLS else None


def _passed(jaxpr: Any) -> list[int | None]:
    """For each output of a program the place of the input that it is; None where it is computed."""
    places = {var: place for place, var in enumerate(jaxpr.invars)}
    for eqn in jaxpr.eqns:
        if _inner(eqn) is not None:
            for out, place in zip(eqn.outvars, _passed(_inner(eqn)), strict=True):
                if place is not None and not _is_literal(eqn.invars[place]) and eqn.invars[place] in places:
                    places[out] = places[eqn.invars[place]]
    return [None if _is_literal(atom) else places.get(atom) for atom in jaxpr.outvars]


def _handed_on(eqn: Any, which: Sequence[str | None]) -> dict[Any, str]:
    """Tables among what a program within the program returns, as Flax's remat does with all its variables."""
    passed = zip(eqn.outvars, _passed(_inner(eqn)), strict=True)
    return {out: name for out, place in passed if place is not None and (name := which[place])}


def _is_read(eqn: Any) -> bool:
    return eqn.primitive.name in _CALLS and eqn.params.get("name") == READ


def _is_literal(atom: Any) -> bool:
    return hasattr(atom, "val")


def _which(eqn: Any, names: dict[Any, str]) -> list[str | None]:
    return [None if _is_literal(atom) else names.get(atom) for atom in eqn.invars]


def _found(eqn: Any, table: str) -> Found:
    out, rows = eqn.outvars[0].aval, eqn.outvars[1].aval
    if len(out.shape) != 2 or len(rows.shape) != 2:
        raise ValueError(
            f"loss: it looks table {table!r} up under vmap. embed and bag take ids of any leading shape: "
            "call them once, outside of vmap, and map over the vectors."
        )
    return Found(table, tuple(out.shape), out.dtype)


def _told(eqn: Any) -> str:
    name = eqn.primitive.name
    return f"inside of {name}" if name in _LOOPS else f"by {name}"
