"""Parameters, parted by what may happen to them and put together again."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from embedlab.sparse.params import Structure, split, usual_role

TABLE, VECTOR, NUMBERS = jnp.ones((3, 2)), jnp.arange(3.0), jnp.arange(4)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Model:
    words: Any
    layers: Any


def model() -> Model:
    words = embedlab.Variables({"table": TABLE}, {"importance": VECTOR}, {"ngrams": NUMBERS})
    layers = [{"kernel": TABLE + 1, "bias": VECTOR + 1}, (jax.random.key(7), 3, None)]
    return Model(words, layers)


def names(parts: Any) -> dict[str, list[str]]:
    return {role: sorted(part) for role, part in parts.items()}


def test_roles_and_names_by_path() -> None:
    structure, parts = split(model())
    assert names(parts) == {
        "table": ["words.table"],
        "trained": ["layers.0.bias", "layers.0.kernel", "words.dense.importance"],
        "fixed": ["layers.1.0", "layers.1.1", "words.buffers.ngrams"],
    }
    assert parts["table"]["words.table"] is TABLE and parts["fixed"]["words.buffers.ngrams"] is NUMBERS
    assert len(structure.leaves) == 7 and ("table", "words.table") in structure.leaves


def test_round_trip_gives_the_same_arrays() -> None:
    params = model()
    structure, parts = split(params)
    again = structure.join(parts)
    assert jax.tree.structure(again) == jax.tree.structure(params)
    for one, other in zip(jax.tree.leaves(again), jax.tree.leaves(params), strict=True):
        assert one is other


def test_what_is_left_out_is_none() -> None:
    structure, parts = split({"a": VECTOR, "b": VECTOR + 1, "tables": {"c": TABLE}})
    assert structure.join({"table": parts["table"]}) == {"a": None, "b": None, "tables": {"c": TABLE}}
    found = structure.join({"trained": {"b": 5}, "table": {}})
    assert found == {"a": None, "b": 5, "tables": {"c": None}}


def test_a_structure_holds_no_arrays_and_compares() -> None:
    one, other = split(model())[0], split(jax.tree.map(lambda leaf: leaf, model()))[0]
    assert one == other and hash(one) == hash(other)
    assert one != split({"head": VECTOR})[0]
    assert not any(isinstance(part, jax.Array) for leaf in one.leaves for part in leaf)


@pytest.mark.parametrize(
    ("path", "leaf", "role"),
    [
        (("words", "tables", "table"), TABLE, "table"),
        (("tables", "words", "table"), TABLE, "table"),
        (("tables", "x"), jnp.ones((0, 1), jnp.bfloat16), "table"),
        (("tables", "x"), np.ones((2, 2), np.float16), "table"),
        (("tables", "x"), jnp.ones((2, 2), int), "fixed"),
        (("tables", "x"), VECTOR, "trained"),
        (("tables", "x"), jnp.ones((1, 2, 3)), "trained"),
        (("my.tables", "tables2"), TABLE, "trained"),
        (("buffers", "tables", "x"), TABLE, "fixed"),
        (("buffers", "mean"), VECTOR, "fixed"),
        (("head", "bias"), VECTOR, "trained"),
        (("head", "mask"), jnp.ones(3, bool), "fixed"),
        (("head", "key"), jax.random.key(0), "fixed"),
        (("head", "rate"), 0.5, "fixed"),
        (("head", "name"), "adam", "fixed"),
        ((), VECTOR, "trained"),
    ],
)
def test_usual_roles(path: tuple[str, ...], leaf: Any, role: str) -> None:
    assert usual_role(path, leaf) == role


def test_shapes_do_for_arrays() -> None:
    shapes = jax.eval_shape(lambda: {"tables": {"t": jnp.ones((3, 2))}, "head": jnp.ones(2)})
    assert names(split(shapes)[1]) == {"table": ["t"], "trained": ["head"], "fixed": []}


def test_a_leaf_without_a_name_has_that_of_its_role() -> None:
    assert names(split(VECTOR)[1]) == {"table": [], "trained": ["trained"], "fixed": []}
    assert names(split({"tables": TABLE})[1]) == {"table": ["table"], "trained": [], "fixed": []}
    structure, parts = split(3)
    assert structure.join(parts) == 3 and names(parts)["fixed"] == ["fixed"]


def test_no_parameters() -> None:
    structure, parts = split({})
    assert isinstance(structure, Structure) and structure.leaves == ()
    assert parts == {"table": {}, "trained": {}, "fixed": {}} and structure.join(parts) == {}


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"a": {"tables": {"b": TABLE}}, "tables": {"a": {"b": TABLE + 1}}}, "a.b"),
        ({"a": {"b": VECTOR}, "a.b": VECTOR + 1}, "a.b"),
        ({"a.0": VECTOR, "a": [VECTOR + 1]}, "a.0"),
        ({"buffers": {"x": {"y": 1}, "x.y": 2}}, "buffers.x.y"),
    ],
)
def test_two_leaves_of_one_name_are_refused(params: Any, name: str) -> None:
    message = f"params: two leaves would be named {name!r}; rename one of them"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        split(params)


def test_two_roles_may_have_one_name() -> None:
    structure, parts = split({"w": {"tables": {"x": TABLE}, "x": VECTOR}})
    assert parts["table"]["w.x"] is TABLE and parts["trained"]["w.x"] is VECTOR
    found = structure.join(parts)["w"]
    assert found["tables"]["x"] is TABLE and found["x"] is VECTOR


def test_another_way_to_say_roles() -> None:
    asked = []

    def role(path: tuple[str, ...], leaf: Any) -> Any:
        asked.append((path, leaf.shape))
        return "table" if path[-1] == "kernel" else "fixed"

    params = {"layers": [{"kernel": TABLE, "bias": VECTOR}], "tables": {"table": TABLE + 1}}
    _, parts = split(params, role)
    assert names(parts) == {
        "table": ["layers.0.kernel"],
        "trained": [],
        "fixed": ["layers.0.bias", "tables.table"],
    }
    assert sorted(asked) == [
        (("layers", "0", "bias"), (3,)),
        (("layers", "0", "kernel"), (3, 2)),
        (("tables", "table"), (3, 2)),
    ]
