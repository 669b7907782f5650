"""Analogies: how many questions "a is to b as c is to d" vectors answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float, Int

from embedlab.checks import require
from embedlab.quality.interval import Interval, bootstrap
from embedlab.search.analogies import Method
from embedlab.vectors.store import Vectors

Progress = Callable[[int, int], None]
UnknownQuestion = Literal["skip", "wrong"]


class Question(NamedTuple):
    """An analogy, "a is to b as c is to d", of which d is asked for.

    Attributes:
        a: a word.
        b: a word.
        c: a word.
        d: the answer.
        section: of the set it is from.

    Example:
        >>> Question("man", "king", "woman", "queen", "family").d
        'queen'

    Source: the form of Mikolov et al. 2013.
    """

    a: str
    b: str
    c: str
    d: str
    section: str = ""


class Section(NamedTuple):
    """What came of the questions of one section.

    Attributes:
        right: how many answers are.
        asked: how many questions count.
        unknown: how many have a word without a vector.

    Example:
        >>> Section(right=3, asked=4, unknown=1).accuracy
        0.75

    Source: none; three counts.
    """

    right: int
    asked: int
    unknown: int

    @property
    def accuracy(self) -> float:
        """The share of right answers; 0 where no question counts."""
        return self.right / self.asked if self.asked else 0.0


@dataclasses.dataclass(frozen=True, eq=False)
class Analogies:
    """What came of a set of questions.

    Attributes:
        questions: what was asked.
        answers: the best word for each; None where a word is unknown or no word is left.
        right: bool [questions], whether it is d.
        known: bool [questions], whether all four words have a vector.
        asked: bool [questions], which questions count.

    Example:
        >>> vectors = Vectors(("man", "king", "woman", "queen"), np.eye(4, dtype=np.float32))   # [words, dim]
        >>> found = analogies(vectors, [Question("man", "king", "woman", "queen")])
        >>> found.answers, found.accuracy
        (('queen',), 1.0)

    Source: none; the numbers of `analogies`.
    """

    questions: tuple[Question, ...]
    answers: tuple[str | None, ...]
    right: Bool[np.ndarray, " questions"]
    known: Bool[np.ndarray, " questions"]
    asked: Bool[np.ndarray, " questions"]

    @property
    def total(self) -> Section:
        """All questions as one section."""
        return Section(int(self.right.sum()), int(self.asked.sum()), int((~self.known).sum()))

    @property
    def accuracy(self) -> float:
        """The share of right answers among all questions that count."""
        return self.total.accuracy

    @property
    def sections(self) -> dict[str, Section]:
        """Each section, in the order of the questions."""
        names = np.array([question.section for question in self.questions], object)
        return {
            name: Section(
                int(self.right[here].sum()), int(self.asked[here].sum()), int((~self.known[here]).sum())
            )
            for name in dict.fromkeys(names.tolist())
            for here in [names == name]
        }


def analogies(
    vectors: Vectors,
    questions: Sequence[Question],
    *,
    method: Method = "3cosadd",
    unknown: UnknownQuestion = "skip",
    progress: Progress | None = None,
) -> Analogies:
    """Answers analogies with the word nearest to b − a + c, or by 3CosMul; all words are looked at.

    The words a, b and c are no answers. As gensim does by default, words folded to upper case:
    `analogies(vectors.restrict(300_000).folded(), questions)`; there, what is an input in another case is no
    answer either. See `embedlab.search.solve` for both methods.

    Args:
        vectors: with `fold_case`, words are looked up and compared in any case; of a restricted vocabulary,
            other words are unknown, and no answers.
        questions: what is asked.
        method: `3cosadd` or `3cosmul`.
        unknown: what becomes of a question with an unknown word: `skip`, it does not count; `wrong`, it does.
        progress: called with the questions answered, and their number.

    Returns:
        Answers, and which of them are right.

    Raises:
        ValueError: the method or `unknown` is none of these.

    Example:
        >>> vectors = Vectors(("man", "king", "woman", "queen"), np.eye(4, dtype=np.float32))   # [words, dim]
        >>> asked = [Question("man", "king", "woman", "queen"), Question("man", "king", "x", "queen")]
        >>> analogies(vectors, asked).total, analogies(vectors, asked, unknown="wrong").accuracy
        (Section(right=1, asked=1, unknown=1), 0.5)

    Reference: Mikolov et al. 2013, "Efficient estimation of word representations in vector space" (the
    questions, one answer, exact); Levy & Goldberg 2014, "Linguistic regularities in sparse and explicit word
    representations" (3CosMul).
    """
    require(unknown in get_args(UnknownQuestion), "unknown", unknown, "choose 'skip' or 'wrong'")
    known = np.array([all(word in vectors for word in question[:4]) for question in questions], bool)
    posed = [question for question, is_known in zip(questions, known, strict=True) if is_known]
    a, b, c = ([question[side] for question in posed] for side in range(3))
    found = vectors.analogy(a, b, c, 1, method, progress)
    answers = np.full(len(questions), None, object)
    answers[known] = [best[0][0] if best else None for best in found]
    right = [
        answer is not None and _same(answer, question.d, vectors)
        for answer, question in zip(answers, questions, strict=True)
    ]
    asked = known if unknown == "skip" else np.ones(len(questions), bool)
    return Analogies(tuple(questions), tuple(answers.tolist()), np.array(right, bool), known, asked)


def _same(word: str, other: str, vectors: Vectors) -> bool:
    return word == other or (vectors.fold_case and word.upper() == other.upper())


def accuracy_difference(a: Analogies, b: Analogies, *, resamples: int = 2000, seed: int = 0) -> Interval:
    """How much better one set of vectors answers than another, on the questions that count for both.

    The difference of the shares of right answers; each resample of the questions is the same for both. The
    questions of a section are made of few pairs of words, each with each, so that they are less independent
    than the interval takes them to be: it is rather narrow.

    Args:
        a: of one set of vectors.
        b: of another, on the same questions in the same order.
        resamples: how many.
        seed: of the resamples.

    Returns:
        The difference and its 95 % interval.

    Raises:
        ValueError: they are of different questions.

    Example:
        >>> vectors = Vectors(("man", "king", "woman", "queen"), np.eye(4, dtype=np.float32))   # [words, dim]
        >>> found = analogies(vectors, [Question("man", "king", "woman", "queen")])
        >>> accuracy_difference(found, found)
        Interval(value=0.0, low=0.0, high=0.0)

    Reference: Efron & Tibshirani 1993, "An introduction to the bootstrap" (paired data).
    """
    remedy = "give both of the same questions, in the same order"
    require(a.questions == b.questions, "b", f"{len(b.questions)} questions, not those of a", remedy)
    both = a.asked & b.asked
    apart = a.right[both].astype(np.float64) - b.right[both]

    def mean(times: Int[np.ndarray, "some n"]) -> Float[np.ndarray, " some"]:
        return times @ apart / len(apart)

    return bootstrap(mean, len(apart), resamples=resamples, seed=seed)
