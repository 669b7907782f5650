"""Vectors of words: as a thing to look at, and out of and into files."""

from embedlab.vectors.folder import load, save
from embedlab.vectors.reading import FastText, format_of, read, read_fasttext
from embedlab.vectors.report import Report
from embedlab.vectors.store import Vectors
from embedlab.vectors.transfer import Coverage, Transferred, from_vectors, have_vectors
from embedlab.vectors.writing import (
    Trained,
    Written,
    fasttext_from_subword,
    fasttext_from_vectors,
    write,
    write_fasttext,
)

__all__ = [
    "Coverage",
    "FastText",
    "Report",
    "Trained",
    "Transferred",
    "Vectors",
    "Written",
    "fasttext_from_subword",
    "fasttext_from_vectors",
    "format_of",
    "from_vectors",
    "have_vectors",
    "load",
    "read",
    "read_fasttext",
    "save",
    "write",
    "write_fasttext",
]
