"""Who trains what, and what a mistake is told."""

from __future__ import annotations

import re
from typing import Any

import jax.numpy as jnp
import optax
import pytest

from embedlab import sparse
from embedlab.sparse.roles import Roles

ROWS, MORE = sparse.sgd(0.1), sparse.adagrad(0.1)
DENSE = optax.sgd(0.1)
TABLES = {"a.table": 1, "b.table": 2, "c.table": 3}
PARTS: dict[str, dict[str, Any]] = {
    "table": TABLES,
    "trained": {"head": 4, "bias": 5},
    "fixed": {"ngrams": 6},
}
OF_ROWS = "give an optimizer of rows, such as sparse.adagrad(0.1); those of optax go to dense"
OF_OPTAX = "give an optax optimizer, such as optax.adam(1e-3); those of rows go to rows"


def refused(message: str) -> Any:
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def test_one_optimizer_for_all_tables() -> None:
    roles = Roles(ROWS, DENSE, ())
    assert roles.optimizer("any") is ROWS
    assert roles.optimizers(TABLES) == dict.fromkeys(TABLES, ROWS)
    assert roles.optimizers([]) == {}
    assert roles.tables(TABLES) == TABLES


def test_an_optimizer_by_name() -> None:
    roles = Roles({"a.table": ROWS, "b.table": MORE}, DENSE, ("c.table",))
    assert roles.optimizer("a.table") is ROWS and roles.optimizer("b.table") is MORE
    assert roles.optimizers(["b.table", "a.table"]) == {"b.table": MORE, "a.table": ROWS}
    assert roles.optimizers(["b.table"]) == {"b.table": MORE}
    assert roles.tables(TABLES) == {"a.table": 1, "b.table": 2}


@pytest.mark.parametrize("several", [tuple, list, set, frozenset])
def test_dense_tables_go_to_the_others(several: Any, unchecked: None) -> None:
    roles = Roles(ROWS, DENSE, several(["b.table"]))
    assert roles.tables(TABLES) == {"a.table": 1, "c.table": 3}
    assert roles.others(PARTS) == {"trained": {"head": 4, "bias": 5}, "table": {"b.table": 2}}
    assert roles.optimizer_of_others(PARTS) is DENSE


def test_a_table_in_both_places() -> None:
    with pytest.raises(ValueError, match=r"^dense_tables: 'a' is in rows as well; leave it out of one"):
        Roles({"a": ROWS}, None, ("a",)).tables({"a": 1})


def test_what_others_are_is_a_copy() -> None:
    found = Roles(ROWS, DENSE, ()).others(PARTS)
    found["trained"]["new"] = 1
    assert found["table"] == {} and "new" not in PARTS["trained"]


def test_no_tables_and_no_optimizer_of_them() -> None:
    roles = Roles(None, DENSE, ())
    assert roles.tables({}) == {} and roles.optimizers({}) == {}


def test_all_tables_are_dense() -> None:
    roles = Roles(None, DENSE, tuple(TABLES))
    assert roles.tables(TABLES) == {}
    assert roles.others(PARTS)["table"] == TABLES


def test_nothing_but_tables_needs_no_dense_optimizer() -> None:
    parts = {**PARTS, "trained": {}}
    optimizer = Roles(ROWS, None, ()).optimizer_of_others(parts)
    updates, _ = optimizer.update({"x": jnp.ones(2)}, optimizer.init({"x": jnp.ones(2)}))
    assert not updates["x"].any()


def test_what_nothing_would_train() -> None:
    remedy = "Give an optax optimizer, or optax.set_to_zero() to leave what is no table as it is."
    with refused(f"dense=None: nothing would train bias, head. {remedy}"):
        Roles(ROWS, None, ()).optimizer_of_others(PARTS)
    with refused(f"dense=None: nothing would train b.table. {remedy}"):
        Roles(ROWS, None, ("b.table",)).optimizer_of_others({**PARTS, "trained": {}})


def test_a_table_without_an_optimizer() -> None:
    remedy = "Give it one, as rows={'c.table': sparse.adagrad(0.1)}, or name it in dense_tables."
    with refused(f"rows: table 'c.table' has no optimizer (rows=None). {remedy}"):
        Roles(None, DENSE, ()).optimizer("c.table")
    roles = Roles({"b.table": MORE, "a.table": ROWS}, DENSE, ())
    there = "there are optimizers for a.table, b.table"
    with refused(f"rows: table 'c.table' has no optimizer ({there}). {remedy}"):
        roles.optimizers(TABLES)
    with refused(f"rows: table 'c.table' has no optimizer (rows=None). {remedy}"):
        Roles({}, DENSE, ()).optimizer("c.table")


def test_an_optimizer_without_a_table() -> None:
    message = (
        "rows: there is no table for it in the parameters. Tables lie under the name 'tables', as "
        "in embedlab.Variables; give the variables of an embedding as they are."
    )
    for rows in (ROWS, {"a.table": ROWS}):
        with refused(message):
            Roles(rows, DENSE, ()).tables({})


def test_names_that_are_no_tables() -> None:
    with refused("rows: 'd.table' is no table; there is a.table, b.table, c.table"):
        Roles({"a.table": ROWS, "d.table": ROWS}, DENSE, ()).tables(TABLES)
    with refused("dense_tables: 'A' is no table; there is a.table, b.table, c.table"):
        Roles(ROWS, DENSE, ("b.table", "z", "A")).tables(TABLES)
    with refused("dense_tables: 'head' is no table; there is no table"):
        Roles(None, DENSE, ("head",)).tables({})


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        (DENSE, "rows"),
        ("adagrad", "rows"),
        (sparse.adagrad, "rows"),
        (0.1, "rows"),
        ({"a.table": ROWS, "b.table": DENSE}, "rows['b.table']"),
        ({"a.table": None}, "rows['a.table']"),
    ],
    ids=["optax", "name", "function", "rate", "one-of-two", "none"],
)
def test_rows_that_are_no_optimizers(rows: Any, field: str, unchecked: None) -> None:
    culprit = list(rows.values())[-1] if isinstance(rows, dict) else rows
    with refused(f"{field}={culprit!r}: {OF_ROWS}"):
        Roles(rows, None, ())


@pytest.mark.parametrize("dense", [ROWS, "adam", 0.1], ids=["of-rows", "name", "rate"])
def test_dense_that_is_no_optimizer(dense: Any, unchecked: None) -> None:
    with refused(f"dense={dense!r}: {OF_OPTAX}"):
        Roles(None, dense, ())


@pytest.mark.parametrize("names", ["a.table", None, {"a.table": 1}])
def test_names_that_are_no_collection(names: Any, unchecked: None) -> None:
    with refused(f"dense_tables={names!r}: give names in a tuple, as ('words.table',)"):
        Roles(None, None, names)


def test_optimizers_of_optax_of_every_kind_will_do() -> None:
    chained = optax.chain(optax.clip(1.0), optax.inject_hyperparams(optax.adam)(0.1))
    for dense in (chained, optax.multi_transform({"x": DENSE}, "x"), optax.set_to_zero()):
        assert Roles(None, dense, ()).optimizer_of_others(PARTS) is dense
