"""What becomes of pretrained tables in a training: which rows rest to the bit, which move, and how fast."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest

import embedlab
from embedlab.vectors import from_vectors, read_fasttext, save, write, write_fasttext
from embedlab.vectors.transforms import AllButTheTop, Normalise, Pca
from experiments.comparisons.single import Prepared, prepare
from experiments.config import Config, Train, Transfer
from experiments.documents.material import read
from experiments.training.lexicon import lexicon
from experiments.training.placement import placement
from experiments.training.taking import taker
from experiments.transfer.pretrained import Pretrained
from experiments.transfer.settle import settle
from tests.experiments.transfer.conftest import WIDTH, Words

PLAIN = Train(optimizer="sgd", rate=0.5, batch=32)


class Trained(NamedTuple):
    """A state and what it began as."""

    before: dict[str, Any]
    live: Any
    prepared: Prepared

    @property
    def tables(self) -> dict[str, np.ndarray]:
        return {name: np.asarray(table) for name, table in self.live.params["tables"].items()}

    def moved(self, name: str = "table") -> np.ndarray:
        """bool [rows], which rows of a table are not what they were to the bit."""
        return (self.tables[name] != self.before["tables"][name]).any(1)

    @property
    def covered(self) -> np.ndarray:
        """bool [ids], which words have a vector in the file."""
        start = self.prepared.lexicon.start
        assert start is not None
        return np.array([word in start.covered for word in start.vocabulary.words])


def with_transfer(config: Config, train: Train = PLAIN, **changes: Any) -> Config:
    transfer = dataclasses.replace(config.transfer, **changes)
    return dataclasses.replace(config, embedding=embedlab.Dense(200, WIDTH), transfer=transfer, train=train)


def trained(config: Config, count: int = 3, seed: int = 0) -> Trained:
    """The state after some steps, and the parameters before the first."""
    material = read(config)
    prepared = prepare(lexicon(config.embedding, material, "embedding"), material)
    place = placement(prepared.model, config.train, prepared.lexicon.buffers, given=prepared.given(seed))
    live, best = place.begun(place.like(seed), seed)
    before = jax.tree.map(np.array, best)
    live, _ = taker(place, prepared.labelled(material.splits.train), seed)(live, 0, count)
    return Trained(before, place.up_to_date(live, prepared.encoded.buffers), prepared)


def test_a_static_table_is_the_file_and_rests(words: Words) -> None:
    found = trained(with_transfer(words.config, mode="static", train=Train(weight_decay=0.1, batch=32)))
    vocabulary = found.prepared.lexicon.vocabulary
    for word in ("the", "array", "of"):
        np.testing.assert_array_equal(found.tables["table"][vocabulary.id(word)], words.vectors[word])
    assert not found.moved().any()
    assert not jax.tree.leaves(found.live.rows)  # no moments, no marks
    head = [found.live.params["head"]["weight"], found.before["head"]["weight"]]
    assert (np.asarray(head[0]) != head[1]).any()
    # Padding is zeros, and words without a vector are as spread as those with one.
    assert (found.tables["table"][0] == 0).all()
    rows, known = found.tables["table"][: len(vocabulary)], found.covered
    assert 20 < (~known[2:]).sum() < 120
    drawn = rows[~known & (np.arange(len(rows)) > 0)]
    np.testing.assert_allclose(drawn.std(), rows[known].std(), rtol=0.05)


def test_one_channel_rests_and_the_other_is_trained(words: Words) -> None:
    found = trained(with_transfer(words.config, mode="multichannel"))
    assert found.prepared.model.spec.dim == 2 * WIDTH
    before = found.before["tables"]
    np.testing.assert_array_equal(before["channel-0"], before["channel-1"])
    assert not found.moved("channel-0").any() and found.moved("channel-1").any()
    ids = found.prepared.lexicon.vocabulary.encode(["the", "array"])
    vectors = np.asarray(found.prepared.inspector.vectors(found.live.params, ids))
    np.testing.assert_array_equal(vectors[:, :WIDTH], words.vectors[["the", "array"]])
    assert (vectors[:, WIDTH:] != vectors[:, :WIDTH]).any(1).all()


def test_pretrained_rows_rest_while_others_are_trained(words: Words) -> None:
    found = trained(with_transfer(words.config, freeze_pretrained=True, train=Train(batch=32)), count=6)
    known = np.zeros(len(found.moved()), bool)
    known[: len(found.covered)] = found.covered
    assert not found.moved()[known].any() and found.moved()[~known].sum() > 20
    moments = np.asarray(found.live.rows["table"].rows["m"])
    assert not moments[known].any() and moments[~known].any()


@pytest.mark.parametrize("pretrained", [False, True], ids=["all", "pretrained"])
def test_what_rests_until_a_step_moves_in_that_step(words: Words, pretrained: bool) -> None:
    train = dataclasses.replace(PLAIN, freeze_until=3)
    config = with_transfer(words.config, freeze_pretrained=pretrained, train=train)
    still, on = trained(config, count=3), trained(config, count=4)
    known = np.zeros(len(still.moved()), bool)
    known[: len(still.covered)] = still.covered
    assert not still.moved()[known].any() and on.moved()[known].any()
    assert still.moved()[~known].any() == pretrained


@pytest.mark.parametrize("update", ["sparse", "dense"])
def test_a_table_has_a_rate_of_its_own(words: Words, update: Any) -> None:
    one, fast = (
        trained(
            with_transfer(words.config, train=dataclasses.replace(PLAIN, update=update, table_rate=rate)), 1
        )
        for rate in (None, 1.5)
    )
    steps = [each.tables["table"] - each.before["tables"]["table"] for each in (one, fast)]
    np.testing.assert_allclose(steps[1], 3 * steps[0], rtol=1e-3, atol=1e-5)
    assert np.abs(steps[0]).max() > 1e-4
    np.testing.assert_array_equal(one.live.params["head"]["weight"], fast.live.params["head"]["weight"])


@pytest.mark.slow
def test_n_grams_come_along_and_are_trained(words: Words, data_dir: Path) -> None:
    path = str(data_dir / "vector_formats" / "lee_fasttext_new.bin")
    transfer = dataclasses.replace(words.config.transfer, vectors=path)
    start = dataclasses.replace(words.config, embedding=embedlab.Subword(200, 8, 50), transfer=transfer)
    settled = settle(dataclasses.replace(start, train=PLAIN))
    assert settled.config.embedding == embedlab.Subword(200, 10, 1000)
    assert (
        settled.told == f"embedding.dim is 10, embedding.buckets is 1000, that of {path}, in place of 8, 50."
    )
    found, model = trained(settled.config), read_fasttext(path)
    vocabulary = found.prepared.lexicon.vocabulary
    ids = vocabulary.encode(["the", "array", "gradient"])
    before = np.asarray(found.prepared.inspector.vectors(found.before, ids))
    np.testing.assert_allclose(before, [model.vector(w) for w in ("the", "array", "gradient")], atol=1e-6)
    rows = found.moved()
    assert rows[: len(vocabulary)].any() and rows[-1000:].any() and not rows[-1000:].all()


@pytest.mark.slow
def test_a_model_of_n_grams_gives_every_word_a_vector(words: Words, data_dir: Path) -> None:
    path = str(data_dir / "vector_formats" / "lee_fasttext_new.bin")
    for transforms, width in (((), 10), ((Pca(4),), 4)):
        transfer = dataclasses.replace(words.config.transfer, vectors=path, transforms=transforms)
        config = settle(dataclasses.replace(words.config, transfer=transfer)).config
        start = lexicon(*_of(config), "embedding").start
        assert start is not None and start.coverage.by_ngrams > 50 and config.embedding.dim == width
        table = start.given(0).tables["table"]
        assert table.shape == (200 + start.unseen, width)
        if not transforms:
            word = next(
                w for w in start.vocabulary.words[2:] if w in start.covered and w not in start.pretrained.raw
            )
            vector = read_fasttext(path).vector(word)
            np.testing.assert_allclose(table[start.vocabulary.id(word)], vector, atol=1e-6)


def test_a_model_without_n_grams_is_a_table_like_others(data_dir: Path, tmp_path: Path) -> None:
    model = read_fasttext(data_dir / "vector_formats" / "lee_fasttext_new.bin")
    settings = dataclasses.replace(model.settings, maxn=0, buckets=0)
    table = np.array(model.table[: len(model.words)])
    write_fasttext(dataclasses.replace(model, settings=settings, table=table), tmp_path / "plain.bin")
    words = ["the", "GOVERNMENT", "xyzzyqux"]
    for transforms in ((), (Normalise(),)):
        made = Pretrained(Transfer(str(tmp_path / "plain.bin"), transforms=transforms), words)
        assert made.have(words).tolist() == [True, True, False]
        assert from_vectors(made.vectors, words).coverage.by_form == 1 and made.fingerprint["words"] > 2
    with pytest.raises(ValueError, match=r"none of the 1 words of the documents \(xyzzyqux …\) has a vector"):
        Pretrained(Transfer(str(tmp_path / "plain.bin")), ["xyzzyqux"]).raw  # noqa: B018


def test_words_without_a_vector_follow_from_the_seed(words: Words) -> None:
    config = with_transfer(words.config)
    material = read(config)
    start = lexicon(config.embedding, material, "embedding").start
    assert start is not None
    one, again, other = (start.given(seed).tables["table"] for seed in (1, 1, 2))
    covered = [word in start.covered for word in start.vocabulary.words]
    np.testing.assert_array_equal(one, again)
    np.testing.assert_array_equal(one[: len(covered)][covered], other[: len(covered)][covered])
    unknown = np.flatnonzero(~np.array(covered))[1:]  # without padding
    assert (one[unknown] != other[unknown]).any(1).all()
    zero = lexicon(*_of(with_transfer(words.config, oov="zero")), "embedding").start
    assert zero is not None and not zero.given(0).tables["table"][unknown].any()


def test_further_words_have_ids_for_their_vectors(words: Words) -> None:
    spec, material = _of(with_transfer(words.config))
    with_all = lexicon(spec, material, "embedding")
    assert with_all.start is not None and with_all.start.unseen > 100
    assert len(with_all.vocabulary) == 200 + with_all.start.unseen == with_all.spec.num_ids({})
    rare = with_all.vocabulary.words[-1]
    table = with_all.start.given(0).tables["table"]
    np.testing.assert_array_equal(table[-1], words.vectors[rare])
    alone = lexicon(*_of(with_transfer(words.config, unseen=False)), "embedding")
    assert alone.vocabulary.words == with_all.vocabulary.words[:200] and alone.start is not None
    assert alone.start.coverage == with_all.start.coverage  # of the words of training alone
    drawn = lexicon(*_of(with_transfer(words.config, mode="random")), "embedding")
    assert drawn.vocabulary.words == alone.vocabulary.words and drawn.start is None
    assert drawn.spec == embedlab.Dense(200, WIDTH)


def test_forms_of_a_word_are_one_to_it_if_so_wished(words: Words) -> None:
    text = dataclasses.replace(words.config.text, lower=False)
    config = dataclasses.replace(with_transfer(words.config), text=text)
    start = lexicon(*_of(config), "embedding").start
    assert start is not None and start.coverage.by_form > 5
    exact = dataclasses.replace(config, transfer=dataclasses.replace(config.transfer, forms=False))
    without = lexicon(*_of(exact), "embedding").start
    assert without is not None and without.coverage.by_form == 0
    assert without.coverage.exact == start.coverage.exact


@pytest.mark.parametrize("name", ["a.bin", "a.txt.gz", "a.vec", "a.npy", "a.safetensors", "folder", "tokens"])
def test_the_same_vectors_are_the_same_in_every_format(words: Words, tmp_path: Path, name: str) -> None:
    known = Pretrained(words.config.transfer, words.vectors.words[:500])
    path = tmp_path / name
    if name == "folder":
        save(path / "vectors", words.vectors)
    elif name == "tokens":
        write(words.vectors, path, format="sentence-transformers", unfit="drop")
    else:
        write(words.vectors, path)
    found = Pretrained(
        dataclasses.replace(words.config.transfer, vectors=str(path)), words.vectors.words[:500]
    )
    assert set(found.raw.words) == set(known.raw.words) and len(found.raw.words) < len(words.vectors)
    for word in known.raw.words:
        np.testing.assert_array_equal(found.raw[word], known.raw[word])
    assert found.fingerprint == known.fingerprint
    assert settle(with_transfer(words.config, vectors=str(path))).config.embedding.dim == WIDTH


def test_transforms_are_taken_in_their_order(words: Words) -> None:
    config = dataclasses.replace(words.config, embedding=embedlab.Dense(200, 10))
    made = {}
    for name, transforms in {
        "norm last": (AllButTheTop(2), Pca(10), Normalise()),
        "norm first": (Normalise(), AllButTheTop(2), Pca(10)),
    }.items():
        transfer = dataclasses.replace(config.transfer, transforms=transforms)
        pretrained = read(dataclasses.replace(config, transfer=transfer)).pretrained
        assert pretrained is not None
        matrix = pretrained.raw.matrix
        for transform in transforms:
            matrix = transform(matrix)
        np.testing.assert_array_equal(pretrained.vectors.matrix, matrix)
        made[name] = np.linalg.norm(matrix, axis=1)
    np.testing.assert_allclose(made["norm last"], 1, atol=1e-5)
    assert made["norm first"].std() > 0.05


def _of(config: Config) -> tuple[embedlab.Embedding, Any]:
    return config.embedding, read(config)
