"""Kills a real training at random moments, as a power cut would, and checks that nothing is lost.

    PYTHONPATH=. python scripts/kill_runs.py [--kills 200] [--seed 0] [--folder DIR] [--forked]
        [--config FILE.py] [-- --stream true …]

`experiments.classify` is started on documentation strings of three installed packages, or with any config,
and with the overrides that stand after `--`; killed by SIGKILL, and started again until it is finished; then
the next one begins, until there were enough kills. They are spread over the start, the training, the saving
of checkpoints and the end. It is checked that

- no checkpoint that had its name before a kill is lost or damaged after it, and the run goes on from it;
- a finished run has the parameters, optimizer states, predictions and vectors of one that was never killed,
  to the bit, and the same metrics.jsonl, which holds each (step, split) once.

Exit status 0 if all of that holds, else 1. A kill costs about as long as Python takes to import JAX; with
--forked less, where each process is forked from one that has imported all, and so is killed in no import.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp
import prose

from experiments.runs import manifest

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """
import embedlab
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv

def config():
    return Config(
        embedding=embedlab.Hashed(300, 8, buckets=90),
        data=Csv(path={data!r}),
        text=Text(max_length=16),
        train=Train(
            steps=240, evaluate_every=40, patience=99, batch=32, checkpoint_seconds=0.02,
            update="sparse", exact=True, weight_decay=0.05, dropout=embedlab.Dropout(words=0.2),
        ),
        quality=Quality(rows=100),
        seeds=(0, 1),
        baselines=False,
    )
