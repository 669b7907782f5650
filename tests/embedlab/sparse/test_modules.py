"""The arrays of a model by name: names, paths, and the pytree that they are."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from embedlab.sparse.modules import GROUPS, Layout, Parameters
from embedlab.sparse.params import split

ARRAYS: dict[str, dict[tuple[Any, ...], Any]] = {
    "tables": {("words", "tables", "table"): jnp.ones((3, 2)), ("items", 0, "tables", "t"): jnp.ones((2, 2))},
    "trained": {
        ("head", "kernel"): jnp.ones((2, 2)),
        ("head", "bias"): jnp.zeros(2),
        ("a", "tables"): jnp.ones(1),
    },
    "carried": {("norm", "mean"): jnp.ones(2), ("rng", 0): jnp.uint32(3)},
    "constant": {("words", "buffers", "ngrams"): jnp.arange(3)},
}
BY_PATH = {path: array for group in ARRAYS.values() for path, array in group.items()}


def made() -> Parameters:
    return Parameters.of("a model", **ARRAYS)


def test_names_are_paths_and_those_of_tables_shorter() -> None:
    params = made()
    assert sorted(params.tables) == ["items.0.t", "words.table"]
    assert sorted(params.trained) == ["a.tables", "head.bias", "head.kernel"]
    assert sorted(params.carried) == ["norm.mean", "rng.0"]
    assert sorted(params.constant) == ["words.buffers.ngrams"]
    assert params.tables["words.table"] is ARRAYS["tables"]["words", "tables", "table"]
    assert params.layout.model == "a model"


def test_the_layout_knows_the_paths_of_each_group() -> None:
    layout = made().layout
    for group in GROUPS:
        paths = layout.of(group)
        assert set(paths.values()) == set(ARRAYS[group])
        assert list(paths) == sorted(paths)
    assert layout.of("tables")["items.0.t"] == ("items", 0, "tables", "t")
    with pytest.raises(ValueError, match="not in tuple"):
        layout.of("weights")


def test_the_layout_is_the_same_in_whatever_order() -> None:
    turned = {group: dict(reversed(arrays.items())) for group, arrays in reversed(ARRAYS.items())}
    one, other = made().layout, Parameters.of("a model", **turned).layout
    assert one == other and hash(one) == hash(other)
    assert one != Parameters.of("another", **ARRAYS).layout
    assert one != Parameters.of("a model", **{**ARRAYS, "carried": {}}).layout
    assert Parameters.of().layout == Layout(((), (), (), ()))


def test_by_path_gives_all_arrays_back() -> None:
    found = made().by_path()
    assert found.keys() == BY_PATH.keys()
    assert all(found[path] is array for path, array in BY_PATH.items())
    assert Parameters.of().by_path() == {}


def test_by_path_of_groups_that_were_emptied() -> None:
    params = made().replace(constant={}, trained={"head.bias": 5})
    found = params.by_path()
    assert found.keys() == set(ARRAYS["tables"]) | set(ARRAYS["carried"]) | {("head", "bias")}
    assert found["head", "bias"] == 5
    assert params.layout == made().layout  # which remembers where all of it belongs


def test_as_a_pytree_it_gives_the_same() -> None:
    params = made()
    leaves, treedef = jax.tree.flatten(params)
    assert {id(leaf) for leaf in leaves} == {id(array) for array in BY_PATH.values()}
    again = treedef.unflatten(leaves)
    assert isinstance(again, Parameters) and again.layout == params.layout
    for group in GROUPS:
        mine, yours = getattr(again, group), getattr(params, group)
        assert mine.keys() == yours.keys() and all(mine[name] is yours[name] for name in yours)


def test_paths_of_the_pytree() -> None:
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_flatten_with_path(made())[0]]
    assert paths == [
        "['tables']['items.0.t']",
        "['tables']['words.table']",
        "['buffers']['carried']['norm.mean']",
        "['buffers']['carried']['rng.0']",
        "['buffers']['constant']['words.buffers.ngrams']",
        "['a.tables']",
        "['head.bias']",
        "['head.kernel']",
    ]


def test_roles_of_its_arrays() -> None:
    structure, parts = split(made())
    assert {role: sorted(part) for role, part in parts.items()} == {
        "table": ["items.0.t", "words.table"],
        "trained": ["a.tables", "head.bias", "head.kernel"],
        "fixed": [
            "buffers.carried.norm.mean",
            "buffers.carried.rng.0",
            "buffers.constant.words.buffers.ngrams",
        ],
    }
    assert structure.join(parts).by_path().keys() == BY_PATH.keys()


def test_compiled_once_for_equal_layouts() -> None:
    traced = []

    @jax.jit
    def double(params: Parameters) -> Parameters:
        traced.append(params.layout)
        return params.replace(trained={name: 2 * one for name, one in params.trained.items()})

    found = double(double(made()))
    assert len(traced) == 1
    assert found.trained["head.kernel"].tolist() == [[4, 4], [4, 4]]
    assert found.carried["norm.mean"].tolist() == [1, 1] and found.layout == made().layout


@pytest.mark.parametrize(
    ("group", "one", "other", "name"),
    [
        ("tables", ("a", "tables", "b"), ("tables", "a", "b"), "a.b"),
        ("trained", ("a", "b"), ("a.b",), "a.b"),
        ("carried", ("a", 0), ("a", "0"), "a.0"),
        ("constant", ("a", "b", "c"), ("a.b", "c"), "a.b.c"),
    ],
)
def test_two_arrays_of_one_name(group: str, one: Any, other: Any, name: str) -> None:
    message = f"model: {one} and {other} would both be named {name!r}; rename one of them"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Parameters.of(**{group: {one: 1, other: 2}})


def test_arrays_of_two_groups_may_have_one_name() -> None:
    params = Parameters.of(tables={("w", "tables", "x"): 1}, trained={("w", "x"): 2}, carried={("w.x",): 3})
    assert params.tables == {"w.x": 1} and params.trained == {"w.x": 2} and params.carried == {"w.x": 3}
    assert params.by_path() == {("w", "tables", "x"): 1, ("w", "x"): 2, ("w.x",): 3}


@pytest.mark.parametrize("name", ["tables", "buffers"])
def test_names_that_a_trained_array_can_not_have(name: str) -> None:
    message = f"model: a trained array can't be named {name!r} alone; rename it"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Parameters.of(trained={(name,): 1})
    assert Parameters.of(trained={("head", name): 1}).trained == {f"head.{name}": 1}
    assert Parameters.of(carried={(name,): 1}).carried == {name: 1}
