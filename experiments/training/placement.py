"""Where a training's state lies, on one device or on a mesh, and how it gets there and back.

On a mesh no device holds a table whole that is trained by rows: not in the live state, nor in the best
parameters, nor in an evaluation. To save a checkpoint makes it whole in the memory of the host.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from embedlab import sparse
from embedlab.sparse.sharding.state import place_of, whole_of
from experiments.config import Train
from experiments.mesh import Spread
from experiments.training import steps
from experiments.training.learner import Learner


@dataclasses.dataclass(frozen=True, eq=False)
class Given:
    """Tables that begin as something else than they are drawn.

    Attributes:
        tables: float [rows, width] by name.
        masks: bool [rows] by name, the rows of a masked table that rest.
    """

    tables: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    masks: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class Placement(ABC):
    """Makes the state of a training, and makes of it what evaluations and checkpoints want.

    A checkpoint holds the state whole, so it is the same of every mesh. It has two parts: the live state
    and the best parameters.

    Attributes:
        model: what is trained.
        settings: how.
        buffers: the embedding's, that belong to it from the start.
        sharding: what lies where on a mesh; None for one device.
        given: tables that are not drawn; on a mesh they are whole on one device, until they are parted.
    """

    model: Learner
    settings: Train
    buffers: Any
    sharding: sparse.Sharding | None
    given: Given = Given()

    @property
    def on_host(self) -> bool:
        """Whether what a checkpoint held is wanted in the memory of the host."""
        return self.sharding is not None

    @abstractmethod
    def like(self, seed: int) -> dict[str, Any]:
        """What a checkpoint holds by part, or the shapes of it."""

    @abstractmethod
    def begun(self, like: dict[str, Any], seed: int) -> tuple[Any, Any]:
        """The live state and the best parameters before the first step; of what `like` gave."""

    @abstractmethod
    def taken_up(self, state: dict[str, Any]) -> tuple[Any, Any]:
        """The same, of what a checkpoint held."""

    @property
    @abstractmethod
    def spread(self) -> Spread | None:
        """How all parameters lie, for those who read them; None for one device."""

    @abstractmethod
    def kept(self, old: Any, parameters: dict[str, Any]) -> Any:
        """A copy of such parameters, to be kept as the best in place of the old ones, which are used up."""

    @abstractmethod
    def whole(self, live: Any, best: Any) -> dict[str, Any]:
        """Both as a checkpoint holds them, by part."""

    def up_to_date(self, live: Any, buffers: Any) -> Any:
        """The state with every row up to date, in place."""
        return steps.up_to_date(self.model, self.settings, live, buffers, self.sharding)

    def _parameters(self, seed: int) -> dict[str, Any]:
        parameters = self.model.init(jax.random.key(seed), self.buffers)
        given = {name: jnp.array(table) for name, table in self.given.tables.items()}
        return {**parameters, "tables": {**parameters["tables"], **given}}

    def _on_one_device(self, seed: int) -> dict[str, Any]:
        parameters = self._parameters(seed)
        masks = self.given.masks
        return {
            "live": steps.begin(self.model, self.settings, parameters, self.buffers, masks=masks),
            "best": jax.tree.map(jnp.copy, parameters),
        }


class _OneDevice(Placement):
    def like(self, seed: int) -> dict[str, Any]:
        return self._on_one_device(seed)

    def begun(self, like: dict[str, Any], seed: int) -> tuple[Any, Any]:
        return self.taken_up(like)

    def taken_up(self, state: dict[str, Any]) -> tuple[Any, Any]:
        return state["live"], state["best"]

    @property
    def spread(self) -> Spread | None:
        return None

    def kept(self, old: Any, parameters: dict[str, Any]) -> Any:
        return steps.copied(old, parameters)

    def whole(self, live: Any, best: Any) -> dict[str, Any]:
        return {"live": live, "best": best}


class _OnMesh(Placement):
    sharding: sparse.Sharding

    def like(self, seed: int) -> dict[str, Any]:
        return jax.eval_shape(lambda: self._on_one_device(seed))

    def begun(self, like: dict[str, Any], seed: int) -> tuple[Any, Any]:
        whole = bool(self.given.tables)
        made = self._parameters(seed) if whole else steps.drawn(self.model, seed, self.buffers)
        live = steps.begin(self.model, self.settings, made, self.buffers, self.sharding, self.given.masks)
        return live, self.kept(None, live.params)

    def taken_up(self, state: dict[str, Any]) -> tuple[Any, Any]:
        live = steps.placed(self.model, self.settings, state["live"], self.buffers, self.sharding)
        return live, place_of(state["best"], live.params)

    @property
    def spread(self) -> Spread | None:
        key = jax.random.key(0)
        tables = jax.eval_shape(lambda: self.model.embedding(key, self.buffers)).tables
        whole = steps.trained_whole(self.model, self.settings, tables, self.buffers)
        sizes = {name: int(table.shape[0]) for name, table in tables.items() if name not in whole}
        return Spread(self.sharding, tuple(sizes.items()))

    def kept(self, old: Any, parameters: dict[str, Any]) -> Any:
        return steps.copied_on_mesh(old, parameters)

    def whole(self, live: Any, best: Any) -> dict[str, Any]:
        found = steps.whole(self.model, self.settings, live, self.buffers, self.sharding)
        return {"live": found, "best": whole_of(best, dict(live.sizes))}


def placement(
    model: Learner,
    settings: Train,
    buffers: Any,
    sharding: sparse.Sharding | None = None,
    given: Given | None = None,
) -> Placement:
    """That of one device, or of a mesh.

    Args:
        model: what is trained.
        settings: how.
        buffers: the embedding's, that belong to it from the start.
        sharding: what lies where on a mesh; None for one device.
        given: tables that are not drawn; None for none.
    """
    kind = _OneDevice if sharding is None else _OnMesh
    return kind(model, settings, buffers, sharding, given or Given())