"""
PHASES = ("start", "training", "saving", "end")
FILES = ("metrics.jsonl", "vectors/vectors.npy", "vectors/words.txt", "vocabulary.json")


class Lost(Exception):
    """Something that was to hold does not."""


def require(holds: Any, what: str) -> None:
    if not holds:
        raise Lost(what)


#: Forks itself for each line, a command line of the program; tells the child's pid, then its status.
SERVER = """
import os, sys
from experiments.comparisons import comparison, follower
from experiments.settings import config_file, overrides
from experiments.reports import progress
from experiments.classify import main
for line in sys.stdin:
    out, *words = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if not pid:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        status = main(words)
        sys.stdout.flush()
        os._exit(status)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Start:
    """One process of the program; its lines are read from the file that they go to."""

    def __init__(self, folder: Path, name: str, words: Sequence[str]) -> None:
        self.workdir, self._out = folder / name, folder / "out.txt"
        with self._out.open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "experiments.classify", *words, "--workdir", str(self.workdir)],
                cwd=ROOT,
                env=environment(folder),
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def status(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        self._process.kill()

    def wait_for(self, sign: Any) -> None:
        """Until a sign is true, or the program has ended."""
        while self.status is None and not sign():
            time.sleep(0.001)

    def wait(self) -> None:
        self.wait_for(lambda: False)

    def end(self) -> bool:
        """Kills it, unless it has ended; whether that was so."""
        if self.status is None:
            self.kill()
        self.wait()
        return self.status == -signal.SIGKILL

    def told(self) -> str:
        return self._out.read_text("utf-8") if self._out.exists() else ""

    def says(self, pattern: str) -> list[str]:
        return re.findall(pattern, self.told())


class Forked(Start):
    """The same, forked from a process that has imported what the program needs."""

    server: subprocess.Popen[str] | None = None

    def __init__(self, folder: Path, name: str, words: Sequence[str]) -> None:
        self.workdir, self._out = folder / name, folder / "out.txt"
        self._out.unlink(missing_ok=True)
        if Forked.server is None:
            command = [sys.executable, "-W", "ignore", "-c", SERVER]
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            Forked.server = subprocess.Popen(command, cwd=ROOT, env=environment(folder), **pipes)
        server = Forked.server
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write("\t".join([str(self._out), *words, "--workdir", str(self.workdir)]) + "\n")
        server.stdin.flush()
        self._pid, self._status = int(server.stdout.readline()), None
        self._waiter = threading.Thread(target=self._read, daemon=True)
        self._waiter.start()

    def _read(self) -> None:
        assert Forked.server is not None and Forked.server.stdout is not None
        self._status = int(Forked.server.stdout.readline())

    @property
    def status(self) -> int | None:
        return self._status

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


def environment(folder: Path) -> dict[str, str]:
    """With a place for compiled programs, so that each is compiled once."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


#: Starts the program in a workdir of this name.
Starts = Callable[[str], Start]


def saved(workdir: Path) -> dict[str, int]:
    """The newest checkpoint of each run, by its place; all that there are must be whole."""
    found: dict[str, int] = {}
    for folder in workdir.rglob("checkpoints"):
        steps = [path for path in folder.iterdir() if path.name.isdecimal()]
        for path in steps:
            content = manifest.read(path / "manifest.json")
            present = [name for name in manifest.files_below(path) if name != "manifest.json"]
            manifest.verify(path, content["files"], present)
        # Between two renames one lies aside, and is put back by the next start.
        steps += [path for path in folder.glob(".replaced-*") if path.is_dir()]
        if steps:
            run = folder.parent.relative_to(workdir).as_posix()
            found[run] = max(int(path.name.removeprefix(".replaced-")) for path in steps)
    return found


def place(name: str, runs: Sequence[str]) -> str:
    """Where the run lies that the program tells of by this name, as in "fold 3 · bag · seed 0"."""
    parts = "/".join(part.replace(" ", "-") for part in name.split(" · "))
    return next((run for run in runs if run.replace("baselines/", "") == parts), ".")


def until(
    phase: str, start: Start, usual: dict[str, float], ends: dict[str, int], draw: random.Random
) -> None:
    """Waits for a random moment of a phase."""

    def is_there(*names: str) -> bool:
        folders = [start.workdir / run / "checkpoints" for run in ends]
        return any((folder / name).exists() for folder, name in zip(folders, names, strict=True))

    saving, over = [".unfinished"] * len(ends), list(map(str, ends.values()))
    if phase == "start":
        deadline = time.monotonic() + draw.uniform(0, usual["start"])
        return start.wait_for(lambda: time.monotonic() >= deadline)
    start.wait_for(lambda: start.says(r": (?:starts|resumes)"))
    # Which save, or the end of which of the runs.
    number = draw.randrange(1, 6) if phase == "saving" else 1
    for _ in range(number):
        if phase == "saving":
            start.wait_for(lambda: not is_there(*saving))
            start.wait_for(lambda: is_there(*saving))
        elif phase == "end":
            start.wait_for(lambda: is_there(*over))
    longest = {"training": usual["training"], "saving": 0.15, "end": 1.0}[phase]
    time.sleep(draw.uniform(0, longest))


def same_as(whole: Path, other: Path) -> None:
    """Holds a finished workdir against one that was never killed."""
    for run, step in saved(whole).items():
        one, two = whole / run, other / run
        for file in FILES:
            require((one / file).read_bytes() == (two / file).read_bytes(), f"{two / file} differs")
        lines = [json.loads(line) for line in (two / "metrics.jsonl").read_text("utf-8").splitlines()]
        times = collections.Counter((line["step"], line["split"]) for line in lines)
        require(max(times.values()) == 1, f"{two / 'metrics.jsonl'} holds {times.most_common(1)}")
        require(same_arrays(one, two, step), f"the last checkpoint of {two} differs")
    for file in whole.rglob("predictions.npz"):  # of baselines too
        again = other / file.relative_to(whole)
        with np.load(file) as a, np.load(again) as b:
            require(all(np.array_equal(a[side], b[side]) for side in a), f"{again} differs")


def same_arrays(one: Path, two: Path, step: int) -> bool:
    """Whether parameters and optimizer states of the checkpoints of a step have the same bits."""
    with ocp.StandardCheckpointer() as orbax:
        both = []
        for run in (one, two):
            folder = run.resolve() / "checkpoints" / str(step)
            states = [orbax.restore(folder / part) for part in ("live", "best")]
            both.append([np.asarray(leaf) for leaf in jax.tree.leaves(states)])
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(*both, strict=True))


def measure(starts: Starts) -> tuple[dict[str, float], dict[str, int]]:
    """Runs twice to the end: the first one compiles, the second one says how long things take.

    Returns:
        Seconds by phase; and the last step of each run, by its place.
    """
    usual: dict[str, float] = {}
    for name in ("whole", "again"):
        began = time.monotonic()
        start = starts(name)
        # With baselines, which have no steps, the first training is waited for.
        start.wait_for(lambda start=start: start.says(r": starts, \d+ steps"))
        usual["start"] = time.monotonic() - began
        start.wait()
        usual["training"] = time.monotonic() - began - usual["start"]
        require(start.status == 0, start.told())
    whole = start.workdir.with_name("whole")
    same_as(whole, start.workdir)
    return usual, saved(whole)


def kill(starts: Starts, folder: Path, kills: int, seed: int) -> tuple[collections.Counter[str], int]:
    """How many kills fell in each phase, and how many runs were finished between them."""
    (usual, ends), draw = measure(starts), random.Random(seed)
    print(
        f"To its first step in {usual['start']:.1f} s, to its end {usual['training']:.1f} s later", flush=True
    )
    hit: collections.Counter[str] = collections.Counter()
    finished, known, workdir = 0, {}, folder / "killed"
    while sum(hit.values()) < kills or workdir.exists():
        start = starts(workdir.name)
        phase = draw.choice(PHASES)
        if sum(hit.values()) < kills:
            until(phase, start, usual, ends, draw)
        else:
            start.wait()
        killed = start.end()
        for name, step in start.says(r"\] (.+): resumes at step (\d+)"):
            before = known.get(place(name, list(ends)))
            require(int(step) == before, f"{name} resumes at step {step}, not at {before}")
        now = saved(workdir) if workdir.exists() else {}
        for run, step in known.items():
            require(
                now.get(run, -1) >= step, f"{run}: step {step} was saved, now {now.get(run)} is the newest"
            )
        known = now
        if killed:
            hit[phase] += 1
            if sum(hit.values()) % 10 == 0:
                print(f"{sum(hit.values())} kills, {finished} runs finished between them", flush=True)
            continue
        require(start.status == 0, start.told())
        same_as(folder / "whole", workdir)
        shutil.rmtree(workdir)
        finished, known = finished + 1, {}
    if Forked.server is not None:
        Forked.server.kill()
    return hit, finished


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    parser.add_argument("--forked", action="store_true", help="fork processes that need not import anything")
    parser.add_argument(
        "--folder", type=Path, help="where it works, and leaves all; by default a temporary one"
    )
    parser.add_argument("--config", type=Path, help="of the runs; by default a small one of two seeds")
    parser.add_argument("overrides", nargs="*", help="after --, as experiments.classify takes them")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        config = args.config or folder / "config.py"
        if args.config is None:
            data = prose.write(folder / "prose.csv")
            config.write_text(CONFIG.format(data=str(data)), "utf-8")
        words = [str(config.resolve()), *args.overrides]
        kind = Forked if args.forked else Start
        try:
            hit, finished = kill(lambda name: kind(folder, name, words), folder, args.kills, args.seed)
        except (Lost, manifest.Altered) as error:
            print(f"LOST: {error}")
            return 1
    told = ", ".join(f"{hit[phase]} in {phase}" for phase in PHASES)
    print(
        f"{sum(hit.values())} kills ({told}); {finished} runs finished, with the bits of the one not killed"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
