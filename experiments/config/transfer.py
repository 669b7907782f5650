"""Pretrained vectors: which, for which words, and what becomes of them in a training."""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

from embedlab.checks import require
from embedlab.vectors.transfer import Oov
from embedlab.vectors.transforms import Transform
from experiments.checks import require_bool, require_choice

Mode = Literal["random", "static", "non-static", "multichannel"]


@dataclasses.dataclass(frozen=True)
class Transfer:
    """Pretrained vectors: which, for which words, and what becomes of them in a training.

    | mode | tables begin as | and are |
    | --- | --- | --- |
    | `random` | the embedding draws them, as wide as the vectors | trained |
    | `static` | the vectors | left as they are |
    | `non-static` | the vectors | trained |
    | `multichannel` | the vectors, two tables that stand beside one another | one left, one trained |

    Attributes:
        vectors: a file of vectors, the folder of a run, or glove-6b-50d; empty for none. The embedding is as
            wide as they are.
        mode: what becomes of them.
        beside: other modes that are trained beside it on the same split, as rivals are.
        transforms: what is done to the vectors of the words first, in this order, as
            all_but_the_top:2,pca:30,normalise.
        oov: the vector of a word that has none: zero, random (of the mean and variance of those found), mean.
        forms: whether a word that has none takes that of another form of it: other case, without accents. Of
            no use where n-grams make one.
        unseen: whether words of the documents that training does not know, being too rare there or not there
            at all, are read with their pretrained vectors; else they are the unknown word, as in mode random.
        freeze_pretrained: whether of a table that is trained the pretrained rows rest, those of other words
            alone being trained: until train.freeze_until, or for good where that is 0.

    Raises:
        ValueError: a value that its field does not take, a mode twice, a field that none of the modes has a
            use for, or without vectors a mode, a transform or `freeze_pretrained`.

    Example:
        >>> Transfer("glove-6b-50d", "static", beside=("random",)).modes
        ('static', 'random')

    Reference: Kim 2014, "Convolutional neural networks for sentence classification".
    """

    vectors: str = ""
    mode: Mode = "non-static"
    beside: tuple[Mode, ...] = ()
    transforms: tuple[Transform, ...] = ()
    oov: Oov = "random"
    forms: bool = True
    unseen: bool = True
    freeze_pretrained: bool = False

    def __post_init__(self) -> None:
        require(isinstance(self.vectors, str), "vectors", self.vectors, "give a file, or none: ''")
        require_choice("mode", self.mode, get_args(Mode))
        require_choice("oov", self.oov, get_args(Oov))
        for field in ("forms", "unseen", "freeze_pretrained"):
            require_bool(field, getattr(self, field))
        for field in ("beside", "transforms"):
            require(isinstance(getattr(self, field), tuple), field, getattr(self, field), "give a tuple")
        for mode in self.beside:
            require_choice("beside", mode, get_args(Mode))
        once = len(set(self.modes)) == len(self.modes)
        require(once, "beside", self.beside, f"give each mode once; {self.mode} is run in any case")
        for transform in self.transforms:
            made = isinstance(transform, Transform) and not isinstance(transform, type)
            require(
                made, "transforms", transform, "give transforms, such as embedlab.vectors.transforms.Pca(50)"
            )
        for field in ("mode", "beside", "transforms", "freeze_pretrained"):
            value = getattr(self, field)
            idle = not self.vectors and value != getattr(Transfer, field)
            require(not idle, field, value, "it is of use with vectors alone; give them: --vectors FILE")
        trains = any(mode in ("non-static", "multichannel") for mode in self.modes)
        remedy = f"mode {self.mode} trains no pretrained table; give mode='non-static'"
        require(trains or not self.freeze_pretrained, "freeze_pretrained", self.freeze_pretrained, remedy)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """All that are trained, the main one first."""
        return (self.mode, *self.beside)

    @property
    def reads(self) -> bool:
        """Whether a table of this mode begins with the vectors; else only their width is taken.

        Example:
            >>> Transfer("glove-6b-50d", "random").reads
            False
        """
        return bool(self.vectors) and self.mode != "random"

    def alone(self, mode: Mode) -> Transfer:
        """The same of one mode.

        Example:
            >>> Transfer("glove-6b-50d", beside=("random",)).alone("random").beside
            ()
        """
        frozen = self.freeze_pretrained and mode in ("non-static", "multichannel")
        return dataclasses.replace(self, mode=mode, beside=(), freeze_pretrained=frozen)
