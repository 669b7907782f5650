"""Encoders: from a document's ids to logits. A kind of encoder is one small file."""

from experiments.encoders.bag import Bag
from experiments.encoders.base import Encoder

__all__ = ["Bag", "Encoder"]
