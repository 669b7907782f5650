"""What a model's parameters are made of: tables, other trained arrays, and what is fixed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

import jax
import jax.numpy as jnp

Role = Literal["table", "trained", "fixed"]


@dataclasses.dataclass(frozen=True)
class Structure:
    """How parameters are put together again. Holds no arrays.

    Attributes:
        tree: the pytree's structure.
        leaves: role and name of each leaf, in order.

    Example:
        >>> structure, parts = split({"head": jnp.zeros(3)})
        >>> structure.leaves
        (('trained', 'head'),)

    Source: none.
    """

    tree: Any
    leaves: tuple[tuple[Role, str], ...]

    def join(self, parts: Mapping[str, Mapping[str, Any]]) -> Any:
        """The parameters, from their parts by role and name; None where a part is left out.

        Args:
            parts: role → name → array [...], as `split` gives them.

        Example:
            >>> structure, parts = split([jnp.zeros(3), 1])
            >>> structure.join(parts)
            [Array([0., 0., 0.], dtype=float32), 1]
        """
        return self.tree.unflatten([parts.get(role, {}).get(name) for role, name in self.leaves])


def split(
    params: Any, role: Callable[[tuple[str, ...], Any], Role] | None = None
) -> tuple[Structure, dict[str, dict[str, Any]]]:
    """Parts parameters by what may happen to them.

    Args:
        params: a pytree of arrays [...]; the arrays of embeddings as `embedlab.Variables`, or as a linen
            module has them.
        role: says of a leaf, by its path and itself, what it is; None for `usual_role`.

    Returns:
        How to put them together again, and role → name → array. A table's name is its path without the
        word "tables", as in "words.table".

    Raises:
        ValueError: two leaves have one name.

    Example:
        >>> import embedlab
        >>> words = embedlab.Dense(10, 4).init(jax.random.key(0))
        >>> structure, parts = split({"words": words, "head": {"bias": jnp.zeros(3)}})
        >>> {name: list(part) for name, part in parts.items()}
        {'table': ['words.table'], 'trained': ['head.bias'], 'fixed': []}

    Source: none.
    """
    paths, tree = jax.tree_util.tree_flatten_with_path(params)
    parts: dict[str, dict[str, Any]] = {"table": {}, "trained": {}, "fixed": {}}
    leaves: list[tuple[Role, str]] = []
    for path, leaf in paths:
        words = tuple(_word(key) for key in path)
        kind = (role or usual_role)(words, leaf)
        name = ".".join(word for word in words if kind != "table" or word != "tables") or kind
        if name in parts[kind]:
            raise ValueError(f"params: two leaves would be named {name!r}; rename one of them")
        parts[kind][name] = leaf
        leaves.append((kind, name))
    return Structure(tree, tuple(leaves)), parts


def usual_role(path: tuple[str, ...], leaf: Any) -> Role:
    """By the names on its path: what lies under "tables" is a table, under "buffers" fixed, else trained.

    Args:
        path: of a leaf, from the root.
        leaf: an array [...]; what holds no floats is fixed.

    Returns:
        Its role.

    Example:
        >>> usual_role(("words", "tables", "table"), jnp.zeros((3, 2)))
        'table'

    Source: the fields of `embedlab.Variables`, and the collections of `embedlab.linen.Embed`.
    """
    dtype = getattr(leaf, "dtype", None)
    if dtype is None or not jnp.issubdtype(dtype, jnp.floating) or "buffers" in path:
        return "fixed"
    return "table" if "tables" in path and leaf.ndim == 2 else "trained"


def _word(key: Any) -> str:
    for field in ("key", "name", "idx"):
        if hasattr(key, field):
            return str(getattr(key, field))
    return str(key)
