"""Analogies on Google's questions, against what gensim says of the same vectors."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import Vectors
from embedlab.quality import Question, Section, accuracy_difference, analogies

#: Of gensim 4.4.0's evaluate_word_analogies: right and asked, by section, then in all. Made by
#: PYTHONPATH=. python scripts/compare_gensim.py --gensim PYTHON
GENSIM = {
    "capital-common-countries": (403, 506),
    "capital-world": (2006, 2715),
    "currency": (31, 236),
    "city-in-state": (354, 2203),
    "family": (259, 342),
    "gram1-adjective-to-adverb": (127, 870),
    "gram2-opposite": (45, 380),
    "gram3-comparative": (699, 1332),
    "gram4-superlative": (202, 600),
    "gram5-present-participle": (397, 930),
    "gram6-nationality-adjective": (1362, 1445),
    "gram7-past-tense": (586, 1560),
    "gram8-plural": (680, 1056),
    "gram9-plural-verbs": (242, 702),
}
#: The same with restrict_vocab=5000, dummy4unknown=True and case_insensitive=False.
RESTRICTED, UNKNOWN_WRONG, CASE_KEPT = (1866, 2872), (7393, 19544), (3237, 7772)


@pytest.fixture(scope="module")
def google(data_dir: Path) -> list[Question]:
    path = data_dir / "analogy" / "questions-words.txt"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path.name}")
    found: list[Question] = []
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(": "):
            section = line[2:]
        else:
            found.append(Question(*line.split(), section))  # type: ignore[call-arg]
    return found


def test_equals_gensim(google: list[Question], glove_vectors: Vectors) -> None:
    told: list[int] = []
    found = analogies(glove_vectors.folded(), google, progress=lambda done, whole: told.append(done))
    assert {name: section[:2] for name, section in found.sections.items()} == GENSIM
    assert found.total == Section(7393, 14877, 4667)
    assert found.accuracy == pytest.approx(0.4969415876856893, abs=1e-12)
    assert told[-1] == 14877 and told == sorted(told)
    asked = [question for question, counts in zip(google, found.asked, strict=True) if counts]
    again = analogies(glove_vectors.folded(), asked[::50], unknown="wrong")
    assert again.right.tolist() == found.right[found.asked][::50].tolist()


@pytest.mark.slow
def test_equals_gensim_with_other_options(google: list[Question], glove_vectors: Vectors) -> None:
    folded = glove_vectors.folded()
    assert analogies(folded.restrict(5000), google).total[:2] == RESTRICTED
    assert analogies(folded, google, unknown="wrong").total == Section(*UNKNOWN_WRONG, 4667)
    assert analogies(glove_vectors, google).total[:2] == CASE_KEPT


@pytest.fixture(scope="module")
def cases() -> Vectors:
    """Words in several cases, those of one word in nearly one direction."""
    rng = np.random.default_rng(0)
    base = np.repeat(rng.standard_normal((6, 12)), 3, 0) + 0.01 * rng.standard_normal((18, 12))
    base[15:] = base[3] - base[0] + base[6]  # "queen" = "king" − "man" + "woman"
    base[17] *= 1.01
    words = ("man", "king", "woman", "cat", "dog", "queen")
    written = tuple(case(word) for word in words for case in (str.title, str, str.upper))
    return Vectors(written, base.astype(np.float32))


def test_words_in_another_case_are_no_answers(cases: Vectors) -> None:
    asked = [Question("man", "King", "WOMAN", "qUEEN"), Question("man", "king", "woman", "KING")]
    found = analogies(cases.folded(), asked)
    assert found.right.tolist() == [True, False] and found.answers[0] in ("Queen", "queen", "QUEEN")
    assert analogies(cases, asked[1:]).known.all() and not analogies(cases, asked[:1]).known.any()
    exactly = analogies(cases, [Question("man", "king", "woman", "queen")])
    assert exactly.right.tolist() == [exactly.answers == ("queen",)]


def test_3cosmul_is_another_answer(google: list[Question], glove_vectors: Vectors) -> None:
    few = google[::100]
    units = glove_vectors.normalised().matrix.astype(np.float64)
    found = analogies(glove_vectors.folded(), few, method="3cosmul")
    rows = {word.upper(): row for row, word in enumerate(glove_vectors.words)}
    for question, answer in zip(few, found.answers, strict=True):
        if answer is None:
            continue
        a, b, c = (rows[word.upper()] for word in question[:3])
        of_a, of_b, of_c = ((1 + units @ units[row]) / 2 for row in (a, b, c))
        scores = of_b * of_c / (of_a + 1e-6)
        scores[[a, b, c]] = -1
        best = glove_vectors.words[int(scores.argmax())]
        # GloVe's words are in lower case alone, so that no other of them is an input.
        assert answer == best or scores[rows[answer.upper()]] == pytest.approx(scores.max(), rel=1e-6)
    assert 0 < found.total.asked < len(few)
    assert found.answers != analogies(glove_vectors.folded(), few).answers


def test_nothing_to_ask(cases: Vectors) -> None:
    none = analogies(cases, [])
    assert none.total == Section(0, 0, 0) and none.accuracy == 0 and none.sections == {}
    unknown = analogies(cases, [Question("x", "king", "woman", "queen", "odd")])
    assert unknown.sections == {"odd": Section(0, 0, 1)} and unknown.answers == (None,)
    assert np.isnan(accuracy_difference(unknown, unknown)).all()


def test_side_by_side(google: list[Question], glove_vectors: Vectors) -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(glove_vectors.matrix.shape).astype(np.float32)
    worse = dataclasses.replace(glove_vectors, matrix=glove_vectors.matrix + noise / 2).restrict(20_000)
    few = google[::10]
    a, b = (analogies(vectors.folded(), few) for vectors in (glove_vectors, worse))
    found = accuracy_difference(a, b)
    both = a.asked & b.asked
    assert both.sum() == b.asked.sum() < a.asked.sum()
    assert found.value == pytest.approx(a.right[both].mean() - b.right[both].mean()) and found.low > 0
    spread = 1.96 * (a.right[both].astype(float) - b.right[both]).std() / np.sqrt(both.sum())
    np.testing.assert_allclose(
        [found.low, found.high], found.value + spread * np.array([-1, 1]), atol=spread / 8
    )


@pytest.mark.usefixtures("unchecked")
def test_what_is_refused(cases: Vectors) -> None:
    asked = [Question("man", "king", "woman", "queen")]
    other: Any = "drop"
    with pytest.raises(ValueError, match=r"^unknown='drop': choose 'skip' or 'wrong'"):
        analogies(cases, asked, unknown=other)
    with pytest.raises(ValueError, match=r"^method='drop': choose '3cosadd' or '3cosmul'"):
        analogies(cases, asked, method=other)
    with pytest.raises(
        ValueError, match=r"^b='2 questions, not those of a': give both of the same questions"
    ):
        accuracy_difference(analogies(cases, asked), analogies(cases, 2 * asked))
