"""`Roles`: who trains what. Tables have optimizers of rows, all else an optimizer of optax."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import optax

from embedlab.checks import require, require_names
from embedlab.sparse.optimizer import RowOptimizer


@dataclasses.dataclass(frozen=True, eq=False)
class Roles:
    """What a training's arrays are trained by, as `Trainer` is told.

    Attributes:
        rows: the optimizer of tables, or one by table name; None for none.
        dense: the optax optimizer of all other trained arrays; None where there are none.
        dense_tables: names of tables that it trains as well.

    Raises:
        ValueError: an optimizer in the other's place, or names that are no collection; from `tables`, a name
            that is no table's; from `optimizers` and `optimizer_of_others`, what nothing would train.

    Example:
        >>> from embedlab.sparse.optimizers import sgd
        >>> roles = Roles({"a": sgd(0.1)}, None, ("b",))
        >>> list(roles.tables({"a": 1, "b": 2}))
        ['a']

    Source: none.
    """

    rows: RowOptimizer | Mapping[str, RowOptimizer] | None
    dense: optax.GradientTransformation | None
    dense_tables: tuple[str, ...]

    def __post_init__(self) -> None:
        by_name = (
            self.rows if isinstance(self.rows, Mapping) else {} if self.rows is None else {"": self.rows}
        )
        for name, one in by_name.items():
            remedy = "give an optimizer of rows, such as sparse.adagrad(0.1); those of optax go to dense"
            require(isinstance(one, RowOptimizer), f"rows[{name!r}]" if name else "rows", one, remedy)
        plain = self.dense is None or (hasattr(self.dense, "init") and hasattr(self.dense, "update"))
        remedy = "give an optax optimizer, such as optax.adam(1e-3); those of rows go to rows"
        require(plain, "dense", self.dense, remedy)
        require_names("dense_tables", self.dense_tables, "words.table")

    def optimizer(self, name: str) -> RowOptimizer:
        """The optimizer of a table's rows.

        Args:
            name: of the table.

        Raises:
            ValueError: it has none.

        Example:
            >>> from embedlab.sparse.optimizers import sgd
            >>> Roles(sgd(0.1), None, ()).optimizer("words.table").rate
            0.1
        """
        return self.optimizers([name])[name]

    def optimizers(self, names: Iterable[str]) -> dict[str, RowOptimizer]:
        """The optimizers of tables' rows, by name.

        Args:
            names: of the tables.

        Raises:
            ValueError: one has none.

        Example:
            >>> from embedlab.sparse.optimizers import sgd
            >>> list(Roles(sgd(0.1), None, ()).optimizers(["a", "b"]))
            ['a', 'b']
        """
        names = list(names)
        if isinstance(self.rows, RowOptimizer):
            return dict.fromkeys(names, self.rows)
        given = dict(self.rows or {})
        missing = [name for name in names if name not in given]
        if missing:
            has = f"there are optimizers for {', '.join(sorted(given))}" if given else "rows=None"
            raise ValueError(
                f"rows: table {missing[0]!r} has no optimizer ({has}). Give it one, as "
                f"rows={{{missing[0]!r}: sparse.adagrad(0.1)}}, or name it in dense_tables."
            )
        return {name: given[name] for name in names}

    def tables(self, tables: Mapping[str, Any]) -> dict[str, Any]:
        """Those that are trained by rows.

        Args:
            tables: all of the parameters, by name, or something for each of them.

        Raises:
            ValueError: a name that is no table's, or that is in both places; no table where there is an
                optimizer for some.

        Example:
            >>> Roles(None, None, ("b",)).tables({"a": 1, "b": 2})
            {'a': 1}
        """
        if self.rows is not None and not tables:
            raise ValueError(
                "rows: there is no table for it in the parameters. Tables lie under the name 'tables', as "
                "in embedlab.Variables; give the variables of an embedding as they are."
            )
        by_name = {} if isinstance(self.rows, RowOptimizer) else dict(self.rows or {})
        for field, named in (("dense_tables", set(self.dense_tables)), ("rows", by_name.keys())):
            unknown = sorted(named - tables.keys())
            if unknown:
                there = ", ".join(sorted(tables)) or "no table"
                raise ValueError(f"{field}: {unknown[0]!r} is no table; there is {there}")
        both = sorted(by_name.keys() & set(self.dense_tables))
        if both:
            raise ValueError(f"dense_tables: {both[0]!r} is in rows as well; leave it out of one of the two")
        return {name: table for name, table in tables.items() if name not in self.dense_tables}

    def others(self, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What the optax optimizer trains, or gradients of that, in two dicts by name.

        Args:
            parts: by role and name, as of `params.split`.

        Example:
            >>> Roles(None, None, ("b",)).others({"trained": {"head": 1}, "table": {"a": 2, "b": 3}})
            {'trained': {'head': 1}, 'table': {'b': 3}}
        """
        tables = {name: parts["table"][name] for name in self.dense_tables}
        return {"trained": dict(parts["trained"]), "table": tables}

    def optimizer_of_others(self, parts: Mapping[str, Mapping[str, Any]]) -> optax.GradientTransformation:
        """The optimizer of all that is no table of rows; to be given where there is something to train.

        Args:
            parts: by role and name.

        Raises:
            ValueError: there is none, and something to train.

        Example:
            >>> Roles(None, optax.sgd(0.1), ()).optimizer_of_others({"trained": {"head": 1}})
            GradientTransformationExtraArgs(...)
        """
        if self.dense is not None:
            return self.dense
        names = sorted({*parts["trained"], *self.dense_tables})
        if names:
            listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            raise ValueError(
                f"dense=None: nothing would train {listed}. Give an optax optimizer, or "
                "optax.set_to_zero() to leave what is no table as it is."
            )
        return optax.set_to_zero()
