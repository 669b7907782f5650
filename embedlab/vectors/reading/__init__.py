"""Readers of files of vectors: each format a file, behind one function, `read`."""

from embedlab.vectors.reading.options import Options
from embedlab.vectors.reading.read import read
from embedlab.vectors.reading.sniff import Format

__all__ = ["Format", "Options", "read"]
