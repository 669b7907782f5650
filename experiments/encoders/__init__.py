"""Encoders: from a document's vectors to its features. A kind of encoder is one small file."""

from experiments.encoders.bag import Bag
from experiments.encoders.base import Documents, Encoder, EncoderModule

__all__ = ["Bag", "Documents", "Encoder", "EncoderModule"]
