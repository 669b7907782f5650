"""What a run on a graph is told."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require
from experiments.config import Study
from experiments.graph.base import Data, Model
from experiments.graph.nodes.models import Gcn
from experiments.graph.nodes.sources import Nodes


@dataclasses.dataclass(frozen=True)
class GraphStudy(Study):
    """An embedding whose words are nodes of a graph (`node=17`), or words of their features (`word=3`).

    Attributes:
        data: where the graph comes from, and what is asked of it.
        model: what is learnt of it.

    Raises:
        ValueError: as `Study`; data or a model that are none.

    Example:
        >>> import embedlab
        >>> GraphStudy(embedlab.Dense(100, 16), data=Nodes(path="edges.csv", goal="links")).model.width
        16
    """

    data: Data = Nodes()
    model: Model = Gcn()

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": Data, "model": Model}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
