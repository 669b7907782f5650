"""Flax NNX modules as pure functions of named arrays, as the training loop and checkpoints want them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flax import nnx
from jaxtyping import PRNGKeyArray

#: What makes a module of fresh arrays; hashable, so that its structure is found once.
Build = Callable[[nnx.Rngs], Any]


def init(build: Build, key: PRNGKeyArray) -> dict[str, Any]:
    """The trained arrays of a fresh module by their path, as `convolutions.0.kernel`.

    Example:
        >>> import jax
        >>> sorted(init(lambda rngs: nnx.Linear(2, 3, rngs=rngs), jax.random.key(0)))
        ['bias', 'kernel']
    """
    _require_params_only(module := build(nnx.Rngs(params=key)))
    return {_name(path): leaf[...] for path, leaf in nnx.to_flat_state(nnx.state(module, nnx.Param))}


def module(build: Build, parameters: dict[str, Any]) -> Any:
    """The module around these arrays.

    Example:
        >>> import jax
        >>> build = lambda rngs: nnx.Linear(2, 3, rngs=rngs)
        >>> arrays = init(build, jax.random.key(0))
        >>> module(build, arrays)(jax.numpy.ones((5, 2))).shape
        (5, 3)
    """
    graph, flat = _structure(build)
    filled = [(path, leaf.replace(parameters[_name(path)])) for path, leaf in flat]
    return nnx.merge(graph, nnx.from_flat_state(filled))


@functools.lru_cache(maxsize=64)
def _structure(build: Build) -> tuple[Any, tuple[Any, ...]]:
    graph, state = nnx.split(nnx.eval_shape(lambda: build(nnx.Rngs(0))))
    return graph, tuple(nnx.to_flat_state(state))


def _name(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))


def _require_params_only(module: Any) -> None:
    """A module's random streams, say, would be lost between two steps; it gets them with each call."""
    others = [
        _name(path) for path, leaf in nnx.to_flat_state(nnx.state(module)) if type(leaf) is not nnx.Param
    ]
    if others:
        raise TypeError(
            f"{type(module).__name__} holds {', '.join(others[:3])}, which is no nnx.Param: build its parts "
            "without rngs of their own, and give them those of a call"
        )
