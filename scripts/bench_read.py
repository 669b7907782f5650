"""Loads vectors from text and from word2vec's binary, beside gensim: seconds, and memory above the start.

    PYTHONPATH=. python scripts/bench_read.py --gensim PYTHON [--rounds 9] [--vectors glove-6b-50d]

PYTHON is an interpreter that can import gensim. The vectors, by default the 400,000 of GloVe 6B 50-d out of
their package, are written as GloVe's text and as word2vec's binary; each round loads each file in a fresh
process of either, in turn. The call alone is timed: imports are over, and a first small file was read, so
that the parser is compiled. Memory is the most that the process had, less what it had before the call, over
the bytes of the array. Ratios of medians, with the 95 % interval over rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from ratios import ratio_interval

from embedlab.vectors import read, write

_MEMORY = """
import json, sys, time
def memory(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field))
def timed(load):
    open("/proc/self/clear_refs", "w").write("5")
    before, start = memory("VmRSS"), time.perf_counter()
    array = load()
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, memory("VmHWM") - before, array.nbytes, list(array.shape)]))
"""
_OURS = """
from embedlab.vectors import read
read(sys.argv[3])
timed(lambda: read(sys.argv[1], format=sys.argv[2]).matrix)
"""
_GENSIM = """
from gensim.models import KeyedVectors
how = {"binary": True} if sys.argv[2] == "word2vec-binary" else {"no_header": True}
timed(lambda: KeyedVectors.load_word2vec_format(sys.argv[1], **how).vectors)
"""


def loaded(python: str, code: str, *words: str) -> list[float]:
    """Seconds, bytes above the start and bytes of the array, of a load in a fresh process."""
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    command = [python, "-c", _MEMORY + code, *words]
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    if run.returncode:
        raise SystemExit(f"{python} could not load {words[0]}:\n{run.stderr}")
    return json.loads(run.stdout)[:3]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gensim", required=True, metavar="PYTHON", help="an interpreter that has gensim")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--vectors", default="glove-6b-50d", help="a name or a file")
    parser.add_argument("--limit", type=int, help="of the vectors, so many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vectors = read(given.vectors, limit=given.limit)
        small = Path(folder) / "small.txt"
        small.write_text("the 0.1 0.2\n")
        for name, format in (("vectors.txt", "glove"), ("vectors.bin", "word2vec-binary")):
            path = str(Path(folder) / name)
            write(vectors, path, format=format)
            times: dict[str, list[list[float]]] = {"ours": [], "gensim": []}
            for _ in range(given.rounds):
                times["ours"].append(loaded(sys.executable, _OURS, path, format, str(small)))
                times["gensim"].append(loaded(given.gensim, _GENSIM, path, format))
            ours, theirs = (np.array(times[who]) for who in ("ours", "gensim"))
            ratio = "{:.2f} ({:.2f} to {:.2f})".format(*ratio_interval(theirs[:, 0], ours[:, 0]))
            print(
                f"{format}: {np.median(ours[:, 0]):.2f} s, gensim {np.median(theirs[:, 0]):.2f} s, "
                f"ratio {ratio}; memory above the start {ours[:, 1].max() / 2**20:.0f} MiB for an array of "
                f"{ours[0, 2] / 2**20:.0f}, gensim {theirs[:, 1].max() / 2**20:.0f} MiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
