"""`RowOptimizer`: what becomes of the rows that a step touches, and of those that it does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import accumulator
from embedlab.checks import finite_fields, require
from embedlab.sparse import clock as clocks
from embedlab.sparse.freeze import Freeze
from embedlab.sparse.rules import Adagrad, ClippedSgd, Idle, Kernel, RowAdagrad, Rule, Sgd

Schedule = Callable[[Any], Any]


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class RowState:
    """What an optimizer keeps of a table. A pytree; by row, it is laid out as the table is.

    Attributes:
        rows: name → array [rows, …]: what the rule keeps (moments, sums); "last", the step that a row is up
            to date with, and "decayed", the decay that it has taken, where they are needed; "frozen".
        clock: float [2, 2], the decay by now, and as it was when frozen rows were let go; or None.

    Example:
        >>> state = RowOptimizer(Adagrad(), 0.1).init(jnp.zeros((10, 4)))
        >>> state.rows["sum"].shape, state.num_bytes
        ((10, 4), 160)

    Source: none.
    """

    rows: dict[str, Any]
    clock: Any = None

    @property
    def num_bytes(self) -> int:
        """Bytes of all arrays."""
        return sum(int(leaf.size) * leaf.dtype.itemsize for leaf in jax.tree.leaves(self))


@dataclasses.dataclass(frozen=True, eq=False)
class RowOptimizer:
    """An optimizer of tables: `w ← w − rate · (direction + weight_decay · w)` for the rows of a step.

    Directions are a rule's, of merged gradients. In this order: clipping of the global norm (by the training
    step), `l2`, the rule, the decay, `max_norm`. What it does to rows between the steps that touch them:

    | | rows without a gradient |
    | --- | --- |
    | weight decay | take all of it before they are next read: exact |
    | `exact` momentum and Adam | move by their moments, before they are next read: exact |
    | lazy (the default) | stay, and so do their moments |
    | Sgd, ClippedSgd, Adagrad, RowAdagrad | would stay anyway |

    Attributes:
        rule: gives the direction.
        rate: learning rate: a number, or an optax schedule, called with the number of steps before: int32 [],
            or [n, 1] where rows make up for steps that they missed.
        weight_decay: decoupled, as in AdamW; on every row, touched or not. Rate times decay stays below 1.
        l2: factor of the L2 penalty on the rows used: `g ← g + l2 · w`.
        max_norm: greatest length of a row after its update; None for no limit.
        exact: whether rows take the steps they missed.
        freeze: rows that do not move; None for none.
        rounding: how an update is rounded to a table narrower than float32: "nearest", or "stochastic", so
            that updates smaller than a rounding error come through on average (bfloat16).

    Raises:
        ValueError: a number out of its range; `exact` for a rule that does not say what a row does without
            a gradient; a `rule` or a `freeze` that is none.

    Example:
        >>> optimizer = RowOptimizer(Adagrad(), rate=0.5, max_norm=1.0)
        >>> sorted(optimizer.init(jnp.ones((3, 2))).rows)
        ['sum']

    Reference: Loshchilov & Hutter 2019, "Decoupled weight decay regularization".
    """

    rule: Rule
    rate: float | Schedule
    weight_decay: float = 0.0
    l2: float = 0.0
    max_norm: float | None = None
    exact: bool = False
    freeze: Freeze | None = None
    rounding: Literal["nearest", "stochastic"] = "nearest"

    def __post_init__(self) -> None:
        if not callable(self.rate):
            finite_fields(self, "rate")
            require(self.rate > 0, "rate", self.rate, "give a number above 0, or a schedule")
        ruled = isinstance(self.rule, Rule) and not isinstance(self.rule, type)
        require(ruled, "rule", self.rule, "give a rule, such as sparse.rules.Adagrad()")
        finite_fields(self, "weight_decay", "l2")
        for field in ("weight_decay", "l2"):
            require(getattr(self, field) >= 0, field, getattr(self, field), "give a number of at least 0")
        if not callable(self.rate):
            whole = self.rate * self.weight_decay < 1
            require(
                whole, "weight_decay", self.weight_decay, f"give less than 1 / rate = {1 / self.rate:.4g}"
            )
        if self.max_norm is not None:
            finite_fields(self, "max_norm")
            require(self.max_norm > 0, "max_norm", self.max_norm, "give a length above 0, or None")
        require(isinstance(self.exact, bool), "exact", self.exact, "give True or False")
        frozen = self.freeze is None or isinstance(self.freeze, Freeze)
        require(frozen, "freeze", self.freeze, "give sparse.Freeze(…) of ranges or a mask, or None")
        name = type(self.rule).__name__
        able = not self.exact or isinstance(self.rule, Idle | Sgd | ClippedSgd | Adagrad | RowAdagrad)
        require(able, "exact", self.exact, f"{name} is lazy only; take another rule, or exact=False")
        require(
            self.rounding in ("nearest", "stochastic"), "rounding", self.rounding, "nearest or stochastic"
        )

    @property
    def rests(self) -> bool:
        """Whether no row ever moves, so that nobody wants a gradient of them."""
        return self.freeze is not None and self.freeze.rows is None and self.freeze.until is None

    @property
    def replays(self) -> bool:
        """Whether rows move in steps without a gradient, other than by decay."""
        return self.exact and isinstance(self.rule, Idle)

    @property
    def catches_up(self) -> bool:
        """Whether rows have something to make up for before they are read."""
        return self.replays or self.weight_decay > 0

    @property
    def plain(self) -> bool:
        """Whether a row's update is the rule's and nothing else."""
        return not (self.catches_up or self.l2 or self.max_norm)

    @property
    def kernel(self) -> str:
        """The kernel in `embedlab.native` that does all of the update; empty if none does."""
        return self.rule.kernel if self.plain and isinstance(self.rule, Kernel) else ""

    def init(self, table: Float[Array, "rows width"]) -> RowState:
        """What it keeps of a table, before the first step.

        Args:
            table: float [rows, width]; its shape and dtype count.

        Returns:
            The state, of float32 or wider.

        Raises:
            ValueError: stochastic rounding for a table that is not of bfloat16; frozen rows that are none.
        """
        rows, width = table.shape
        wide = accumulator(table.dtype)
        narrow = self.rounding == "nearest" or table.dtype == jnp.bfloat16
        require(narrow, "rounding", self.rounding, f"is for tables of bfloat16; this one is {table.dtype}")
        kept: dict[str, Any] = dict(self.rule.init(rows, width, wide))
        kept |= self.freeze.init(rows) if self.freeze else {}
        if self.replays:
            kept["last"] = jnp.zeros((rows, 1), jnp.int32)
        if not self.weight_decay:
            return RowState(kept)
        kept["decayed"] = jnp.zeros((rows, 2), wide)
        return RowState(kept, jnp.zeros((2, 2), wide))

    def rate_at(self, count: Any, dtype: Any) -> Any:
        """The learning rate of a step, or of several.

        Args:
            count: int32 [...], steps taken before.
            dtype: of the result.

        Returns:
            float [...].

        Example:
            >>> RowOptimizer(Sgd(), lambda count: 1 / (1 + count)).rate_at(jnp.array([0, 1]), jnp.float32)
            Array([1. , 0.5], dtype=float32)
        """
        return jnp.asarray(self.rate(count) if callable(self.rate) else self.rate, dtype)

    def tick(self, state: RowState, count: Any) -> RowState:
        """The state with its clock one step on; called once a step, after the rows that are read caught up.

        Args:
            state: of the table.
            count: int32 [], steps taken before this one.

        Returns:
            The state; its rows [rows, …] are as they were.

        Example:
            >>> optimizer = RowOptimizer(Sgd(), 0.5, weight_decay=0.1)
            >>> state = optimizer.tick(optimizer.init(jnp.ones((1, 1))), 0)
            >>> round(float(jnp.exp(state.clock[0, 0])), 3)
            0.95
        """
        if state.clock is None:
            return state
        factor = self.rate_at(count, state.clock.dtype) * self.weight_decay
        now = clocks.advance(state.clock[0], jnp.minimum(factor, 1 - 1e-6))  # a schedule may go too far
        until = self.freeze.until if self.freeze else None
        # Rows that are let go in the next step catch up before it ticks: what they are spared is noted now.
        let_go = state.clock[1] if until is None else jnp.where(count + 1 == until, now, state.clock[1])
        return dataclasses.replace(state, clock=jnp.stack([now, let_go]))

    def change(
        self, rows: Any, values: Any, kept: dict[str, Any], gradient: Any, clock: Any, count: Any
    ) -> tuple[Any, dict[str, Any]]:
        """A step of some rows that are up to date.

        Args:
            rows: int32 [n], their numbers.
            values: float [n, width].
            kept: what is kept of them.
            gradient: float [n, width], merged.
            clock: that of the state, after `tick`; or None.
            count: int32 [], steps taken before this one.

        Returns:
            Values float [n, width], and what is kept.

        Example:
            >>> one = jnp.ones((1, 1))
            >>> RowOptimizer(Sgd(), 0.5).change(jnp.array([3]), one, {}, one, None, 0)[0]
            Array([[0.5]], dtype=float32)
        """
        if self.l2:
            gradient = gradient + self.l2 * values
        direction, new = self.rule.update(gradient, kept, count)
        moved = self._move(values, direction, self.rate_at(count, values.dtype))
        new = {**kept, **new} | self._up_to_date(kept, clock, count + 1)
        return self._unless_frozen(rows, (moved, new), (values, kept), count)

    def catch_up(
        self, rows: Any, values: Any, kept: dict[str, Any], clock: Any, count: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The steps that some rows missed, without a gradient, up to now.

        Args:
            rows: int32 [n], their numbers.
            values: float [n, width].
            kept: what is kept of them.
            clock: that of the state, before `tick`; or None.
            count: int32 [], steps taken so far.

        Returns:
            Values float [n, width], and what is kept.

        Example:
            >>> optimizer = RowOptimizer(Sgd(), 0.5, weight_decay=0.1)
            >>> state = optimizer.tick(optimizer.init(jnp.ones((1, 1))), 0)
            >>> moved, _ = optimizer.catch_up(jnp.array([0]), jnp.ones((1, 1)), state.rows, state.clock, 1)
            >>> round(float(moved[0, 0]), 3)
            0.95
        """
        before = self._decayed(rows, kept, clock)
        taken = jnp.zeros((rows.shape[0], 1), values.dtype)
        new, moved = kept, values
        if self.replays:
            moved, new, taken = self._replay(rows, values, kept, count)
        if clock is not None:
            moved = moved * clocks.shrink(clock[0], before, taken[:, 0])[:, None]
        new = {**new} | self._up_to_date(kept, clock, count)
        moved, new = self._unless_frozen(rows, (moved, new), (values, kept), count)
        return moved, {**new, **self._up_to_date(kept, clock, count)}  # frozen rows owe nothing later

    def _replay(self, rows: Any, values: Any, kept: Any, count: Any) -> tuple[Any, Any, Any]:
        """Idle steps one by one, as long as they are above rounding; then the rest of the moments at once.

        Also the decay (its logarithm) that these steps have taken, float [n, 1].
        """
        rule: Any = self.rule
        since = self._since(rows, kept)
        missed = jnp.maximum(count - since, 0)
        own = {name: kept[name] for name in rule.init(1, 1, values.dtype)}
        at_rest = ~jnp.any(jnp.stack([jnp.any(array != 0, -1) for array in own.values()]), 0)[:, None]
        steps = jnp.where(at_rest, 0, jnp.minimum(missed, rule.idle_steps(values.dtype)))

        def step(carry: Any) -> Any:
            number, values, own, taken = carry
            at = since + number
            direction, after = rule.idle(own, at)
            rate = self.rate_at(at, values.dtype)
            moved = self._move(values, direction, rate)
            shrunk = taken + (jnp.log1p(-rate * self.weight_decay) if self.weight_decay else 0)
            due = number < steps
            chosen = jax.tree.map(
                lambda new, old: jnp.where(due, new, old), (moved, after, shrunk), (values, own, taken)
            )
            return number + 1, *chosen

        start = (jnp.int32(0), values, own, jnp.zeros(missed.shape, values.dtype))
        most = jnp.max(steps, initial=0)
        _, values, own, taken = jax.lax.while_loop(lambda carry: carry[0] < most, step, start)
        return values, {**kept, **rule.rest(own, missed - steps)}, taken

    def _move(self, values: Any, direction: Any, rate: Any) -> Any:
        """A step along a direction, with the decay, and no farther from zero than `max_norm`."""
        if self.weight_decay:
            direction = direction + self.weight_decay * values
        moved = values - rate * direction
        if self.max_norm is None:
            return moved
        norm = jnp.linalg.norm(moved, axis=-1, keepdims=True)
        return jnp.where(norm > self.max_norm, moved * (self.max_norm / jnp.maximum(norm, 1e-30)), moved)

    def _since(self, rows: Any, kept: Any) -> Any:
        """The step from which each row has something to make up for, int32 [n, 1]."""
        last = kept["last"]
        if self.freeze is None or self.freeze.until is None:
            return last
        return jnp.where(self.freeze.covers(rows, kept), jnp.maximum(last, self.freeze.until), last)

    def _decayed(self, rows: Any, kept: Any, clock: Any) -> Any:
        """The clock as it was for each row, float [n, 2]; frozen rows' is that of when they were let go."""
        if clock is None:
            return None
        if self.freeze is None or self.freeze.until is None:
            return kept["decayed"]
        earlier = clocks.earlier(kept["decayed"], clock[1])
        return jnp.where(self.freeze.covers(rows, kept) & earlier, clock[1], kept["decayed"])

    def _up_to_date(self, kept: Any, clock: Any, count: Any) -> dict[str, Any]:
        """The marks of rows that have taken every step so far.

        They look at the old ones, to no effect that XLA could know of: so that it does not write before it
        has read, for which it would copy all rows.
        """
        marks: dict[str, Any] = {}
        if "last" in kept:
            marks["last"] = jnp.maximum(kept["last"], count)
        if "decayed" in kept:
            old = kept["decayed"]
            marks["decayed"] = jnp.where(old[..., :1] == jnp.inf, old, clock[0])  # which none is
        return marks

    def _unless_frozen(self, rows: Any, new: Any, old: Any, count: Any) -> Any:
        if self.freeze is None:
            return new
        held = self.freeze.holds(rows, old[1], count)
        return jax.tree.map(lambda a, b: jnp.where(held, b, a), new, dict_like(old, new))


def dict_like(old: Any, new: Any) -> Any:
    """The old values and what was kept, in the order of the new.

    Args:
        old: values [n, width], and name → array.
        new: the same names.

    Returns:
        The old, as a tree of the new's structure.

    Example:
        >>> dict_like((1, {"b": 2, "a": 3}), (0, {"a": 0, "b": 0}))
        (1, {'a': 3, 'b': 2})

    Source: none.
    """
    return old[0], {name: old[1][name] for name in new[1]}
