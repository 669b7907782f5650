"""fastText models out of what was trained here: a Subword embedding, or vectors without n-grams."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from embedlab.base import ABSENT, Variables
from embedlab.checks import finite_fields, require, require_count
from embedlab.lookup import embed
from embedlab.subword import Subword
from embedlab.text.ngrams import Words, spellings
from embedlab.text.vocabulary import Vocabulary
from embedlab.vectors.reading.fasttext import FastText, Settings
from embedlab.vectors.store import Vectors

_IDS = 1 << 12  # whose vectors are made at a time


@dataclasses.dataclass(frozen=True)
class Trained:
    """How a model was trained: what fastText and gensim go on with, unless they are told otherwise.

    Attributes:
        model: `skipgram` or `cbow`.
        loss: what was minimised, `negative-sampling`, `hierarchical-softmax` or `softmax`.
        window: words to each side, at most.
        epoch: passes over the text.
        negatives: words drawn against each real one.
        min_count: times that a word occurs, at least.
        sample: threshold of subsampling.

    Raises:
        ValueError: a value that the field does not take.

    Example:
        >>> Trained(window=0)
        Traceback (most recent call last):
        ValueError: window=0: give a whole number of at least 1

    Source: the defaults are those of fastText 0.9.3.
    """

    model: Literal["skipgram", "cbow"] = "skipgram"
    loss: Literal["negative-sampling", "hierarchical-softmax", "softmax"] = "negative-sampling"
    window: int = 5
    epoch: int = 5
    negatives: int = 5
    min_count: int = 1
    sample: float = 1e-4

    def __post_init__(self) -> None:
        require(self.model in ("skipgram", "cbow"), "model", self.model, "choose skipgram or cbow")
        losses = ("negative-sampling", "hierarchical-softmax", "softmax")
        require(self.loss in losses, "loss", self.loss, f"choose one of {', '.join(losses)}")
        for field in ("window", "epoch", "min_count"):
            require_count(field, getattr(self, field))
        require_count("negatives", self.negatives, 0)
        finite_fields(self, "sample")

    def settings(self, dim: int, buckets: int, minn: int, maxn: int) -> Settings:
        """These, with the sizes of a table.

        Args:
            dim: width of a vector.
            buckets: rows for n-grams.
            minn: characters of the shortest n-gram.
            maxn: of the longest; 0 for none.

        Returns:
            The settings of a model.

        Example:
            >>> Trained().settings(2, 0, 0, 0).window
            5
        """
        before = (dim, self.window, self.epoch, self.min_count, self.negatives, 1)
        return Settings(*before, self.loss, self.model, buckets, minn, maxn, 100, self.sample)


def fasttext_from_subword(
    spec: Subword,
    variables: Variables,
    words: Words,
    *,
    counts: Sequence[int] | None = None,
    output: Float[np.ndarray, "ids dim"] | None = None,
    trained: Trained = Trained(),
) -> FastText:
    """The fastText model that a Subword embedding is: of all words the same vectors, unknown ones too.

    fastText's words always have a row of their own. A word that has none here, because of `own_row=False` or
    because it is beyond `vocabulary`, gets its vector as its own row: with it, the mean stays what it is.

    Args:
        spec: the embedding, `T` of [rows, dim].
        variables: its arrays.
        words: what the ids are spelled as, as for `spec.word_buffers`. Those of padding and OOV, and empty
            ones, are in no file of fastText, and left out.
        counts: how often each of `words` occurred, at least once; None for those of a `Vocabulary`, or one
            each. The model's words are in the order of falling counts, which fastText and gensim rely on.
        output: float [ids, dim], what the loss compares with, for those who train on; None for zeros.
        trained: how it was trained.

    Returns:
        The model.

    Raises:
        ValueError: buffers that are not those of these words, as with a cap on n-grams, counts or an output
            that do not fit, or no word at all.

    Example:
        >>> import jax
        >>> spec = Subword(vocabulary=2, dim=4, buckets=100)
        >>> variables = spec.init(jax.random.key(0), spec.word_buffers(["cat", "cats"]))
        >>> model = fasttext_from_subword(spec, variables, ["cat", "cats"])
        >>> bool(np.allclose(model.vector("cats"), embed(spec, variables, np.array([1]))[0]))
        True

    Reference: Bojanowski et al. 2017; fastText 0.9.3.
    """
    spelled = spellings(words)
    _require_buffers(spec, variables, spelled)
    ids = np.array([i for i, word in enumerate(spelled) if word], np.int32)
    chosen, numbers = _by_count(ids, _counts(words, spelled, counts))
    table = np.asarray(variables.tables["table"]).astype(np.float32)
    rowed = (chosen < spec.vocabulary) & spec.own_row
    own = np.empty((len(chosen), spec.dim), np.float32)
    own[rowed] = table[chosen[rowed]]
    own[~rowed] = _vectors(spec, variables, chosen[~rowed])
    ngrams = table[spec.own_row * spec.vocabulary :]
    total = int(sum(words.counts)) if isinstance(words, Vocabulary) else int(numbers.sum())
    return FastText(
        trained.settings(spec.dim, spec.buckets, spec.minn, spec.maxn),
        [spelled[i].encode() for i in chosen.tolist()],
        numbers,
        [],
        np.zeros(0, np.int64),
        total,
        np.concatenate([own, ngrams]),
        _output(output, len(spelled), spec.dim)[chosen],
    )


def fasttext_from_vectors(
    vectors: Vectors,
    *,
    counts: Sequence[int] | None = None,
    output: Float[np.ndarray, "words dim"] | None = None,
    trained: Trained = Trained(),
) -> FastText:
    """A fastText model of words alone, without n-grams: `maxn` and `bucket` are 0, and a row is a vector.

    Args:
        vectors: float [words, dim]; float64 is rounded.
        counts: how often each word occurred, at least once; None for once each. The model's words are in the
            order of falling counts.
        output: float [words, dim], what the loss compares with; None for zeros.
        trained: how it was trained.

    Returns:
        The model.

    Raises:
        ValueError: no words, one with a lone surrogate, or counts or an output that do not fit.

    Example:
        >>> vectors = Vectors(("cat", "the"), np.float32([[1, 2], [3, 4]]))
        >>> fasttext_from_vectors(vectors, counts=[2, 9]).words
        [b'the', b'cat']

    Source: fastText 0.9.3, with `-maxn 0`.
    """
    require(len(vectors) > 0, "vectors", "no words", "give one at least")
    ids = np.arange(len(vectors), dtype=np.int32)
    chosen, numbers = _by_count(ids, _counts(vectors.words, vectors.words, counts))
    dim = vectors.matrix.shape[1]
    return FastText(
        trained.settings(dim, 0, 0, 0),
        [vectors.words[i].encode() for i in chosen.tolist()],
        numbers,
        [],
        np.zeros(0, np.int64),
        int(numbers.sum()),
        vectors.matrix.astype(np.float32)[chosen],
        _output(output, len(vectors), dim)[chosen],
    )


def _require_buffers(spec: Subword, variables: Variables, spelled: Sequence[str]) -> None:
    """fastText makes n-grams of the words again: they have to be those that were trained with."""
    held = np.asarray(variables.buffers["ngrams"])
    made = spec.word_buffers(spelled)["ngrams"]
    require(len(held) == len(spelled), "words", f"{len(spelled)} for buffers of {len(held)}", "give all")
    narrow, wide = sorted((held, made), key=lambda rows: rows.shape[1])
    same = (wide[:, : narrow.shape[1]] == narrow).all(1) & (wide[:, narrow.shape[1] :] == ABSENT).all(1)
    if not same.all():
        word = spelled[int(np.flatnonzero(~same)[0])]
        remedy = (
            "its n-grams in the buffers are others than fastText's; give the buffers' words, made uncapped"
        )
        require(False, "words", word, remedy)


def _counts(words: Any, spelled: Sequence[str], counts: Sequence[int] | None) -> np.ndarray:
    given = counts
    if given is None:
        given = words.counts if isinstance(words, Vocabulary) else [1] * len(spelled)
    require(len(given) == len(spelled), "counts", f"{len(given)} for {len(spelled)} words", "give one each")
    return np.asarray(given, np.int64)


def _by_count(ids: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ids in the order of falling counts, and these."""
    require(len(ids) > 0, "words", "none", "give one at least")
    own = counts[ids]
    require(int(own.min()) >= 1, "counts", int(own.min()), "a word of the model occurred at least once")
    order = np.argsort(-own, kind="stable")
    return ids[order], own[order]


def _output(output: np.ndarray | None, rows: int, dim: int) -> np.ndarray:
    if output is None:
        return np.zeros((rows, dim), np.float32)
    shape = (rows, dim)
    require(output.shape == shape, "output", output.shape, f"give float {shape}, a row a word")
    return np.asarray(output).astype(np.float32)


def _vectors(spec: Subword, variables: Variables, ids: np.ndarray) -> np.ndarray:
    """The vectors of ids, some at a time."""
    parts = [embed(spec, variables, ids[i : i + _IDS]) for i in range(0, len(ids), _IDS)]
    return np.concatenate([np.empty((0, spec.dim), np.float32), *(np.asarray(x, np.float32) for x in parts)])
