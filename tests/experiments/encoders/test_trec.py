"""Every encoder learns to tell questions apart, of every kind of embedding: TREC of Kim 2014, few steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from embedlab.text import Vocabulary, pad
from experiments.config import Train
from experiments.documents.feed import Labelled
from experiments.documents.prepare import Encoded
from experiments.encoders import Bag, Cnn, Dan, Encoder, Learned, Rnn, Transformer
from experiments.head import Head
from experiments.training.model import Model, linked
from experiments.training.train import fit

LENGTH = 10  # words of a question, at most
Read = tuple[list[list[str]], np.ndarray]


def read(path: Path) -> Read:
    """Questions and classes."""
    lines = path.read_bytes().decode("latin-1").strip("\n").split("\n")
    labels, texts = zip(*(line.split(" ", 1) for line in lines), strict=True)
    return [text.lower().split()[:LENGTH] for text in texts], np.array(labels, np.int32)


@pytest.fixture(scope="module")
def trec(data_dir: Path) -> tuple[Read, Read]:
    """The training questions and the test questions."""
    folder = data_dir / "kim2014"
    if not folder.is_dir():
        pytest.skip(f"real data missing: no folder {folder}")
    return read(folder / "TREC.train.all"), read(folder / "TREC.test.all")


def encoded(vocabulary: Vocabulary, questions: Read) -> Labelled:
    documents, labels = questions
    return Labelled(Encoded(*pad(vocabulary.encode_all(documents), length=LENGTH), {}), labels)


ENCODERS = {
    "cnn": Cnn(maps=16),
    "bag": Bag(),
    "bag-attention": Bag("attention"),
    "dan": Dan((24,)),
    "gru": Rnn("gru", hidden=16),
    "lstm": Rnn("lstm", hidden=16, layers=2, pool="last", dropout=0.1),
    "transformer": Transformer(layers=1, heads=2),
    "transformer-learned": Transformer(
        layers=1, heads=2, feedforward=32, positions=Learned(embedlab.Dense(LENGTH, 24))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_few_steps_beat_the_majority_by_far(encoder: Encoder, trec: tuple[Read, Read]) -> None:
    training, test = trec
    vocabulary = Vocabulary.build(training[0], max_size=3000)
    model = Model(embedlab.Dense(3000, 24), encoder, 6, Head(dropout=0.3, max_norm=3.0))
    settings = Train(
        rate=0.02,
        batch=64,
        steps=120,
        evaluate_every=60,
        warmup=10,
        schedule="cosine",
        dropout=embedlab.Dropout(words=0.1, components=0.1),
        l2_layers=1e-4,
        clip=3.0,
    )
    seen, valid = (tuple(part[rows] for part in training) for rows in (slice(500, None), slice(500)))
    sides = [encoded(vocabulary, side) for side in (seen, valid)]
    fitted = fit(model, settings, *sides, seed=0, buffers={})
    right = linked(model, fitted.parameters, encoded(vocabulary, test).documents).argmax(1) == test[1]
    majority = np.bincount(test[1]).max() / len(test[1])
    assert right.mean() > majority + 0.3, f"{right.mean():.3f}, and {majority:.3f} are of one class"


CONFIG = """
from embedlab import Dense, Dropout, Hashed, Subword
from experiments.config import Config, Quality, Text, Train
from experiments.data import FastText

def config():
    return Config(
        embedding=Dense(8192, 24),
        rivals={{
            "bfloat16": Dense(8192, 24, dtype="bfloat16"),
            "hashed": Hashed(8192, 24, buckets=2048, hashes=2, importance=8192),
            "subword": Subword(8192, 24, buckets=4096),
        }},
        data=FastText(path={train!r}, test_path={test!r}, prefix="", encoding="latin-1"),
        text=Text(max_length=12),
        train=Train(rate=0.02, steps=160, evaluate_every=80, batch=64, warmup=10, clip=3.0),
        quality=Quality(rows=100, every=0),
        baselines=False,
    )
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "flags",
    [
        ["bag", "--encoder.mode", "attention"],
        ["cnn", "--encoder.maps", 16],
        ["rnn", "--encoder.cell", "gru", "--encoder.hidden", 16],
        ["transformer", "--encoder.layers", 1, "--encoder.heads", 2],
    ],
    ids=lambda flags: flags[0],
)
def test_the_program_trains_it_of_every_kind(
    flags: list[Any], data_dir: Path, tmp_path: Path, inside: Callable[..., tuple[int, str, str]]
) -> None:
    train, test = (str(data_dir / "kim2014" / f"TREC.{side}.all") for side in ("train", "test"))
    (tmp_path / "trec.py").write_text(CONFIG.format(train=train, test=test))
    words = ["--workdir", tmp_path / "w", "--encoder.type", *flags]
    status, _, err = inside(tmp_path / "trec.py", *words)
    assert status == 0, err
    labels = read(Path(test))[1]
    majority = np.bincount(labels).max() / len(labels)
    for name in ("dense", "bfloat16", "hashed", "subword"):
        run = tmp_path / "w" / name / "seed-0"
        right = np.load(run / "predictions.npz")["test"].argmax(1) == labels
        assert right.mean() > majority + 0.3, f"{name}: {right.mean():.3f}, and {majority:.3f} are one class"
        assert json.loads((run / "summary.json").read_text())["test"]["accuracy"] == right.mean()
