"""Pretrained vectors for the words of a task: `from_vectors`, and how many of the words they know."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from embedlab.base import ABSENT, Variables
from embedlab.checks import require, require_count
from embedlab.dense import Dense
from embedlab.hashed import Hashed
from embedlab.subword import Subword
from embedlab.text.ngrams import Words, spellings
from embedlab.text.vocabulary import Vocabulary
from embedlab.vectors.reading.fasttext import FastText
from embedlab.vectors.store import Vectors

Oov = Literal["zero", "random", "mean"]
_SHOWN = 10  # words out of the vectors that a report names


@dataclasses.dataclass(frozen=True)
class Coverage:
    """How many of a task's words have a pretrained vector; padding and the unknown word are not counted.

    Attributes:
        types: words.
        exact: words that are in the vectors as they are.
        by_form: words that are there in another form: of other case, without accents, with zeros for digits.
        by_ngrams: words that a model of n-grams makes a vector for.
        tokens: occurrences of all of them, by the vocabulary's counts; 0 where there are none.
        known_tokens: occurrences of words that have a vector in one way or another.
        missing: the most frequent words without one.

    Example:
        >>> print(Coverage(4, exact=2, by_form=1, by_ngrams=0, tokens=10, known_tokens=9, missing=("qux",)))
        3 of 4 words (75.0 %; 1 by another form), 90.0 % of their occurrences; missing: qux

    Source: none.
    """

    types: int
    exact: int
    by_form: int
    by_ngrams: int
    tokens: int
    known_tokens: int
    missing: tuple[str, ...]

    @property
    def known(self) -> int:
        """Words with a vector."""
        return self.exact + self.by_form + self.by_ngrams

    def __str__(self) -> str:
        ways = [
            f"{n} by {how}" for n, how in ((self.by_form, "another form"), (self.by_ngrams, "n-grams")) if n
        ]
        share = f"{100 * self.known / max(1, self.types):.1f} %"
        told = f"{self.known:,} of {self.types:,} words ({'; '.join([share, *ways])})"
        if self.tokens:
            told += f", {100 * self.known_tokens / self.tokens:.1f} % of their occurrences"
        return told + (f"; missing: {' '.join(self.missing)}" if self.missing else "")


@dataclasses.dataclass(frozen=True, eq=False)
class Transferred:
    """A table of pretrained vectors as an embedding.

    Attributes:
        spec: the embedding.
        variables: its arrays, to be trained on or not.
        pretrained: bool [rows], the rows of its table that came out of the vectors; the others were drawn.
        coverage: how many of the words they are.

    Example:
        >>> vectors = Vectors(("cat", "dog"), np.float32([[1, 2], [3, 4]]))
        >>> from_vectors(vectors, ["cat", "cow"], oov="zero").pretrained
        array([ True, False])

    Source: none.
    """

    spec: Dense | Subword
    variables: Variables
    pretrained: Bool[np.ndarray, " rows"]
    coverage: Coverage


def from_vectors(
    vectors: Vectors | FastText,
    words: Words,
    kind: Any = Dense,
    *,
    oov: Oov = "random",
    forms: bool = True,
    seed: int = 0,
) -> Transferred:
    """An embedding of a task's words out of pretrained vectors.

    Of `Vectors` it is a `Dense`. Of a fastText model it is a `Dense` of the vectors that the model makes of
    each word's n-grams, or, as `kind=Subword`, the model's own table: rows of the task's words, then all its
    n-grams, which stay shared and may be trained further. Before any training every word then has the vector
    that fastText gives it.

    Args:
        vectors: the vectors, or a whole fastText model (`read_fasttext`).
        words: of the ids 0, 1, …: a `Vocabulary`, whose padding is zeros and whose unknown word goes by
            `oov` (zeros for `Subword`), or plain words, of which an empty one stands for no word.
        kind: `Dense` or `Subword`.
        oov: the vector of a word that has none: `zero`; `random`, drawn from a normal distribution with the
            mean and the variance of each number in the vectors that were found; `mean`, that of those. Where
            only one vector was found, which has no variance, `random` draws about zero, with the root mean
            square of its numbers. Of no use to `Subword`, where a word without n-grams is zeros.
        forms: whether a word that is not there takes the vector of another form of it: other case, composed
            characters, no accents, zeros for digits, in this order. Of no use where n-grams make a vector of
            any word.
        seed: of what is drawn, at least 0.

    Returns:
        The embedding, float32 table [ids, dim], and how many words were found.

    Raises:
        ValueError: `Hashed`, which has no row of a word's own; n-grams of vectors that have none; another
            policy; a seed below 0; no word at all is found; a vector that is found has NaN or infinity.

    Example:
        >>> vectors = Vectors(("cat", "dog"), np.float32([[1, 2], [3, 4]]))
        >>> found = from_vectors(vectors, ["dog", "Cat", "cow"], oov="mean")
        >>> found.variables.tables["table"].tolist()   # [ids, dim]
        [[3.0, 4.0], [1.0, 2.0], [2.0, 3.0]]
        >>> found.coverage.exact, found.coverage.by_form, found.coverage.missing
        (1, 1, ('cow',))

    Reference: Kim 2014, "Convolutional neural networks for sentence classification" (unknown words with the
    variance of known ones); Bojanowski et al. 2017.
    """
    require(oov in get_args(Oov), "oov", oov, f"choose one of {', '.join(get_args(Oov))}")
    require(isinstance(forms, bool), "forms", forms, "give True or False")
    require_count("seed", seed, least=0)
    reason = (
        "its rows are shared by words that have nothing in common, so that no row is a word's; take Dense"
    )
    require(kind is not Hashed and not isinstance(kind, Hashed), "kind", "Hashed", reason)
    require(kind in (Dense, Subword), "kind", kind, "choose Dense or Subword")
    if kind is Subword:
        return _shared(vectors, words)
    find = _of_model(vectors) if isinstance(vectors, FastText) else _of_table(vectors)
    return _dense(vectors, find, words, oov, forms and not _has_ngrams(vectors), seed)


def forms_of(word: str) -> list[str]:
    """Other forms of a word, which may have a vector where it has none, the nearest first.

    Args:
        word: any string.

    Returns:
        In lower case, capitalised, in capitals, of composed characters, without accents, with zeros for
        digits; without the word itself.

    Example:
        >>> forms_of("Été")
        ['été', 'ÉTÉ', 'Ete', 'ete']

    Source: what is usually tried; zeros for digits as in Mikolov et al. 2013.
    """
    composed = unicodedata.normalize("NFKC", word)
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    digits = "".join("0" if c.isdigit() else c for c in word)
    cases = [word.lower(), word.capitalize(), word.upper()]
    forms = [*cases, composed, bare, bare.lower(), digits, digits.lower()]
    return [form for form in dict.fromkeys(forms) if form and form != word]


def have_vectors(
    vectors: Vectors | FastText, words: Sequence[str], *, forms: bool = True
) -> Bool[np.ndarray, " words"]:
    """Which words `from_vectors` would find in a file, n-grams left aside.

    Args:
        vectors: the vectors, or a whole fastText model.
        words: any strings; an empty one stands for no word.
        forms: whether another form of a word counts, of vectors without n-grams.

    Returns:
        bool [words].

    Example:
        >>> have_vectors(Vectors(("cat",), np.ones((1, 2), np.float32)), ["Cat", "cat", "dog"])
        array([ True,  True, False])

    Source: none.
    """
    forms = forms and not _has_ngrams(vectors)
    found = [
        bool(word) and (word in vectors or (forms and any(form in vectors for form in forms_of(word))))
        for word in words
    ]
    return np.array(found, bool)


Find = Callable[[str], Any]


def _has_ngrams(vectors: Vectors | FastText) -> bool:
    return isinstance(vectors, FastText) and isinstance(vectors.spec, Subword)


def _dense(
    vectors: Vectors | FastText, find: Find, words: Words, oov: Oov, forms: bool, seed: int
) -> Transferred:
    """A row a word, those that are not found by the policy."""
    spelled = spellings(words)
    rows: list[Any] = [None] * len(spelled)
    exact = by_form = by_ngrams = 0
    for i, word in enumerate(spelled):
        rows[i] = find(word) if word else None
        if rows[i] is not None:
            exact, by_ngrams = (exact + 1, by_ngrams) if word in vectors else (exact, by_ngrams + 1)
        elif word and forms:
            rows[i] = next((found for form in forms_of(word) if (found := find(form)) is not None), None)
            by_form += rows[i] is not None
    there = np.array([row is not None for row in rows])
    if not there.any():
        raise ValueError(
            f"words: none of {len(spelled):,} is in the vectors ({' '.join(filter(None, spelled[:7]))} …); "
            "are they of another language or tokenizer?"
        )
    known = np.stack([row for row in rows if row is not None]).astype(np.float32)
    _require_finite(known, [word for word, has in zip(spelled, there, strict=True) if has])
    table = _filled(len(spelled), known, oov, seed)
    table[there] = known
    if isinstance(words, Vocabulary):
        table[Vocabulary.PADDING] = 0
    coverage = _coverage(words, spelled, there, exact, by_form, by_ngrams)
    variables = Variables({"table": jnp.asarray(table)})
    return Transferred(Dense(len(spelled), table.shape[1]), variables, there, coverage)


def _filled(rows: int, known: np.ndarray, oov: Oov, seed: int) -> Float[np.ndarray, "rows dim"]:
    """A table in which every row is as the policy has it for unknown words."""
    if oov == "zero":
        return np.zeros((rows, known.shape[1]), np.float32)
    if oov == "mean":
        return np.repeat(known.mean(0, keepdims=True), rows, 0)
    # A row's number is its word's id: a word's vector does not depend on which others are unknown.
    drawn = np.random.default_rng(seed).standard_normal((rows, known.shape[1]))
    if (known == known[0]).all():  # else every word would have the vector of this one
        return (drawn * np.sqrt(np.mean(known[0].astype(np.float64) ** 2))).astype(np.float32)
    return (known.mean(0) + drawn * known.std(0)).astype(np.float32)


def _require_finite(rows: Float[np.ndarray, "words dim"], words: Sequence[str]) -> None:
    bad = np.flatnonzero(~np.isfinite(rows).all(1))
    if len(bad):
        raise ValueError(
            f"vectors: those of {len(bad):,} words have NaN or infinity, as that of {words[bad[0]]!r}; leave "
            "them out, or read the file with non_finite='drop' or 'zero'"
        )


def _of_table(vectors: Vectors) -> Find:
    def find(word: str) -> Any:
        return vectors[word] if word in vectors else None  # noqa: SIM401 (it has no `get`)

    return find


def _of_model(model: FastText) -> Find:
    def find(word: str) -> Any:
        vector = model.vector(word)
        return vector if vector.any() else None

    return find


def _shared(model: Vectors | FastText, words: Words) -> Transferred:
    """The model's n-grams with a row of its own for each of the task's words."""
    whole = _has_ngrams(model)
    remedy = "give a whole fastText model that has n-grams, read_fasttext('….bin')"
    require(whole, "vectors", type(model).__name__, remedy)
    assert isinstance(model, FastText) and isinstance(model.spec, Subword)
    spelled, s = spellings(words), model.spec
    spec = Subword(len(spelled), s.dim, s.buckets, s.minn, s.maxn)
    ngrams = spec.word_buffers(words)["ngrams"]
    table = np.empty((spec.rows, s.dim), np.float32)
    table[len(spelled) :] = model.table[len(model.words) :]
    number = {word: i for i, word in enumerate(model.words)}
    own = np.array([number.get(word.encode(), -1) if word else -1 for word in spelled])
    # The mean of a word's n-grams in its own place leaves the mean of all as it is: fastText's vector.
    real = ngrams != ABSENT
    for i in range(len(spelled)):
        rows = table[len(spelled) + ngrams[i][real[i]]]
        table[i] = model.table[own[i]] if own[i] >= 0 else rows.mean(0) if len(rows) else 0
    _require_finite(table[: len(spelled)], spelled)
    made = (own < 0) & real.any(1)
    there = (own >= 0) | made
    coverage = _coverage(words, spelled, there, int((own >= 0).sum()), 0, int(made.sum()))
    variables = Variables({"table": jnp.asarray(table)}, buffers={"ngrams": jnp.asarray(ngrams)})
    return Transferred(spec, variables, np.append(own >= 0, np.ones(s.buckets, bool)), coverage)


def _coverage(
    words: Words, spelled: Sequence[str], there: np.ndarray, exact: int, by_form: int, by_ngrams: int
) -> Coverage:
    real = np.array([bool(word) for word in spelled])
    counts = np.zeros(len(spelled), np.int64)
    if isinstance(words, Vocabulary):
        counts = np.where(real, np.array(words.counts), 0)
    missing = [i for i in np.argsort(-counts, kind="stable").tolist() if real[i] and not there[i]][:_SHOWN]
    tokens, known = int(counts.sum()), int(counts[there].sum())
    return Coverage(
        int(real.sum()), exact, by_form, by_ngrams, tokens, known, tuple(spelled[i] for i in missing)
    )
