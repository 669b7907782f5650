"""Starts two real trainings on one workdir at once, and checks that exactly one of them is refused.

    PYTHONPATH=. python scripts/race_writers.py [--races 50]

Both are given the same config and the same workdir, empty at first, then as the winner left it when it was
killed. They import what they need, wait for each other, and go on at once. The loser must end with status 2
and name the winner; the winner must go on and save. A race takes about as long as Python takes to import JAX
twice. Exit status 0 if each race had one winner, else 1.
"""

from __future__ import annotations

import argparse
import collections
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import prose

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """
import embedlab
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv

def config():
    return Config(
        embedding=embedlab.Dense(300, 8),
        data=Csv(path={data!r}),
        text=Text(max_length=16),
        train=Train(steps=10**6, evaluate_every=10, patience=10**6, batch=32, checkpoint_seconds=0),
        quality=Quality(rows=100),
        baselines=False,
    )
"""
#: The program, which waits for the starting signal when all is imported.
RACER = """
import sys, time
from pathlib import Path
import experiments.comparisons.comparison
from experiments.classify import main
folder, name = Path(sys.argv[1]), sys.argv[2]
(folder / name).touch()
while not (folder / "go").exists():
    pass
sys.exit(main([str(folder / "config.py"), "--workdir", str(folder / "w")]))
"""


def race(folder: Path) -> str:
    """Who was refused, and an empty text if all is as it should be after it."""
    for name in ("one", "two", "go"):
        (folder / name).unlink(missing_ok=True)
    both = {
        name: subprocess.Popen(
            [sys.executable, "-c", RACER, str(folder), name],
            cwd=ROOT,
            env=os.environ | {"JAX_PLATFORMS": "cpu", "COLUMNS": "1000"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    }
    try:
        while not all((folder / name).exists() for name in both):
            time.sleep(0.01)
        (folder / "go").touch()
        while all(process.poll() is None for process in both.values()):
            time.sleep(0.01)
        loser = next(name for name, process in both.items() if process.poll() is not None)
        winner = both["two" if loser == "one" else "one"]
        assert both[loser].stderr is not None
        said = both[loser].stderr.read()
        assert both[loser].returncode == 2, said
        assert f"another process is at work there, pid {winner.pid} on " in said, said
        checkpoints = folder / "w" / "checkpoints"
        before = {path.name for path in checkpoints.glob("*")}
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and {path.name for path in checkpoints.glob("*")} <= before:
            assert winner.poll() is None, winner.communicate()
            time.sleep(0.01)
        assert time.monotonic() < deadline, "the winner does not go on"
        return loser
    finally:
        for process in both.values():
            process.kill()
            process.communicate()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--races", type=int, default=50, help="how many (default 50)")
    args = parser.parse_args()
    losers: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = prose.write(folder / "prose.csv")
        (folder / "config.py").write_text(CONFIG.format(data=str(data)), "utf-8")
        for number in range(args.races):
            try:
                losers[race(folder)] += 1
            except AssertionError as error:
                print(f"race {number + 1}: {error}")
                return 1
    told = ", ".join(f"{count} times {name}" for name, count in sorted(losers.items()))
    print(f"{args.races} races: one was refused each time ({told}), and the other went on")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
