"""Encoders: from a document's vectors to its features. A kind of encoder is one small file."""

from experiments.encoders.bag import Bag
from experiments.encoders.base import Documents, Encoder, EncoderModule
from experiments.encoders.cnn import Cnn
from experiments.encoders.dan import Dan
from experiments.encoders.positions import Learned, NoPositions, Positions, Rotary, Sinusoidal
from experiments.encoders.rnn import Rnn
from experiments.encoders.transformer import Transformer

__all__ = [
    "Bag",
    "Cnn",
    "Dan",
    "Documents",
    "Encoder",
    "EncoderModule",
    "Learned",
    "NoPositions",
    "Positions",
    "Rnn",
    "Rotary",
    "Sinusoidal",
    "Transformer",
]
