"""Kills a sweep at random moments, its driver or one of its workers; checks that nothing is lost or twice.

    PYTHONPATH=. python scripts/kill_sweeps.py [--trials 300] [--kills 20] [--seed 0] [--folder DIR]
    PYTHONPATH=. python scripts/kill_sweeps.py --storage postgres     # a server of its own, two drivers

`scripts/sweep.py` runs small trainings on documentation strings of three installed packages; about a tenth of
them raises an error, of a column that is not there or of a loss that is no number. With SQLite one driver has
two workers in one folder; with PostgreSQL two drivers share a study, each with a folder and a worker of its
own. A kill is SIGKILL, of a driver or of a worker; a driver is started again with the same command. It is
checked that

- every configuration has one final record, complete, pruned or failed; failed ones are those that raise, with
  their reason; every other attempt is superseded by a later one with the same values;
- what was final before a kill is the same attempt with the same value after it: nothing is run again;
- the value of a complete trial is that of the run in its folder;
- the same command, once all is done, does nothing.

Exit status 0 if all of that holds, else 1.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import dataclasses
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import postgres
import prose

from experiments.errors import Mistake
from experiments.sweeps.store import Store, optuna

ROOT = Path(__file__).resolve().parent.parent
SWEEP = """
from embedlab import Dense
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv
from experiments.sweeps import Asha, Choice, Int, Random, Sweep

RATES = [round(0.005 + 0.0015 * i, 4) for i in range(19)]  # and one in twenty that gives no number

def sweep():
    return Sweep(
        Config(
            embedding=Dense(300, 8),
            data=Csv(path={data!r}),
            text=Text(max_length=16),
            train=Train(steps=20, evaluate_every=5, patience=99, batch=32, checkpoint_seconds=0.3),
            quality=Quality(rows=50),
        ),
        {{
            "train.rate": Choice(*RATES, 1e30),
            "train.optimizer": Choice("adam", "adagrad"),
            "data.label": Choice(*(f"label{{i}}" for i in range(19)), "nowhere"),
            "split_seed": Int(0, 10**6),
        }},
        Random(),
        Asha(10),
        trials={trials},
        name="killed",
    )
