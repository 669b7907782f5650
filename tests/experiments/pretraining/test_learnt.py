"""Vectors of real text agree with people's judgements of similarity, better than drawn ones."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab import quality
from embedlab.vectors import Vectors
from experiments.intrinsic.sets import read_sets
from experiments.pretraining import Corpus, Schedule, SkipGram
from experiments.pretraining.encoded import Encoded, encode
from experiments.pretraining.fit import fit
from experiments.runs.checkpoints import Checkpoints

pytestmark = pytest.mark.slow
DIM = 32
SGD = Schedule(rate=0.025, epochs=3, batch=128)
#: The embedding, the method and the schedule.
CASES: dict[str, tuple[Any, Any, Schedule]] = {
    "skip-gram": (lambda n: embedlab.Dense(n, DIM), SkipGram(), SGD),
    "subword": (lambda n: embedlab.Subword(n, DIM, buckets=20_000), SkipGram(), SGD),
    "hashed": (lambda n: embedlab.Hashed(n, DIM, buckets=4000), SkipGram(), SGD),
}


@pytest.fixture(scope="module")
def books(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    """The first 6 MB of some books: a million words."""
    path = data_dir / "corpus_classic_books" / "books.zip"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path}")
    folder = tmp_path_factory.mktemp("books")
    with zipfile.ZipFile(path) as archive, (folder / "text").open("wb") as out:
        for name in sorted(archive.namelist()):
            if out.tell() < 6_000_000 and not name.endswith("/"):
                out.write(archive.read(name) + b"\n")
    corpus = Corpus((str(folder / "text"),), split="words")
    return encode(corpus, 15_000, folder / "corpus", lambda done, whole: None)


def agreement(words: tuple[str, ...], matrix: np.ndarray) -> float:
    """Spearman's correlation with the judgements of MEN, whose words most texts have."""
    (pairs,) = read_sets(("men",), analogies=()).similarity.values()
    found = quality.word_similarity(Vectors(words, matrix), pairs, resamples=1)
    assert found.counted.sum() > 500
    return found.spearman.value


@pytest.mark.parametrize("name", CASES)
def test_what_is_learnt_agrees_with_people(
    name: str, books: Encoded, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    kind, method, schedule = CASES[name]
    spec = kind(len(books.words))
    buffers = spec.word_buffers(books.words) if isinstance(spec, embedlab.Subword) else {}
    lesson = method.lesson(spec, books, schedule, 0, lambda done, whole: None)
    ids = np.arange(len(books.words), dtype=np.int32)
    drawn = agreement(
        books.words, lesson.vectors(jax.jit(lambda: lesson.init(jax.random.key(0), buffers))(), ids)
    )
    with Checkpoints(tmp_path) as checkpoints:
        params, _ = fit(lesson, schedule, seed=0, buffers=buffers, checkpoints=checkpoints)
    learnt = agreement(books.words, lesson.vectors(params, ids))
    # Of 500 pairs drawn vectors are within ± 0.1; n-grams that two words share make them more.
    assert abs(drawn) < 0.2 and learnt > drawn + 0.1, (drawn, learnt)
