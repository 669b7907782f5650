"""Link prediction in knowledge graphs: which entity stands at the other end of a relation."""

from experiments.graph.triples.application import APPLICATION

__all__ = ["APPLICATION"]
