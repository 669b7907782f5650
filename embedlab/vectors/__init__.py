"""Vectors of words: as a thing to look at, and out of and into files."""

from embedlab.vectors.reading import read
from embedlab.vectors.report import Report
from embedlab.vectors.store import Vectors, load, save

__all__ = ["Report", "Vectors", "load", "read", "save"]
