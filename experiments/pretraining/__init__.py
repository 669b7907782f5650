"""Vectors of words made from text: its config, the text on disk, training, and what is written in the end."""

from experiments.pretraining.config import Pretraining
from experiments.pretraining.looks import Looks
from experiments.pretraining.methods import Cbow, Glove, Method, SkipGram
from experiments.pretraining.schedule import Schedule
from experiments.pretraining.source import Corpus

__all__ = ["Cbow", "Corpus", "Glove", "Looks", "Method", "Pretraining", "Schedule", "SkipGram"]