"""
BAD_LABEL, BAD_RATE = "nowhere", 1e30


class Lost(Exception):
    """Something that was to hold does not."""


def require(holds: Any, what: str) -> None:
    if not holds:
        raise Lost(what)


class Driver:
    """A process of the program, started again after a kill."""

    def __init__(self, folder: Path, sweep: Path, workers: int, storage: str) -> None:
        self.workdir, self._out = folder / "sweep", folder / "out.txt"
        words = [str(sweep), "--workdir", str(self.workdir), "--workers", str(workers)]
        self._words = [*words, *(["--storage", storage] if storage else [])]
        self.starts = 0
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        self.starts += 1
        with self._out.open("a") as out:
            command = [sys.executable, str(ROOT / "scripts" / "sweep.py"), *self._words]
            environment = os.environ | {
                "PYTHONPATH": str(ROOT),
                "JAX_PLATFORMS": "cpu",
                "JAX_COMPILATION_CACHE_DIR": str(self.workdir.parent.parent / "compiled"),
                "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
                "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
            }
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def status(self) -> int | None:
        return self._process.poll()

    def told(self) -> str:
        return self._out.read_text("utf-8")

    def workers(self) -> list[int]:
        return [pid for pid in children(self._process.pid) if b"sweeps.worker" in command_of(pid)]

    def kill(self, whole: bool, draw: random.Random) -> str:
        """Kills the driver, or a worker of it; returns which."""
        workers = self.workers()
        if whole or not workers:
            self._process.kill()
            self._process.wait()
            return "driver"
        with contextlib.suppress(ProcessLookupError):
            os.kill(draw.choice(workers), signal.SIGKILL)
        return "worker"

    def end(self) -> None:
        """Where something went wrong: leaves no process behind."""
        self._process.kill()
        self._process.wait()


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def command_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@dataclasses.dataclass(frozen=True)
class Final:
    """A final record, as Optuna has it."""

    attempt: int
    state: str
    value: float | None


class Study:
    """The study, read beside its drivers, and by Optuna alone."""

    def __init__(self, url: str) -> None:
        self._store = Store(url)
        self._storage: Any = None

    def attempts(self) -> dict[int, list[Any]]:
        """Number → its attempts; none before there is a study."""
        with contextlib.suppress(Mistake):  # there is no folder yet
            self._storage = self._storage or self._store.open()
        if self._storage is None:
            return {}
        try:
            study = optuna().load_study(study_name="killed", storage=self._storage)
        except (KeyError, ValueError):
            return {}
        found: dict[int, list[Any]] = {}
        for trial in study.get_trials(deepcopy=False):
            found.setdefault(trial.user_attrs["number"], []).append(trial)
        return found

    def final(self) -> dict[int, list[Final]]:
        """Number → its final records, of which there is to be one at the end."""
        return {
            number: [
                Final(trial.number, trial.state.name, trial.value if trial.values else None)
                for trial in tries
                if trial.state.name in ("COMPLETE", "PRUNED")
                or (trial.state.name == "FAIL" and "reason" in trial.user_attrs)
            ]
            for number, tries in self.attempts().items()
        }


def kill(
    drivers: Sequence[Driver], study: Study, kills: int, trials: int, draw: random.Random
) -> dict[str, int]:
    """Kills until there were enough, then lets all come to their end."""
    hit = {"driver": 0, "worker": 0}
    known: dict[int, list[Final]] = {}
    for driver in drivers:
        driver.start()
    # Most are spread over the sweep; some follow the one before at once, where all is starting.
    after = sorted(draw.uniform(0, 0.9 * trials) for _ in range(kills))
    for moment in after:
        if draw.random() < 0.25:
            time.sleep(draw.uniform(0, 8))
        else:
            while sum(map(len, study.final().values())) < moment:
                for driver in drivers:
                    require(driver.status is None, f"a driver ended: {driver.told()[-2000:]}")
                time.sleep(0.2)
            time.sleep(draw.uniform(0, 1))
        driver = draw.choice(drivers)
        hit[driver.kill(draw.random() < 0.5, draw)] += 1
        now = study.final()
        for number, before in known.items():
            require(
                now[number] == before or not before, f"trial {number} was {before}, now it is {now[number]}"
            )
        known = now
        if driver.status is not None:
            driver.start()
        print(f"{sum(hit.values())} kills, {sum(map(len, now.values()))} trials done", flush=True)
    for driver in drivers:
        while driver.status is None:
            time.sleep(0.2)
        require(driver.status == 0, driver.told()[-2000:])
    for number, before in known.items():
        require(study.final()[number] == before or not before, f"trial {number} was run again")
    return hit


def check(drivers: Sequence[Driver], study: Study, trials: int) -> dict[str, int]:
    """Holds what there is at the end against what there is to be; returns counts."""
    attempts, final = study.attempts(), study.final()
    require(sorted(attempts) == list(range(trials)), f"{len(attempts)} configurations, not {trials}")
    for number, tries in attempts.items():
        require(len(final[number]) == 1, f"trial {number} has {len(final[number])} final records")
        require(
            final[number][0].attempt == tries[-1].number, f"the last attempt of trial {number} is not final"
        )
        for before, later in itertools.pairwise(tries):
            require(before.state.name == "FAIL", f"attempt {before.number} is {before.state.name}")
            require(
                later.user_attrs["supersedes"] == before.number, f"attempt {before.number} is not superseded"
            )
            require(before.params.items() <= later.params.items(), f"trial {number} changed its values")
        _check_reason(number, tries[-1])
    superseded = sum(len(tries) - 1 for tries in attempts.values())
    for driver in drivers:
        found = json.loads((driver.workdir / "sweep.json").read_text("utf-8"))
        require([t["number"] for t in found["trials"]] == list(range(trials)), "sweep.json has other trials")
        require(len(found["superseded"]) == superseded, "sweep.json has other superseded attempts")
        for trial in found["trials"]:
            _check_run(driver.workdir, trial, final[trial["number"]][0])
    states = [each[0].state for each in final.values()]
    counts = {name.lower(): states.count(name) for name in ("COMPLETE", "PRUNED", "FAIL")}
    return {**counts, "superseded": superseded}


def _check_reason(number: int, trial: Any) -> None:
    """Fails those that raise, and no others."""
    bad = trial.params["data.label"] == BAD_LABEL or trial.params["train.rate"] == BAD_RATE
    reason = trial.user_attrs.get("reason", "")
    require(
        (trial.state.name == "FAIL") == bad, f"trial {number} is {trial.state.name}: {trial.params} {reason}"
    )
    if bad:
        told = "nowhere" if trial.params["data.label"] == BAD_LABEL else "became"
        require(told in reason, f"trial {number} failed for another reason: {reason}")


def _check_run(workdir: Path, trial: dict[str, Any], final: Final) -> None:
    named = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}[final.state]
    require(
        trial["state"] == named and trial["value"] == final.value, f"sweep.json tells otherwise of {trial}"
    )
    if trial["path"] is None or named == "failed":
        return
    folder = workdir / trial["path"]
    if named == "complete":
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
        require(
            summary["valid"]["accuracy"] == final.value, f"{folder} has another accuracy than {final.value}"
        )
    else:
        require(not (folder / "summary.json").exists(), f"{folder} is finished, though it was pruned")
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()]
        valid = {line["step"]: line["accuracy"] for line in lines if line["split"] == "valid"}
        told = valid.get(trial["step"])
        require(told == final.value, f"{folder} has {told} at step {trial['step']}, not {final.value}")


def check_end(drivers: Sequence[Driver], study: Study) -> None:
    """The same command again."""
    before = {number: len(tries) for number, tries in study.attempts().items()}
    for driver in drivers:
        driver.start()
        while driver.status is None:
            time.sleep(0.05)
        require(driver.status == 0 and "nothing to do" in driver.told(), driver.told()[-2000:])
    require(
        {n: len(tries) for n, tries in study.attempts().items()} == before, "a finished sweep ran something"
    )


def write(folder: Path, trials: int) -> Path:
    """The sweep file, and its data: the label stands in many columns."""
    with prose.write(folder / "prose.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [f"label{i}" for i in range(19)]
    data = folder / "labels.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", *columns))
        writer.writerows((row["text"], *[row["label"]] * len(columns)) for row in rows)
    sweep = folder / "killed.py"
    sweep.write_text(SWEEP.format(data=str(data), trials=trials), "utf-8")
    return sweep


@contextlib.contextmanager
def stored(given: str) -> Iterator[str]:
    if given != "postgres":
        yield given
        return
    with postgres.server() as url:
        yield url


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300, help="configurations (default 300)")
    parser.add_argument("--kills", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default 0)")
    parser.add_argument("--storage", default="", help="postgres: a server of its own; or a URL; else SQLite")
    parser.add_argument("--folder", type=Path, help="where it works, and leaves all; else a temporary one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, stored(args.storage) as url:
        folder = (args.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        sweep = write(folder, args.trials)
        places = ["one", "two"] if url else ["one"]
        drivers = [Driver(folder / place, sweep, 2 // len(places), url) for place in places]
        study = Study(url or f"sqlite:///{folder / 'one' / 'sweep' / 'study.db'}")
        began = time.monotonic()
        try:
            hit = kill(drivers, study, args.kills, args.trials, random.Random(args.seed))
            counts = check(drivers, study, args.trials)
            check_end(drivers, study)
        except Lost as error:
            print(f"LOST: {error}")
            return 1
        finally:
            for driver in drivers:
                driver.end()
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        took = time.monotonic() - began
        print(
            f"{args.trials} trials, {hit['driver']} kills of drivers and {hit['worker']} of workers: every "
            f"trial has one final record ({told} attempts), in {took:.0f} s"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
