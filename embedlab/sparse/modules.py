"""The arrays of a Flax model by name, as a training step of `embedlab.sparse` takes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import jax
from jax.tree_util import DictKey

Path = tuple[Any, ...]
GROUPS = ("tables", "trained", "carried", "constant")


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where in a model the arrays of `Parameters` belong. Holds no arrays.

    Attributes:
        paths: for each of `GROUPS`, pairs of name and path.
        model: whatever else it takes to make the model again.

    Example:
        >>> Parameters.of(tables={("words", "tables", "table"): 1}).layout.paths[0]
        (('words.table', ('words', 'tables', 'table')),)

    Source: `flax.nnx.GraphDef`.
    """

    paths: tuple[tuple[tuple[str, Path], ...], ...]
    model: Hashable = None

    def of(self, group: str) -> dict[str, Path]:
        """Name → path of a group.

        Args:
            group: one of `GROUPS`.

        Example:
            >>> Parameters.of(carried={("norm", "mean"): 1}).layout.of("carried")
            {'norm.mean': ('norm', 'mean')}
        """
        return dict(self.paths[GROUPS.index(group)])


@jax.tree_util.register_pytree_with_keys_class
@dataclasses.dataclass(frozen=True)
class Parameters:
    """All arrays of a model, by what a training step does with them. A pytree.

    To `sparse.params.split` tables are the tables alone: an array that an ordinary optimizer trains is none,
    whatever module it lies in.

    Attributes:
        tables: name → array [rows, width], as "words.table".
        trained: name → array, which the optax optimizer trains.
        carried: name → array that the loss changes: running averages, counts of random streams.
        constant: name → array that nothing changes, and that a step does not use up.
        layout: where they belong.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse.params import split
        >>> of_linear = {("head", "tables"): jnp.ones((2, 2))}
        >>> both = Parameters.of(tables={("words", "tables", "table"): jnp.ones((3, 2))}, trained=of_linear)
        >>> {role: list(part) for role, part in split(both)[1].items()}
        {'table': ['words.table'], 'trained': ['head.tables'], 'fixed': []}

    Source: the collections of Flax.
    """

    tables: dict[str, Any]
    trained: dict[str, Any]
    carried: dict[str, Any]
    constant: dict[str, Any]
    layout: Layout

    @classmethod
    def of(cls, model: Hashable = None, **groups: Mapping[Path, Any]) -> Parameters:
        """Names arrays by where they are: a path's words, joined by dots; of a table's without "tables".

        Args:
            model: whatever else it takes to make the model again.
            groups: those of `GROUPS` that there are, each path → array.

        Returns:
            The parameters.

        Raises:
            ValueError: two arrays have one name, or a trained one has the name of all tables or buffers.

        Example:
            >>> Parameters.of(tables={("layers", 0, "tables", "table"): 1}).tables
            {'layers.0.table': 1}
        """
        named = {
            group: _named(groups.get(group, {}), without="tables" if group == "tables" else None)
            for group in GROUPS
        }
        for name in ("tables", "buffers"):
            if name in named["trained"]:
                raise ValueError(f"model: a trained array can't be named {name!r} alone; rename it")
        paths = tuple(tuple(sorted(named[group].items())) for group in GROUPS)
        arrays = {
            group: {name: groups[group][path] for name, path in found.items()}
            for group, found in named.items()
        }
        return cls(**arrays, layout=Layout(paths, model))

    def by_path(self) -> dict[Path, Any]:
        """Path → array, of all that there are; groups may have been emptied.

        Example:
            >>> Parameters.of(trained={("head", "bias"): 1}).by_path()
            {('head', 'bias'): 1}
        """
        found: dict[Path, Any] = {}
        for group in GROUPS:
            arrays, paths = getattr(self, group), self.layout.of(group)
            found |= {path: arrays[name] for name, path in paths.items() if name in arrays}
        return found

    def replace(self, **groups: Any) -> Parameters:
        """The same with other arrays.

        Args:
            groups: those of `GROUPS` that change, each name → array.

        Example:
            >>> Parameters.of(trained={("head", "bias"): 1}).replace(trained={"head.bias": 2}).trained
            {'head.bias': 2}
        """
        return dataclasses.replace(self, **groups)

    def tree_flatten_with_keys(self) -> tuple[list[tuple[DictKey, Any]], tuple[Any, ...]]:
        """Its parts, each array of `trained` by itself, under one word.

        Example:
            >>> [str(key) for key, _ in Parameters.of(trained={("bias",): 1}).tree_flatten_with_keys()[0]]
            ["['tables']", "['buffers']", "['bias']"]
        """
        names = tuple(sorted(self.trained))
        fixed = {"carried": self.carried, "constant": self.constant}
        trained = [(DictKey(name), self.trained[name]) for name in names]
        return [(DictKey("tables"), self.tables), (DictKey("buffers"), fixed), *trained], (names, self.layout)

    @classmethod
    def tree_unflatten(cls, beside: tuple[Any, ...], parts: Iterable[Any]) -> Parameters:
        """The inverse.

        Args:
            beside: names of the trained arrays, and the layout.
            parts: as `tree_flatten_with_keys` gives them, without keys.

        Example:
            >>> jax.tree.map(lambda leaf: 2 * leaf, Parameters.of(trained={("bias",): 1})).trained
            {'bias': 2}
        """
        tables, fixed, *trained = parts
        names, layout = beside
        return cls(tables, dict(zip(names, trained, strict=True)), **fixed, layout=layout)


def _named(paths: Iterable[Path], without: str | None) -> dict[str, Path]:
    """Name → path."""
    found: dict[str, Path] = {}
    for path in paths:
        name = ".".join(str(word) for word in path if word != without)
        if name in found:
            raise ValueError(
                f"model: {found[name]} and {path} would both be named {name!r}; rename one of them"
            )
        found[name] = path
    return found
