"""Tables of named columns, read from the user's own files: CSV, TSV, JSON Lines, Parquet."""

from experiments.data.tables.file import TableFile
from experiments.data.tables.read import read
from experiments.data.tables.table import Table

__all__ = ["Table", "TableFile", "read"]
