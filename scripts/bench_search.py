"""Analogies and neighbours a second beside gensim's and faiss's, on the same vectors, in turn in one run.

    PYTHONPATH=. python scripts/bench_search.py --worker PYTHON [--rows 400000] [--dim 300]

PYTHON is an interpreter that can import gensim, and faiss if it is to be timed as well. Each round takes
`--queries` analogies through gensim's evaluate_word_analogies, and as many through
embedlab.quality.analogies: looking words up, the search, and comparing the answers count for both. Then
neighbours: many words at once, which gensim takes one by one. All are exact.

Prints queries a second, medians over the rounds, and the ratios to embedlab's with 95 % intervals, for which
whole rounds are drawn. The goal is that analogies are at least 8 times as fast as gensim's.
"""

from __future__ import annotations

import argparse
import json
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ratios import ratio_interval
from workers import Worker

from embedlab.quality import Question, analogies
from embedlab.vectors import Vectors
from experiments.errors import Mistake
from experiments.process.program import guarded

GOAL = 8.0
_WORKER = Path(__file__).with_name("search_worker.py")
#: What is timed, and who else does it.
CONTESTS = {
    "analogies": ("gensim-analogies",),
    "neighbours": ("gensim-neighbours", "faiss-neighbours"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worker", required=True, help="an interpreter that can import gensim")
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--queries", type=int, default=256, help="in each round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--contests", default="analogies,neighbours", help="which of both")
    parser.add_argument("--json", metavar="FILE", help="where the seconds of every round are written")
    given = parser.parse_args()
    return guarded(lambda: run(given))


def run(given: argparse.Namespace) -> int:
    """Times each contest; tells what came of it."""
    names = given.contests.split(",")
    if odd := [name for name in names if name not in CONTESTS]:
        raise Mistake(f"--contests: {odd[0]!r}: choose some of {', '.join(CONTESTS)}")
    table = np.random.default_rng(0).standard_normal((given.rows, given.dim), dtype=np.float32)
    vectors = Vectors(tuple(f"w{row}" for row in range(given.rows)), table)
    ours = {"analogies": _analogies(vectors), "neighbours": _neighbours(vectors)}
    found = {}
    for name in names:
        rounds = timed(ours[name], CONTESTS[name], given)
        found[name] = {who: seconds.tolist() for who, seconds in rounds.items()}
        tell(name, rounds, given)
    if given.json:
        Path(given.json).write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _analogies(vectors: Vectors) -> Callable[[int], object]:
    folded = vectors.folded()  # as gensim does by default

    def run(count: int) -> object:
        asked = np.random.default_rng(count).integers(len(vectors), size=(count, 4))
        a, b, c, d = ([vectors.words[row] for row in side] for side in asked.T)
        return analogies(folded, [Question(*four) for four in zip(a, b, c, d, strict=True)])

    return run


def _neighbours(vectors: Vectors) -> Callable[[int], object]:
    def run(count: int) -> object:
        asked = np.random.default_rng(count).integers(len(vectors), size=count)
        return vectors.neighbours([vectors.words[row] for row in asked], k=10)

    return run


def timed(
    ours: Callable[[int], object], others: tuple[str, ...], given: argparse.Namespace
) -> dict[str, np.ndarray]:
    """Seconds a query, [rounds], of embedlab and of each other that is there, in turn."""
    workers = {}
    for name in others:
        try:
            command = f"{shlex.quote(given.worker)} {shlex.quote(str(_WORKER))}"
            workers[name] = Worker(command, name, str(given.rows), str(given.dim))
        except (ValueError, OSError) as error:
            if name.startswith("gensim"):
                raise Mistake(
                    f"--worker {given.worker}: {error}. Give a Python that can import gensim"
                ) from None
            print(f"{name}: left out, {error}")
    try:
        ours(given.queries)  # compiles
        times: dict[str, list[float]] = {"embedlab": [], **{name: [] for name in workers}}
        for _ in range(given.rounds):
            began = time.perf_counter()
            ours(given.queries)
            times["embedlab"].append((time.perf_counter() - began) / given.queries)
            for name, worker in workers.items():
                times[name].append(worker(given.queries))
    finally:
        for worker in workers.values():
            worker.end()
    return {name: np.array(seconds) for name, seconds in times.items()}


def tell(contest: str, rounds: dict[str, np.ndarray], given: argparse.Namespace) -> None:
    """Prints speeds and ratios."""
    for name, seconds in rounds.items():
        line = f"{contest} {given.rows:,} x {given.dim}, {name}: {1 / np.median(seconds):,.1f} a second"
        if name != "embedlab":
            ratio, low, high = ratio_interval(seconds, rounds["embedlab"])
            line += f"; embedlab = {ratio:.2f} × ({low:.2f} … {high:.2f})"
        print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
