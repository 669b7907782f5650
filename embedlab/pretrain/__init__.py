"""Vectors of words made from text: skip-gram and CBOW for every kind of embedding.

The losses are plain functions of strips of text; `sparse.Trainer` trains them row by row.
"""

from embedlab.pretrain.huffman import HierarchicalSoftmax, Paths, huffman
from embedlab.pretrain.model import WordModel
from embedlab.pretrain.sampling import Noise, keep_probabilities
from embedlab.pretrain.skip_gram import NegativeSampling, SampledSoftmax
from embedlab.pretrain.windows import Strips, Windows

__all__ = [
    "HierarchicalSoftmax",
    "NegativeSampling",
    "Noise",
    "Paths",
    "SampledSoftmax",
    "Strips",
    "Windows",
    "WordModel",
    "huffman",
    "keep_probabilities",
]
