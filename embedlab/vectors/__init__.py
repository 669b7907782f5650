"""Trained vectors as a thing to look at: words, their vectors, their nearest neighbours."""

from embedlab.vectors.store import Vectors, load, save

__all__ = ["Vectors", "load", "save"]
