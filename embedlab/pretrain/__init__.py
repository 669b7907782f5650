"""Vectors of words made from text: skip-gram, CBOW and GloVe for every kind of embedding.

The losses are plain functions of strips of text; `sparse.Trainer` trains them row by row.
"""

from embedlab.pretrain.cooccurrence import Cooccurrence, Pairs
from embedlab.pretrain.glove import Glove
from embedlab.pretrain.huffman import HierarchicalSoftmax, Paths, huffman
from embedlab.pretrain.model import WordModel
from embedlab.pretrain.objective import Objective
from embedlab.pretrain.phrases import Neighbours, Phrases
from embedlab.pretrain.sampling import Noise, keep_probabilities
from embedlab.pretrain.skip_gram import NegativeSampling, SampledSoftmax
from embedlab.pretrain.tally import Tally
from embedlab.pretrain.windows import Strips, Windows

__all__ = [
    "Cooccurrence",
    "Glove",
    "HierarchicalSoftmax",
    "NegativeSampling",
    "Neighbours",
    "Noise",
    "Objective",
    "Pairs",
    "Paths",
    "Phrases",
    "SampledSoftmax",
    "Strips",
    "Tally",
    "Windows",
    "WordModel",
    "huffman",
    "keep_probabilities",
]
