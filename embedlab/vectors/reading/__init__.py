"""Readers of files of vectors: each format a file, behind one function, `read`."""

from embedlab.vectors.reading._sniff import Format
from embedlab.vectors.reading.fasttext import FastText, Settings, read_fasttext
from embedlab.vectors.reading.read import format_of, read

__all__ = ["FastText", "Format", "Settings", "format_of", "read", "read_fasttext"]
