"""Character n-grams beside fastText's own `get_subwords` called from Python.

    PYTHONPATH=. python scripts/bench_ngrams.py TEXT --fasttext PYTHON --rounds 15

TEXT is any text file in UTF-8; PYTHON is an interpreter that can import fasttext 0.9.3, which runs as a
worker. Both sides work on the same words in turn, so that a change in the machine's load meets both:

- types: every different word once; the ids of its n-grams;
- tokens: the running text. fastText is called for each token, since it has no other way; ours numbers
  the words, computes the n-grams of each type once, and encodes the tokens: what training needs.

fastText also returns the n-grams as strings. Before anything is timed, the ids of all types are compared.
Prints the median of each, and the ratio of medians with the lower bound of its 95 % bootstrap interval.
Goal: at least 6.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from embedlab import Subword
from embedlab.base import ABSENT
from embedlab.text import Vocabulary, ngram_rows, split

MINN, MAXN, BUCKETS = 3, 6, 2_000_000  # fastText's defaults

# One line in, one line out: "ids" or "time", and which words.
WORKER = """
import json, sys, time
import fasttext
folder, minn, maxn, buckets = sys.argv[1], *map(int, sys.argv[2:])
model = fasttext.train_unsupervised(folder + "/seed.txt", dim=1, epoch=1, minCount=1, thread=1, verbose=0,
                                    minn=minn, maxn=maxn, bucket=buckets)
words = json.load(open(folder + "/words.json"))
known = len(model.get_words())
def ids(word):
    return [int(i) - known for i in model.get_subwords(word)[1] if i >= known]
def seconds(words):
    start = time.perf_counter()
    for word in words:
        model.get_subwords(word)
    return time.perf_counter() - start
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    what, which = line.split()
    answer = [ids(word) for word in words[which]] if what == "ids" else seconds(words[which])
    print(json.dumps(answer), flush=True)
"""


def read_words(text: Path, tokens: int) -> dict[str, list[str]]:
    """The words that both sides work on, lying in memory as they will in the worker: read from JSON."""
    split_text = split(text.read_text(encoding="utf-8"))
    words = {"types": list(dict.fromkeys(split_text)), "tokens": split_text[:tokens]}
    return json.loads(json.dumps(words))


def start_worker(python: str, folder: Path, words: dict[str, list[str]]) -> subprocess.Popen[str]:
    """fastText in a process of its own, with the words that both sides work on."""
    (folder / "words.json").write_text(json.dumps(words), encoding="ascii")
    (folder / "seed.txt").write_text("\x01seed \x02seed\n" * 50, encoding="utf-8")  # words of no text
    command = [python, "-c", WORKER, str(folder), str(MINN), str(MAXN), str(BUCKETS)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if not worker.stdout or not worker.stdout.readline():
        sys.exit(f"--fasttext={python}: it cannot import fasttext; give an interpreter that can")
    return worker


def ask(worker: subprocess.Popen[str], what: str, which: str) -> Any:
    assert worker.stdin and worker.stdout
    print(what, which, file=worker.stdin, flush=True)
    return json.loads(worker.stdout.readline())


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def our_types(types: list[str]) -> None:
    ngram_rows(types, buckets=BUCKETS, minn=MINN, maxn=MAXN)


def our_tokens(tokens: list[str]) -> None:
    vocabulary = Vocabulary.build([tokens])
    Subword(len(vocabulary), 1, buckets=BUCKETS, minn=MINN, maxn=MAXN).word_buffers(vocabulary)
    vocabulary.encode(tokens)


def report(name: str, count: int, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Medians as words a second, and the ratio of medians with its bootstrap lower bound."""
    rng = np.random.default_rng(0)
    draw = rng.integers(0, len(ours), (2, 10_000, len(ours)))
    ratios = np.median(theirs[draw[0]], axis=1) / np.median(ours[draw[1]], axis=1)
    rate = [count / np.median(times) / 1e6 for times in (ours, theirs)]
    print(
        f"{name}: {count:,} words; ours {rate[0]:.3f} M/s, fastText {rate[1]:.3f} M/s; "
        f"ratio {rate[0] / rate[1]:.2f}, 95 % lower bound {np.quantile(ratios, 0.025):.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--fasttext", required=True, metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tokens", type=int, default=200_000, help="length of the running text")
    arguments = parser.parse_args()
    words = read_words(arguments.text, arguments.tokens)
    ours: dict[str, Callable[[], None]] = {
        "types": lambda: our_types(words["types"]),
        "tokens": lambda: our_tokens(words["tokens"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        worker = start_worker(arguments.fasttext, Path(folder), words)
        rows = ngram_rows(words["types"], buckets=BUCKETS, minn=MINN, maxn=MAXN)
        same = [row[row != ABSENT].tolist() for row in rows] == ask(worker, "ids", "types")
        print(f"ids of all types equal fastText's: {same}")
        for name in words:
            times = [
                (seconds(ours[name]), ask(worker, "time", name)) for _ in range(arguments.rounds + 1)
            ]  # the first warms up
            report(name, len(words[name]), *np.array(times[1:]).T)
        assert worker.stdin
        worker.stdin.close()
        worker.wait()


if __name__ == "__main__":
    main()
