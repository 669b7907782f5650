"""What is wrong with an embedding is found before anything is trained, and said with its place."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Config, Text
from experiments.data import Dataset, Splits
from experiments.documents.corpus import gathered
from experiments.documents.material import Material
from experiments.encoders import Transformer
from experiments.errors import Mistake
from experiments.training.lexicon import lexicon

ROWS = np.arange(4, dtype=np.int32)


def material(*documents: str, min_count: int = 1) -> Material:
    texts = documents or ("red green", "red blue", "blue", "grey")
    data = Dataset("four", texts, ROWS % 2, ("even", "odd"), ROWS)
    config = Config(embedlab.Dense(8, 2), text=Text(min_count=min_count))
    return Material(config, data, Splits(ROWS[:2], ROWS[2:3], ROWS[3:]), gathered(x.split() for x in texts))


@pytest.mark.parametrize("spec", [embedlab.Dense(8, 2), embedlab.Subword(8, 2, buckets=5)])
def test_words_of_the_training_documents(spec: embedlab.Embedding) -> None:
    found = lexicon(spec, material(), "embedding")
    assert found.vocabulary.words[2:] == ("red", "blue", "green")
    assert found.buffers.keys() == ({"ngrams"} if isinstance(spec, embedlab.Subword) else set())
    assert found.seconds > 0


def test_an_encoder_that_can_not_read_the_vectors() -> None:
    found = material()
    config = dataclasses.replace(found.config, encoder=Transformer(heads=4))
    with pytest.raises(Mistake, match=r"^encoder\.heads=4: it does not divide the width 2; give another, or"):
        lexicon(embedlab.Dense(8, 2), dataclasses.replace(found, config=config), "embedding")


def test_two_words_are_enough() -> None:
    assert len(lexicon(embedlab.Dense(4, 2), material(), "embedding").vocabulary) == 4


@pytest.mark.parametrize("vocabulary", [1, 2, 3])
def test_room_for_too_few_words(vocabulary: int) -> None:
    known = "1" if vocabulary == 3 else "none"
    message = rf"^rivals\.cut: .* {known} would .* rivals\.cut\.vocabulary \(it is {vocabulary},"
    with pytest.raises(Mistake, match=message):
        lexicon(embedlab.Dense(vocabulary, 2), material(), "rivals.cut")


def test_words_that_are_too_rare() -> None:
    with pytest.raises(
        Mistake, match=r"none would have an id.* text\.min_count \(it is 3\), raise embedding\."
    ):
        lexicon(embedlab.Dense(8, 2), material(min_count=3), "embedding")


def test_texts_without_words() -> None:
    hashed = embedlab.Hashed(None, 2, buckets=5)
    with pytest.raises(Mistake, match=r"none would have an id.*\(it is 1\), or give texts that hold words"):
        lexicon(hashed, material("", "", "", ""), "embedding")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.npy"


def refused(file: Path, message: str) -> None:
    spec = embedlab.Dense(8, 2, embedlab.FromArray(str(file)))
    with pytest.raises(Mistake, match=rf"^embedding: path='{re.escape(str(file))}': .*{message}"):
        lexicon(spec, material(), "embedding")


def test_a_missing_file_and_a_folder(file: Path) -> None:
    refused(file, "no such file")
    refused(file.parent, "no such file")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones((3, 3), np.float32), r"shape is \(3, 3\), the table's \(8, 2\)"),
        (np.array([{}], object), "Python objects"),
        (np.ones((8, 2), np.int32), "int32, not floats"),
    ],
)
def test_an_array_that_does_not_fit(file: Path, array: np.ndarray, message: str) -> None:
    np.save(file, array)
    refused(file, message)


def test_a_file_that_is_no_array(file: Path) -> None:
    file.write_bytes(b"junk")
    refused(file, "not a plain .npy")


def test_float64_is_refused_where_it_would_become_float32() -> None:
    with pytest.raises(Mistake, match=r"^embedding: dtype='float64'"):
        lexicon(embedlab.Dense(8, 2, dtype="float64"), material(), "embedding")
    with jax.enable_x64(True):
        lexicon(embedlab.Dense(8, 2, dtype="float64"), material(), "embedding")
