"""Where a graph of nodes comes from, as a config says it: Planetoid's files, or the user's own."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, get_args

from embedlab.checks import require
from experiments.checks import finite, require_choice
from experiments.data import originals
from experiments.data.originals import PLANETOID
from experiments.data.tables import TableFile
from experiments.graph.base import Data
from experiments.graph.nodes.answering import ClassAnswering, LinkAnswering
from experiments.graph.nodes.graph import Graph
from experiments.graph.nodes.links import held_out
from experiments.graph.nodes.planetoid import planetoid
from experiments.graph.nodes.read import LINKS
from experiments.graph.nodes.sides import node_sides
from experiments.graph.nodes.split import ClassSplit, LinkSplit
from experiments.graph.nodes.tables import NodeColumns, read_graph
from experiments.study.application import Answering, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import CLASSES, Judge

Goal = Literal["classes", "links"]


@dataclasses.dataclass(frozen=True)
class NodeData(Data):
    """A graph of nodes, and what is to be told of it.

    Attributes:
        goal: classes, those of nodes, or links, which pairs of nodes are edges.
        held_out: of links, the share of the edges to test on; half as many are validated on.

    Raises:
        ValueError: another goal, or a share that is none.
    """

    goal: Goal = "classes"
    held_out: float = 0.1

    def __post_init__(self) -> None:
        require_choice("goal", self.goal, get_args(Goal))
        share = finite(self.held_out) and 0 < self.held_out <= 0.5
        require(share, "held_out", self.held_out, "give a share of the edges above 0, of at most 0.5")

    def judge(self) -> Judge:
        """By accuracy, or by the area under the ROC curve."""
        return CLASSES if self.goal == "classes" else LINKS

    def splits(self, config: Any, tell: Tell) -> Sequence[Split]:
        """See `Data.splits`."""
        graph, folds = self.graph(), config.folds
        if self.goal == "links":
            remedy = "links have one split; leave it at 0, and give several --split_seed in turn"
            require(folds == 0, "folds", folds, remedy)
            return [LinkSplit(config, graph, held_out(graph, self.held_out, seed=config.split_seed))]
        given = {"seed": config.split_seed, "folds": folds}
        numbers = config.folds_run or (None,)
        return [ClassSplit(config, graph, node_sides(graph, fold=fold, **given), fold) for fold in numbers]

    def answering(self, stored: Stored) -> Answering:
        """See `Data.answering`."""
        return ClassAnswering(stored) if self.goal == "classes" else LinkAnswering(stored)

    @abstractmethod
    def graph(self) -> Graph:
        """Reads the graph.

        Raises:
            ValueError: a file is missing or malformed; says where.
        """


@Data.register_subclass("planetoid")
@dataclasses.dataclass(frozen=True)
class Planetoid(NodeData):
    """One of the citation graphs of Planetoid, with the split that papers use.

    Attributes:
        path: the folder that holds `ind.cora.x` and the others; empty for `planetoid` in the folder that the
            environment variable `EMBEDLAB_DATA` names.
        graph_name: cora, citeseer or pubmed.

    Raises:
        ValueError: as `NodeData`, or a name that is empty.

    Example:
        >>> Planetoid().graph_name
        'cora'

    Reference: Yang et al. 2016, "Revisiting semi-supervised learning with graph embeddings".
    """

    path: str = ""
    graph_name: Literal["cora", "citeseer", "pubmed"] = "cora"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("graph_name", self.graph_name, ("cora", "citeseer", "pubmed"))

    def graph(self) -> Graph:
        """See `NodeData.graph`."""
        return planetoid(self.path or str(originals.folder() / PLANETOID.folder), self.graph_name)


@Data.register_subclass("nodes")
@dataclasses.dataclass(frozen=True)
class Nodes(TableFile, NodeData):
    """A graph in the user's own files: one of edges, and for classes or features one of nodes.

    Attributes:
        source: the column of edges that names their one node.
        target: the column that names the other.
        nodes: the file of nodes; empty for none. Its form, and what parts its fields, are told by the file.
        nodes_header: names of its columns, where its first line is no header.
        node: its column that names the node.
        label: its column with the node's class; empty values for nodes whose class is not known.
        features: its column with words, parted by spaces; none for no features.
        split: its column that says train, valid or test; empty values for nodes on no side. None to split.

    Raises:
        ValueError: as `NodeData`.

    Example:
        >>> Nodes(path="links.csv", nodes="people.csv", node="name", label="team").source
        'source'
    """

    source: str = "source"
    target: str = "target"
    nodes: str = ""
    nodes_header: tuple[str, ...] = ()
    node: str = "node"
    label: str = "label"
    features: str | None = None
    split: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        apart = self.source != self.target
        require(apart, "target", self.target, "this is the column of the other node; name another")

    def graph(self) -> Graph:
        """See `NodeData.graph`."""
        require(bool(self.path), "--data.path", self.path, "give the file of edges")
        edges = self.table({"data.source": self.source, "data.target": self.target})
        wanted = self.goal == "classes"
        if wanted and not self.nodes:
            raise ValueError(
                "--data.nodes is missing: classes are read from a file of nodes; give it, or learn the links "
                "with --data.goal links"
            )
        label = self.label if wanted else None
        columns = NodeColumns(self.node, label, self.features, self.split if wanted else None)
        return read_graph(edges, self.source, self.target, self.nodes, self.nodes_header, columns)
