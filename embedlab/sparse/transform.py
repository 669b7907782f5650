"""`value_and_grad`: that of JAX, with a `RowGradient` for every table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from embedlab.checks import require
from embedlab.lookup.ids import require_uncut
from embedlab.sparse.gradient import RowGradient
from embedlab.sparse.params import Structure, split
from embedlab.sparse.permit import permitted
from embedlab.sparse.program import Read, Reader, run, survey
from embedlab.sparse.reading import usual_reader


def value_and_grad(
    loss: Callable[..., Any],
    *,
    has_aux: bool = False,
    dense: Collection[str] | None = None,
    reader: Reader | None = None,
) -> Callable[..., tuple[Any, Any]]:
    """`jax.value_and_grad`, where the gradient of a table is as small as what was read of it.

    The loss is ordinary code that calls `embedlab.embed` and `embedlab.bag`, once or often, in `jit` or
    `jax.checkpoint` if need be, with weights that are themselves learned or not. Tables are the leaves
    under a "tables", as `embedlab.Variables` has them; what lies under "buffers", and what holds no floats,
    gets no gradient. `∂L/∂T[r] = Σ_e w_e ∂L/∂out[owner_e]` over the entries e that read row r.

    Args:
        loss: of the parameters and whatever else; returns a number [], or that and something else.
        has_aux: whether it returns something else as well.
        dense: names of tables that get an ordinary gradient; None for those that the loss does not only
            look up in (a softmax over all rows, say).
        reader: reads tables in a way of its own (`embedlab.sparse.sharding`); None for the usual one.

    Returns:
        A function of the same arguments, which gives what `jax.value_and_grad` gives: gradients shaped as
        the parameters, with a `RowGradient` for a table and None for what gets none. It compiles the loss, so
        its arguments are pytrees of arrays and numbers; a switch, as a string, is the loss's own to hold.

    Raises:
        ValueError: from the function it returns, a table that is not in `dense` is used otherwise than by a
            look-up; a look-up stands inside of `vmap`; an argument is no array.

    Example:
        >>> import embedlab
        >>> spec = embedlab.Dense(1_000_000, 4)
        >>> def loss(words, ids):
        ...     return embedlab.bag(spec, words, ids, mode="sum").sum()
        >>> words = spec.init(jax.random.key(0))
        >>> value, gradient = value_and_grad(loss)(words, jnp.array([[3, 9], [3, 3]]))
        >>> ((entries, cotangents),) = gradient.tables["table"].parts
        >>> entries.rows.shape, cotangents.shape   # [k, n], [n, dim]; few bags are cut
        ((1, 4), (4, 4))

    Source: the taps are those of "ghost" gradients; the reason is that JAX's own cotangents are dense.
    """

    @jax.jit  # operation by operation, it would pay for what XLA removes: arrays as large as a table
    def compiled(params: Any, *arguments: Any) -> tuple[Any, Any]:
        traced = trace(loss, params, *arguments, has_aux=has_aux, dense=dense)
        value, aux, gradients, _ = traced.value_and_grad(reader)
        grads = traced.structure.join(gradients)
        return ((value, aux) if has_aux else value), grads

    def of(params: Any, *arguments: Any) -> tuple[Any, Any]:
        require_arrays(arguments)
        require_uncut(arguments)
        return compiled(params, *arguments)

    return of


def require_arrays(arguments: Any) -> None:
    """Requires arguments that a program can be compiled for: text is none.

    Args:
        arguments: a tuple of pytrees of arrays [...].

    Raises:
        ValueError: there is text among them.

    Example:
        >>> require_arrays((jnp.ones(2), "sum"))
        Traceback (most recent call last):
        ValueError: arguments[1]='sum': the loss is compiled for arrays; make numbers of text, or let the ...

    Source: none.
    """
    for path, leaf in jax.tree_util.tree_flatten_with_path(arguments)[0]:
        text = isinstance(leaf, str | bytes) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind in "USO")
        remedy = "the loss is compiled for arrays; make numbers of text, or let the loss hold it"
        require(not text, f"arguments{jax.tree_util.keystr(path)}", leaf, remedy)


@dataclasses.dataclass(frozen=True, eq=False)
class Traced:
    """A loss, traced on its arguments.

    Attributes:
        structure: of the parameters.
        parts: the parameters by role and name.
        dense: tables whose gradient is an ordinary one.
        program: the traced loss, a closed jaxpr.
        arguments: all its inputs but the parameters' leaves.
        output: structure of (value, aux).

    Example:
        >>> traced = trace(lambda params, x: (params["w"] * x).sum(), {"w": jnp.ones(2)}, jnp.ones(2))
        >>> float(traced.value_and_grad()[0])
        2.0

    Source: none.
    """

    structure: Structure
    parts: dict[str, dict[str, Any]]
    dense: frozenset[str]
    program: Any
    arguments: list[Any]
    output: Any

    def reads(self, reader: Reader | None = None) -> list[Read]:
        """What the loss would read of its tables [rows, width]; all else that it computes is removed by XLA.

        Args:
            reader: reads tables in a way of its own.

        Example:
            >>> trace(lambda params: params["w"].sum(), {"w": jnp.ones(2)}).reads()
            []
        """
        return self._run(self.parts, None, reader)[1]

    def value_and_grad(self, reader: Reader | None = None) -> tuple[Any, Any, dict[str, Any], list[Read]]:
        """Value, aux, gradients by role and name (`RowGradient`s for tables), and what was read.

        Args:
            reader: reads tables [rows, width] in a way of its own.

        Example:
            >>> traced = trace(lambda params: (params["w"] ** 2).sum(), {"w": jnp.ones(2)})
            >>> traced.value_and_grad()[2]["trained"]["w"]
            Array([2., 2.], dtype=float32)
        """
        found, _ = survey(self.program.jaxpr, self._names())
        taps = [jnp.zeros(one.shape, one.dtype) for one in found]
        plain = {name: self.parts["table"][name] for name in self.dense}

        def objective(trained: Any, plain: Any, taps: Any) -> Any:
            parts = {**self.parts, "trained": trained, "table": {**self.parts["table"], **plain}}
            outputs, reads = self._run(parts, iter(taps), reader or usual_reader())
            value, aux = self.output.unflatten(outputs)
            return value, (aux, reads)

        grad = jax.value_and_grad(objective, (0, 1, 2), has_aux=True)
        (value, (aux, reads)), (trained, plain, cotangents) = grad(self.parts["trained"], plain, taps)
        sparse = {name: RowGradient(()) for name in self.parts["table"] if name not in self.dense}
        for read, cotangent in zip(reads, cotangents, strict=True):
            sparse[read.table] = RowGradient((*sparse[read.table].parts, (read.entries, cotangent)))
        return value, aux, {"trained": trained, "table": {**sparse, **plain}}, reads

    def outputs(self, reader: Reader | None = None) -> Any:
        """What the program returns, (value, aux) of a loss.

        Args:
            reader: reads tables [rows, width] in a way of its own.

        Example:
            >>> trace_any(lambda params: {"doubled": 2 * params["w"]}, {"w": jnp.ones(2)}).outputs()
            {'doubled': Array([2., 2.], dtype=float32)}
        """
        return self.output.unflatten(self._run(self.parts, None, reader)[0])

    def _run(self, parts: Any, taps: Any, reader: Any) -> tuple[list[Any], list[Read]]:
        leaves = [parts[role][name] for role, name in self.structure.leaves]
        inputs = [*leaves, *self.arguments]
        return run(self.program.jaxpr, self.program.consts, inputs, self._names(), taps, reader)

    def _names(self) -> list[str | None]:
        sparse = [
            name if role == "table" and name not in self.dense else None
            for role, name in self.structure.leaves
        ]
        return [*sparse, *(None for _ in self.arguments)]


def trace(
    loss: Callable[..., Any],
    params: Any,
    *arguments: Any,
    has_aux: bool = False,
    dense: Collection[str] | None = None,
) -> Traced:
    """Traces a loss, and finds out which tables it only looks up in.

    Args:
        loss: as for `value_and_grad`.
        params: its first argument, a pytree with tables [rows, width].
        arguments: the others, pytrees of arrays.
        has_aux: whether it returns (value, aux).
        dense: names of tables for an ordinary gradient; None to choose by use.

    Returns:
        The traced loss.

    Raises:
        ValueError: a name in `dense` is no table's, or a table that is not in it is used otherwise than by
            a look-up.

    Example:
        >>> trace(lambda params: params["w"].sum(), {"w": jnp.ones(2)}).structure.leaves
        (('trained', 'w'),)

    Source: none.
    """

    def pair(*given: Any) -> Any:
        found = loss(*given)
        require_loss(found, has_aux)
        return found if has_aux else (found, None)

    with permitted(split(params)[1]["table"].values()):
        return trace_any(pair, params, *arguments, dense=dense)


def trace_any(
    function: Callable[..., Any], params: Any, *arguments: Any, dense: Collection[str] | None = None
) -> Traced:
    """`trace` of a function that is no loss: it may return any pytree of arrays.

    Args:
        function: of the parameters and the arguments.
        params: its first argument, a pytree with tables [rows, width].
        arguments: the others, pytrees of arrays.
        dense: as for `trace`.

    Returns:
        The traced function, to run with `outputs`.

    Raises:
        ValueError: as `trace` does.

    Example:
        >>> trace_any(lambda params: params["w"], {"w": jnp.ones(2)}).structure.leaves
        (('trained', 'w'),)

    Source: none.
    """
    structure, parts = split(params)
    leaves = [parts[role][name] for role, name in structure.leaves]
    flat, treedef = jax.tree.flatten(arguments)
    rebuild: Any = (structure.tree, treedef)

    def program(leaves: Any, flat: Any) -> Any:
        return function(rebuild[0].unflatten(leaves), *rebuild[1].unflatten(flat))

    closed, shape = jax.make_jaxpr(program, return_shape=True)(leaves, flat)
    chosen = _chosen(closed.jaxpr, structure, parts["table"].keys(), len(flat), dense)
    return Traced(structure, parts, chosen, closed, flat, jax.tree.structure(shape))


def require_loss(found: Any, has_aux: bool) -> None:
    """Requires of what a loss returned that it is a float [], or with `has_aux` a pair of that and all else.

    Args:
        found: what it returned.
        has_aux: whether it is to be a pair.

    Raises:
        ValueError: it is something else.

    Example:
        >>> require_loss(jnp.float32(1), has_aux=True)
        Traceback (most recent call last):
        ValueError: has_aux=True: the loss returned float32 []; return (loss, aux)

    Source: none.
    """
    if has_aux:
        pair = isinstance(found, tuple) and len(found) == 2
        require(pair, "has_aux", True, f"the loss returned {kind_of(found)}; return (loss, aux)")
        found = found[0]
    shape, dtype = getattr(found, "shape", None), getattr(found, "dtype", None)
    if shape != () or dtype is None or not jnp.issubdtype(dtype, jnp.floating):
        raise ValueError(
            f"loss: it returned {kind_of(found)}. Return one float, as by .mean() or .sum(); to return "
            "something beside it, return (loss, aux) and say has_aux=True."
        )


def kind_of(found: Any) -> str:
    """What something is, in words.

    Args:
        found: an array [...], or anything else.

    Returns:
        Its type and shape, or the name of its class.

    Example:
        >>> kind_of(jnp.ones(2)), kind_of([])
        ('float32 [2]', 'a list')

    Source: none.
    """
    shape, dtype = getattr(found, "shape", None), getattr(found, "dtype", None)
    return f"a {type(found).__name__}" if shape is None else f"{dtype} {list(shape)}"


def _chosen(
    jaxpr: Any, structure: Structure, tables: Collection[str], rest: int, dense: Collection[str] | None
) -> frozenset[str]:
    """The tables with an ordinary gradient: those that are named, or else those that need one."""
    require(not isinstance(dense, str), "dense", dense, "give names in a tuple, as ('words.table',)")
    unknown = sorted(set(dense or ()) - set(tables))
    require(not unknown, "dense", unknown, f"no such table; there is {', '.join(sorted(tables)) or 'none'}")
    given = set(dense or ())  # of these it does not matter how they are used
    names = [name if role == "table" and name not in given else None for role, name in structure.leaves]
    _, other = survey(jaxpr, [*names, *([None] * rest)])
    if dense is None:
        return frozenset(other)
    for name, use in sorted(other.items()):
        raise ValueError(
            f"loss: it uses table {name!r} otherwise than to look ids up ({use}). Call embed or bag outside "
            "of loops, with all ids at once; stop the gradient of vectors, not of the table; or let the "
            f"table have an ordinary gradient: dense=({name!r},) of value_and_grad, dense_tables=({name!r},) "
            "of a trainer, update='dense' of a Flax module."
        )
    return frozenset(dense)
