"""Log-count ratios: what naive Bayes says, for words with rows of their own and words that share them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

import embedlab
from embedlab.text import Vocabulary
from experiments.comparisons.single import prepare
from experiments.config import Config, Prior, Text, Transfer
from experiments.documents.corpus import gathered
from experiments.documents.material import Material, read
from experiments.tasks import Value
from experiments.training.lexicon import lexicon
from experiments.transfer.ratios import document_counts, log_ratios, ratios
from tests.experiments.transfer.conftest import WIDTH, Words

IDS = 30


@pytest.fixture
def counts() -> np.ndarray:
    """[2, ids], of padding and the unknown word nothing."""
    found = np.random.default_rng(3).integers(0, 9, (2, IDS)).astype(float)
    found[:, :2] = 0
    return found


@pytest.mark.parametrize("classes", [2, 3])
def test_they_are_those_of_naive_bayes(classes: int) -> None:
    drawn = np.random.default_rng(classes)
    documents = [[f"w{word}" for word in drawn.zipf(1.5, 12) % 20] for _ in range(60)]
    labels = np.arange(60, dtype=np.int32) % classes
    corpus, rows = gathered(documents), drawn.permutation(60)[:40]
    numbers, size = np.arange(len(corpus.words)), len(corpus.words)
    counts = document_counts(corpus, numbers, rows, labels[rows], classes, size)
    held = np.array([[word in documents[row] for word in corpus.words] for row in rows], float)
    model = MultinomialNB(alpha=0.5).fit(held, labels[rows])
    assert (model.feature_count_ == counts).all()
    shares = np.exp(model.feature_log_prob_)
    seen = counts.any(0)
    for c in range(classes):
        expected = np.log(shares[c] / np.delete(shares, c, 0).mean(0))
        np.testing.assert_allclose(log_ratios(counts, 0.5)[seen, c], expected[seen], atol=1e-12)
    assert not log_ratios(counts, 0.5)[~seen].any()


def test_a_dense_row_is_its_word_s_ratio_before_what_is_drawn(counts: np.ndarray) -> None:
    spec = embedlab.Dense(IDS + 5, 3)  # rows to spare
    table = ratios(spec, {}, counts, Prior(2.0)).given(4, None).tables["table"]
    np.testing.assert_allclose(table[:IDS, :2], 2 * log_ratios(counts_of(counts), 1.0)[:IDS], rtol=1e-5)
    assert not table[IDS:, :2].any() and table.shape == (IDS + 5, 5)
    assert np.unique(table[:, 2:], axis=0).shape[0] == IDS + 5


def counts_of(counts: np.ndarray) -> np.ndarray:
    """With the spare rows, that smoothing counts too."""
    return np.pad(counts, ((0, 0), (0, 5)))


def test_shared_rows_have_the_ratio_of_all_that_read_them(counts: np.ndarray) -> None:
    spec = embedlab.Hashed(IDS, 3, buckets=11, hashes=2)
    table = ratios(spec, {}, counts, Prior(1.0)).given(0, None).tables["table"]
    (look,) = spec.index({}, np.arange(IDS, dtype=np.int32))
    pooled = np.zeros((2, 11))
    for number in range(IDS):
        for row in np.asarray(look.rows[number]):
            pooled[:, row] += counts[:, number]
    np.testing.assert_allclose(table[:, :2], log_ratios(pooled, 1.0) / 2, rtol=1e-5)
    wide = dataclasses.replace(spec, buckets=100_003)  # next to no collisions: each word has its own ratio
    made = ratios(wide, {}, counts, Prior(1.0, smoothing=1e-9))
    rows = np.asarray(wide.index({}, np.arange(IDS, dtype=np.int32))[0].rows)
    np.testing.assert_allclose(made.columns[rows[5]].sum(0), log_ratios(counts, 1e-9)[5], rtol=1e-4)


def test_n_grams_have_ratios_too(counts: np.ndarray) -> None:
    words = ["", "", *(f"{first}{second}o" for first in "bdfgklm" for second in "aeiu")]
    spec = embedlab.Subword(IDS, 3, buckets=5000)
    made = ratios(spec, spec.word_buffers(words), counts, Prior(1.0))
    found = embedlab.Variables(made.given(0, None).tables, {}, spec.word_buffers(words))
    wide = dataclasses.replace(spec, dim=5)
    vectors = np.asarray(embedlab.embed(wide, found, np.arange(2, IDS)))
    assert np.corrcoef(vectors[:, 0], log_ratios(counts, 1.0)[2:, 0])[0, 1] > 0.7


@pytest.mark.parametrize(
    "spec", [embedlab.Hashed(IDS, 3, buckets=5, signed=True), embedlab.channels.Channels(IDS, 4)]
)
def test_other_kinds_are_refused(spec: embedlab.Embedding, counts: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"prior\.ratios=1\.0: of (Hashed|Channels)"):
        ratios(spec, {}, counts, Prior(1.0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": Value()}, "it is of classes, and the task is Value"),
        ({"transfer": Transfer("a.txt", "multichannel")}, "of two tables"),
    ],
)
def test_a_config_refuses_what_they_do_not_fit(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"prior.ratios=1.0: {message}"):
        Config(embedlab.Dense(9, 4), prior=Prior(1.0), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [{"ratios": -1.0}, {"ratios": float("nan")}, {"smoothing": 0.0}])
def test_a_factor_is_a_number(field: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(field))}="):
        Prior(**field)


def material_of(words: Words, **changes: object) -> Material:
    config = dataclasses.replace(words.config, embedding=embedlab.Dense(200, WIDTH), **changes)  # type: ignore[arg-type]
    return read(config)


def test_they_stand_before_pretrained_vectors_and_know_no_label_but_of_training(words: Words) -> None:
    material = material_of(words, prior=Prior(1.0), text=Text(max_length=16, ngrams=2))
    classes = len(material.dataset.classes)
    found = lexicon(material.config.embedding, material, "embedding")
    assert found.spec.dim == WIDTH + classes and found.start is not None
    given = prepare(found, material).given(3)
    assert given is not None
    table, vectors = given.tables["table"], found.start.given(3).tables["table"]
    assert (table[:, classes:] == vectors).all() and table[2 : len(found.vocabulary), :classes].any()
    elsewhere = np.setdiff1d(np.arange(len(material.dataset.labels)), material.splits.train)
    labels = material.dataset.labels.copy()
    labels[elsewhere] = (labels[elsewhere] + 1) % classes
    other = dataclasses.replace(material, dataset=dataclasses.replace(material.dataset, labels=labels))
    again = lexicon(other.config.embedding, other, "embedding")
    assert again.ratios is not None and found.ratios is not None
    assert (again.ratios.columns == found.ratios.columns).all()


def test_without_them_nothing_is_other_than_before(words: Words) -> None:
    material = material_of(words, transfer=Transfer())
    found = lexicon(material.config.embedding, material, "embedding")
    assert found.ratios is None and found.spec.dim == WIDTH
    assert prepare(found, material).given(0) is None
    assert isinstance(found.vocabulary, Vocabulary)
