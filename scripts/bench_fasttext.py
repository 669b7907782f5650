"""A config of `experiments.classify` beside fastText's classifier: accuracy, training time, tokens a second.

    PYTHONPATH=. python scripts/bench_fasttext.py configs/ag_news.py --fasttext PYTHON [--epochs 5]

PYTHON is an interpreter that can import fasttext, which runs as a worker. Both read the same tokens of the
same splits, in turn in one run: fastText trains on training and validation rows, with word bigrams, as many
threads as there are cores, a rate of 0.5 and 64 numbers a vector; the config's embedding stops early on the
validation rows.

Prints the accuracy of both over all test rows, and their difference with a 95 % interval, paired over rows
and seeds (fastText has one seed for each of ours). Three ratios, with imports and compilation left out:

- steps: seconds of all training steps, also of those after the best, over fastText's less those of a call
  without an epoch, which reads the file and draws the vectors;
- text to model: tokenising all rows, counting words, encoding, drawing the vectors, steps and evaluations,
  over all of fastText's call, which finds its tokens parted by spaces;
- tokens a second: words of the training documents times epochs, n-grams not counted, over the seconds of
  steps, ours over fastText's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ratios import ratio_interval

from experiments.comparisons.single import Prepared, prepare
from experiments.documents.corpus import gathered, tokenise
from experiments.documents.material import Material, read_folds
from experiments.errors import Mistake
from experiments.process.program import guarded
from experiments.reports.bootstrap import mean_interval, paired_difference
from experiments.settings import config_file, overrides
from experiments.training.lexicon import lexicon
from experiments.training.model import linked
from experiments.training.train import fit

_SHORTEST = 1e-3  # seconds: what is shorter can't be told from noise
_TIMES = ("steps", "text to model", "tokens a second")  # of each training; the last is no time but a speed
WORKER = """
import json, sys, time
import fasttext
for line in sys.stdin:
    train, test, settings = json.loads(line)
    seconds = []
    for epochs in (0, settings.pop("epoch")):
        start = time.perf_counter()
        model = fasttext.train_supervised(input=train, verbose=0, epoch=epochs, **settings)
        seconds.append(time.perf_counter() - start)
    found = model.predict(open(test).read().split("\\n")[:-1])[0]
    print(json.dumps([*seconds, [each[0][9:] for each in found]]), flush=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="a config file")
    parser.add_argument("--fasttext", required=True, help="an interpreter that can import fasttext")
    parser.add_argument("--epochs", type=int, default=5, help="of fastText")
    given, words = parser.parse_known_args()
    return guarded(lambda: run(given.config, given.fasttext, given.epochs, words))


