"""gensim's analogies and neighbours, and faiss's, to be timed beside embedlab's by bench_search.py.

    PYTHON search_worker.py WHAT ROWS DIM

WHAT is `gensim-analogies`, `gensim-neighbours` or `faiss-neighbours`, and PYTHON an interpreter that can
import it. Prints READY once it is warm, and answers each line `GO n` with `T seconds-a-query` after n
queries. The vectors are those of bench_search.py: normal, of a seed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

_AT_ONCE = 256


def main() -> int:
    what, rows, dim = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    table = np.random.default_rng(0).standard_normal((rows, dim), dtype=np.float32)
    run: Callable[[int], object] = {
        "gensim-analogies": gensim_analogies,
        "gensim-neighbours": gensim_neighbours,
        "faiss-neighbours": faiss_neighbours,
    }[what](table)
    run(8)
    print("READY", flush=True)
    for line in sys.stdin:
        count = int(line.split()[1])
        start = time.perf_counter()
        run(count)
        print("T", (time.perf_counter() - start) / count, flush=True)
    return 0


def gensim_analogies(table: np.ndarray) -> Callable[[int], object]:
    """Its evaluator on a file of questions, as it is called; each of a, b, c and d is a row of the seed's."""
    vectors = _keyed(table)

    def run(count: int) -> object:
        asked = np.random.default_rng(count).integers(len(table), size=(count, 4))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            lines = [" ".join(f"w{row}" for row in each) for each in asked]
            file.write(": x\n" + "\n".join(lines) + "\n")
            file.flush()
            return vectors.evaluate_word_analogies(file.name, restrict_vocab=len(table))

    return run


def gensim_neighbours(table: np.ndarray) -> Callable[[int], object]:
    """One word after the other: it has no other way."""
    vectors = _keyed(table)

    def run(count: int) -> object:
        asked = np.random.default_rng(count).integers(len(table), size=count)
        return [vectors.most_similar(f"w{row}", topn=10) for row in asked]

    return run


def faiss_neighbours(table: np.ndarray) -> Callable[[int], object]:
    """Its flat index, which is exact, with many queries at once."""
    import faiss

    faiss.omp_set_num_threads(len(os.sched_getaffinity(0)))
    units = table / np.linalg.norm(table, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(table.shape[1])
    index.add(units)

    def run(count: int) -> object:
        asked = np.random.default_rng(count).integers(len(table), size=count)
        return [index.search(units[asked[i : i + _AT_ONCE]], 11) for i in range(0, count, _AT_ONCE)]

    return run


def _keyed(table: np.ndarray) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(table.shape[1])
    vectors.add_vectors([f"w{row}" for row in range(len(table))], table)
    vectors.fill_norms()
    return vectors


if __name__ == "__main__":
    raise SystemExit(main())
