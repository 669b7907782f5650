"""How soon a training starts on a file of a million lines, and how much memory it takes.

    PYTHONPATH=. python scripts/bench_stream.py --lines 1000000

The lines are generated, and say nothing that could be learnt: 5 to 25 words each, drawn by Zipf's law from a
vocabulary of 50,000 made-up words, with one of ten labels. `experiments.classify` is started on them as a
user starts it, once with the texts on disk (`--stream true`) and once in memory. Prints, for each, how many
seconds after the start of the process the first ten steps are taken and evaluated, the peak of its resident
memory by then and in the end, and the tokens a second of its training.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY, LABELS = 50_000, 10

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Train
from experiments.data import Jsonl

def config():
    return Config(
        Dense(60_000, 64),
        data=Jsonl({path!r}),
        train=Train(steps={steps!r}, evaluate_every=10, evaluate_rows=5_000, patience=50),
        baselines={baselines!r},
    )
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=500, help="of each training, 10 or more")
    parser.add_argument("--baselines", action="store_true", help="with those of the comparison as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        write(path, given.lines)
        config = Path(folder) / "config.py"
        config.write_text(CONFIG.format(path=str(path), steps=given.steps, baselines=given.baselines))
        print(f"{given.lines:,} generated lines, {path.stat().st_size / 1e6:.0f} MB", flush=True)
        for stream in (True, False):
            print(
                f"--stream {str(stream).lower()}: {told(config, Path(folder) / f'run-{stream}', stream)}",
                flush=True,
            )


def write(path: Path, lines: int) -> None:
    """Generated lines, the same each time."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{number:x}" for number in range(VOCABULARY)])
    chance = 1 / np.arange(1, VOCABULARY + 1)
    with path.open("w") as file:
        for first in range(0, lines, 10_000):
            count = min(10_000, lines - first)
            lengths = rng.integers(5, 26, count)
            drawn = words[rng.choice(VOCABULARY, lengths.sum(), p=chance / chance.sum())]
            labels = rng.integers(0, LABELS, count)
            for row, part in enumerate(np.split(drawn, np.cumsum(lengths)[:-1])):
                file.write(json.dumps({"text": " ".join(part), "label": f"c{labels[row]}"}) + "\n")


def told(config: Path, workdir: Path, stream: bool) -> str:
    """What one run took, in words."""
    began = time.perf_counter()
    words = ["--workdir", str(workdir), "--stream", str(stream).lower()]
    run = subprocess.Popen(
        [sys.executable, "-m", "experiments.classify", str(config), *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    started, first = 0.0, 0.0
    while run.poll() is None:
        if not started and any(workdir.glob("metrics.jsonl")):
            started, first = time.perf_counter() - began, peak(run.pid)
        last = peak(run.pid) or first
        time.sleep(0.05)
    if run.returncode:
        raise SystemExit(run.returncode)
    speed = json.loads((workdir / "summary.json").read_text())["tokens_per_second"]
    return (
        f"{started:.1f} s until ten steps are evaluated, {first / 1e6:.0f} MB by then, "
        f"{last / 1e6:.0f} MB in the end, {speed / 1e6:.2f} M tokens/s"
    )


def peak(process: int) -> float:
    """Peak of the resident memory of a process, in bytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * float(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
