"""Vectors of real text agree with people's judgements of similarity, better than drawn ones."""

from __future__ import annotations

import subprocess
import sys
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
from experiments.pretraining import Cbow, Corpus, Glove, Schedule, SkipGram
from experiments.pretraining.encoded import Encoded, encode
from experiments.pretraining.fit import fit
from experiments.runs.checkpoints import Checkpoints

pytestmark = pytest.mark.slow
DIM = 32
SGD = Schedule(rate=0.025, epochs=3, batch=128)
#: The embedding, the method and the schedule.
CASES: dict[str, tuple[Any, Any, Schedule]] = {
    "skip-gram": (lambda n: embedlab.Dense(n, DIM), SkipGram(), SGD),
    "cbow": (lambda n: embedlab.Dense(n, DIM), Cbow(), Schedule(epochs=3)),
    "glove": (
        lambda n: embedlab.Dense(n, DIM, embedlab.Uniform(-0.5 / DIM, 0.5 / DIM)),
        Glove(window=5),
        Schedule("adagrad", 0.3, epochs=8, batch=1024),
    ),
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


PEAK = """
import sys, threading, time
from pathlib import Path
from experiments.pretraining import Corpus
from experiments.pretraining.encoded import encode
from experiments.pretraining.methods import SkipGram
from experiments.pretraining import Schedule
import embedlab

def own():  # not what is mapped from files, which the system takes back as it likes
    line = next(x for x in Path("/proc/self/status").read_text().split("\\n") if x.startswith("RssAnon"))
    return int(line.split()[1]) * 1024

peak, done = 0, False
def watch():
    global peak
    while not done:
        peak = max(peak, own())
        time.sleep(0.002)

before = own()
thread = threading.Thread(target=watch)
thread.start()
text = encode(Corpus((sys.argv[1],), min_count=1), None, Path(sys.argv[2]), lambda a, b: None)
lesson = SkipGram().lesson(embedlab.Dense(len(text.words), 4), text, Schedule(), 0, lambda a, b: None)
for block in range(0, lesson.blocks, max(1, lesson.blocks // 4)):
    lesson.batches(0, block)
done = True
thread.join()
print(peak - before, len(text.tokens))
"""


@pytest.mark.parametrize("breaks", ["\n", " "], ids=["lines", "one line"])
def test_memory_does_not_grow_with_the_text(root: Path, tmp_path: Path, breaks: str) -> None:
    """Three times the text takes hardly more memory, and less than it has."""
    draw, found = np.random.default_rng(0), {}
    paragraph = " ".join(f"word{n}" for n in draw.zipf(1.3, 200_000) % 5000) + breaks
    for times in (72, 150):  # from some tens of megabytes on there are whole pieces
        with (tmp_path / "text").open("w") as out:
            for _ in range(times):
                out.write(paragraph)
        size = (tmp_path / "text").stat().st_size
        command = [sys.executable, "-c", PEAK, str(tmp_path / "text"), str(tmp_path / f"corpus{times}")]
        told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
        found[times] = int(told[0])
        assert int(told[1]) >= times * 200_000
    assert found[150] < 1.3 * found[72] and found[150] < size, (found, size)
