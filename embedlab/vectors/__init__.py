"""Vectors of words: as a thing to look at, and out of and into files."""

from embedlab.vectors.reading import read
from embedlab.vectors.reading.fasttext import FastText
from embedlab.vectors.report import Report
from embedlab.vectors.store import Vectors, load, save
from embedlab.vectors.writing import (
    Trained,
    Written,
    fasttext_from_subword,
    fasttext_from_vectors,
    write,
    write_fasttext,
)

__all__ = [
    "FastText",
    "Report",
    "Trained",
    "Vectors",
    "Written",
    "fasttext_from_subword",
    "fasttext_from_vectors",
    "load",
    "read",
    "save",
    "write",
    "write_fasttext",
]
