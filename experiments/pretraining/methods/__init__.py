"""What is learnt of a text: skip-gram, CBOW, GloVe."""

from experiments.pretraining.methods.base import Batches, Lesson, Method
from experiments.pretraining.methods.glove import Glove
from experiments.pretraining.methods.words import Cbow, SkipGram

__all__ = ["Batches", "Cbow", "Glove", "Lesson", "Method", "SkipGram"]
