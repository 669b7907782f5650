"""Tables of columns: what one column is, told from the others by embeddings of their values."""

from experiments.columns.application import APPLICATION

__all__ = ["APPLICATION"]