def run(path: str, interpreter: str, epochs: int, words: Sequence[str]) -> int:
    """Trains both in turn, and prints what came of it."""
    config = overrides.apply(config_file.load(path), words).config
    require_fasttext(interpreter)
    worker = subprocess.Popen(
        [interpreter, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    sides: dict[str, list[Any]] = {"embedlab": [], "fastText": []}
    groups = []
    for material in read_folds(config):
        began = time.perf_counter()
        gathered(tokenise(material.dataset.texts, config.text))  # once more, to be timed
        prepared = prepare(lexicon(config.embedding, material, "embedding"), material)
        before = time.perf_counter() - began
        ours(prepared, 0, before)  # compiles
        groups.append(material.dataset.groups[material.splits.test])
        for runs in sides.values():
            runs.append([])
        for seed in config.seeds:
            sides["embedlab"][-1].append(ours(prepared, seed, before))
            sides["fastText"][-1].append(theirs(worker, material, epochs, seed))
    assert worker.stdin
    worker.stdin.close()
    tell(sides, np.concatenate(groups))
    return 0


def require_fasttext(interpreter: str) -> None:
    """Refuses an interpreter that has no fasttext, before anything is read."""
    try:
        found = subprocess.run([interpreter, "-c", "import fasttext"], capture_output=True, text=True)
        fault = found.stderr.strip().rpartition("\n")[2] if found.returncode else ""
    except OSError as error:
        fault = f"it can't be started, {error.strerror}"
    if fault:
        raise Mistake(
            f"--fasttext {interpreter}: {fault}. Give a Python that can import fasttext, as that of an "
            "environment in which it is installed"
        )


def ours(prepared: Prepared, seed: int, before: float) -> dict[str, Any]:
    """One training, whose programs are compiled already, all but the first time.

    Args:
        prepared: what is read.
        seed: of the training.
        before: seconds that it took to prepare.
    """
    material = prepared.material
    settings, splits = material.config.train, material.splits
    train, valid = prepared.labelled(splits.train), prepared.labelled(prepared.material.watched)
    began = time.perf_counter()
    fitted = fit(prepared.model, settings, train, valid, seed=seed, buffers=prepared.lexicon.buffers)
    whole = before + time.perf_counter() - began
    predicted = linked(prepared.model, fitted.parameters, prepared.encoded.rows(splits.test))
    steps = fitted.seconds["compile"] + fitted.seconds["train"]
    return {
        "right": predicted.argmax(1) == material.dataset.labels[splits.test],
        "steps": steps,
        "text to model": whole,
        "tokens a second": prepared.tokens_a_step * fitted.steps / steps,
    }


def theirs(worker: Any, material: Material, epochs: int, seed: int) -> dict[str, Any]:
    """One training of fastText's."""
    splits, labels = material.splits, material.dataset.labels
    rows = np.concatenate([splits.train, splits.valid])
    documents = material.side(rows)
    with tempfile.TemporaryDirectory() as folder:
        train, test = Path(folder) / "train.txt", Path(folder) / "test.txt"
        lines = [
            f"__label__{label} {' '.join(x)}\n" for label, x in zip(labels[rows], documents, strict=True)
        ]
        train.write_text("".join(lines))
        test.write_text("".join(f"{' '.join(x)}\n" for x in material.side(splits.test)))
        settings = {"lr": 0.5, "epoch": epochs, "wordNgrams": 2, "dim": 64, "bucket": 200_000, "seed": seed}
        settings |= {"minCount": 1, "thread": len(os.sched_getaffinity(0))}
        print(json.dumps([str(train), str(test), settings]), file=worker.stdin, flush=True)
        without, whole, found = json.loads(worker.stdout.readline())
    steps = max(whole - without, _SHORTEST)
    return {
        "right": np.array(found) == labels[splits.test].astype(str),
        "steps": steps,
        "text to model": whole,
        "tokens a second": epochs * sum(map(len, documents)) / steps,
    }


def tell(sides: dict[str, list[Any]], groups: np.ndarray) -> None:
    """Prints what came of it."""
    right = {}
    for side, folds in sides.items():
        seeds = range(len(folds[0]))
        steps, whole, tokens = (np.median(_of(folds, what)) for what in _TIMES)
        right[side] = np.stack([np.concatenate([fold[seed]["right"] for fold in folds]) for seed in seeds])
        scores = mean_interval(right[side].astype(float), groups)
        print(
            f"{side}: {100 * scores.mean:.1f} % ({100 * scores.low:.1f} … {100 * scores.high:.1f}) of "
            f"{right[side].shape[1]:,} rows, {len(seeds)} seeds; "
            f"steps {steps:.2f} s, text to model {whole:.2f} s, {tokens / 1e6:.2f} M tokens/s"
        )
    paired = paired_difference(right["embedlab"].astype(float), right["fastText"].astype(float), groups)
    print(f"difference: {100 * paired.mean:+.2f} points ({100 * paired.low:+.2f} … {100 * paired.high:+.2f})")
    for what in _TIMES:
        ratio, low, high = ratio_interval(*(_of(folds, what) for folds in sides.values()))
        print(f"{what}, embedlab over fastText: {ratio:.2f} ({low:.2f} … {high:.2f})")


def _of(folds: list[Any], what: str) -> np.ndarray:
    """A number of each run."""
    return np.array([run[what] for fold in folds for run in fold])


if __name__ == "__main__":
    raise SystemExit(main())
