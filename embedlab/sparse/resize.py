"""`resize`: a vocabulary that changes, with what the optimizer keeps of its rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from embedlab.checks import require
from embedlab.lookup.take import read
from embedlab.sparse.fit import require_successor
from embedlab.sparse.optimizer import RowOptimizer, RowState


def resize(
    optimizer: RowOptimizer,
    table: Float[Array, "rows width"],
    state: RowState,
    sources: Any,
    fresh: Float[Array, "new width"],
    *,
    step: int = 0,
) -> tuple[Float[Array, "new width"], RowState]:
    """A new table, some of whose rows are rows of the old one, with all that is kept of them.

    Row i of the new table is row `sources[i]` of the old one, or, where that is −1, row i of `fresh` with the
    state of a row that was never touched. So a table grows (`[0, 1, …, n − 1, −1, −1]`), shrinks, or is
    brought into another order: that of a new vocabulary.

    Args:
        optimizer: of the new table; a mask of frozen rows is the new table's.
        table: float [rows, width].
        state: what is kept of it.
        sources: int [new], of each new row its old one, or −1.
        fresh: float [new, width], what new rows start from: `spec.init(key).tables["table"]` of the new spec.
        step: steps taken so far (`TrainState.step`): new rows have missed none of them.

    Returns:
        The table [new, width] and its state. Other arrays than those given.

    Raises:
        ValueError: rows have missed steps (finalize first); a source beyond the old table, an old row that
            is wanted twice, another width or dtype; an optimizer that keeps other things than the old one.

    Example:
        >>> from embedlab.sparse.optimizers import adagrad
        >>> optimizer = adagrad(0.1)
        >>> old = jnp.array([[1.0], [2.0]])
        >>> table, state = resize(optimizer, old, optimizer.init(old), [1, -1, 0], jnp.zeros((3, 1)))
        >>> table.ravel(), state.rows["sum"].shape
        (Array([2., 0., 1.], dtype=float32), (3, 1))

    Source: none; gensim's `build_vocab(update=True)` and torchtext's vocabularies do the table's half.
    """
    _require_fresh(fresh, table)
    rows = _checked(sources, table, fresh)
    require_successor(state, table, optimizer)
    _require_up_to_date(state, step)
    kept = optimizer.init(fresh)
    new = jnp.asarray(rows < 0)[:, None]

    def moved(old: Any, start: Any) -> Any:
        return jnp.where(new, start, read(old, jnp.asarray(rows)).astype(start.dtype))

    starts = _new_rows(kept, state, step)
    names = {
        name: start if name == "frozen" else moved(state.rows[name], start) for name, start in starts.items()
    }
    return moved(table, fresh), dataclasses.replace(state, rows=names)


def vocabulary_sources(old: Any, new: Any) -> np.ndarray:
    """For `resize`: of each word of a new vocabulary, its row in the old one, or −1.

    Args:
        old: words of the old rows 0, 1, …
        new: words of the new rows; the words are distinct in both, but for empty ones, which are taken to
            stay in their place.

    Returns:
        int32 [new].

    Raises:
        ValueError: a word stands twice in one of them.

    Example:
        >>> vocabulary_sources(["the", "cat"], ["a", "cat", "the"])
        array([-1,  1,  0], dtype=int32)

    Source: none.
    """
    _require_distinct("old", old)
    _require_distinct("new", new)
    places = {word: row for row, word in enumerate(old)}
    found = [places.get(word, -1) for word in new]
    for row, word in enumerate(new):
        if not word:
            found[row] = row if row < len(old) and not old[row] else -1
    return np.array(found, np.int32).reshape(len(found))


def require_changes(changes: Any) -> None:
    """Requires what `Trainer.resize` takes: of each table, sources and rows.

    Args:
        changes: table name → (int [new], float [new, width]).

    Raises:
        ValueError: it is no such mapping.

    Example:
        >>> require_changes({"words.table": [0, 1, -1]})
        Traceback (most recent call last):
        ValueError: changes['words.table']='a list': give a pair (sources, fresh)

    Source: none.
    """
    remedy = "give table name → (sources, fresh)"
    require(isinstance(changes, Mapping), "changes", f"a {type(changes).__name__}", remedy)
    for name, one in changes.items():
        # An array of two rows would come apart into two as well.
        pair = isinstance(one, tuple | list) and len(one) == 2
        given = f"a {type(one).__name__}"
        require(pair, f"changes[{name!r}]", given, "give a pair (sources, fresh)")


def _require_up_to_date(state: RowState, step: int) -> None:
    """Rows that owe something can't go where another may be frozen, or has another optimizer."""
    late = "last" in state.rows and bool((state.rows["last"] < step).any())
    late |= "decayed" in state.rows and bool((state.rows["decayed"] != state.clock[0]).any())
    remedy = "bring every row up to date first: trainer.finalize(state)"
    require(not late, "state", "rows that have missed steps", remedy)


def _new_rows(kept: RowState, state: RowState, step: int) -> dict[str, Any]:
    """What is kept of rows that were never touched, but have missed no step."""
    marks = dict(kept.rows)
    if "last" in marks:
        marks["last"] = jnp.full_like(marks["last"], step)
    if "decayed" in marks:
        marks["decayed"] = jnp.broadcast_to(state.clock[0], marks["decayed"].shape)
    return marks


def _require_distinct(field: str, words: Any) -> None:
    """One of two equal words would get no row, or another's, and no one would be told."""
    seen: set[Any] = set()
    for word in words:
        require(not word or word not in seen, field, word, "it stands there twice; give each word once")
        seen.add(word)


def _require_fresh(fresh: Any, table: Any) -> None:
    shape, dtype = getattr(fresh, "shape", None), getattr(fresh, "dtype", None)
    given = f"a {type(fresh).__name__}" if shape is None else f"{dtype} {list(shape)}"
    rows = shape is not None and len(shape) == 2
    remedy = f"give new rows, an array {table.dtype} [new, {table.shape[1]}]"
    require(rows, "fresh", given, remedy)
    require(dtype == table.dtype, "fresh.dtype", str(dtype), f"the table's is {table.dtype}; convert one")


def _checked(sources: Any, table: Any, fresh: Any) -> np.ndarray:
    rows = np.asarray(sources)
    whole = np.issubdtype(rows.dtype, np.integer) and rows.shape == fresh.shape[:1]
    require(whole, "sources", f"{rows.dtype} {rows.shape}", f"give whole numbers, shape {fresh.shape[:1]}")
    require(
        table.shape[1] == fresh.shape[1],
        "fresh.shape",
        tuple(fresh.shape),
        f"give rows of width {table.shape[1]}",
    )
    outside = rows[(rows < -1) | (rows >= table.shape[0])]
    require(outside.size == 0, "sources", outside[:1].tolist(), f"the old rows are 0 … {table.shape[0] - 1}")
    real = np.sort(rows[rows >= 0])
    twice = real[1:][real[1:] == real[:-1]]
    require(twice.size == 0, "sources", twice[:1].tolist(), "an old row can go to one place only")
    return rows.astype(np.int32)
