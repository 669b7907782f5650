"""A sweep from its file to its results, in one folder: goes on where an earlier start left it."""

from __future__ import annotations

import contextlib
import json
import uuid
from pathlib import Path
from typing import Any

from rich.console import Console

from embedlab.files import write_whole
from experiments.errors import Mistake, RunFailure, placed
from experiments.process import stopping
from experiments.runs import lock
from experiments.settings import codec
from experiments.sweeps import output
from experiments.sweeps.executor import Died, Executor
from experiments.sweeps.ledger import Claim, Ledger
from experiments.sweeps.plan import Plan
from experiments.sweeps.shown import Shown, showing
from experiments.sweeps.store import Store, reached, wait_for_all
from experiments.sweeps.trial import Ended, Job

_FOLDER, _STUDY = "folder.json", "study.db"
_OURS = {_FOLDER, _STUDY, f"{_STUDY}.lock", f"{_STUDY}-journal", "trials", "workers", *output.FILES}
_WAIT = 0.5  # seconds between two looks at what others do


def run(plan: Plan, workdir: Path, console: Console, executor: Executor, storage: str = "") -> int:
    """Runs a sweep, or goes on with it; a finished one is only shown.

    Args:
        plan: what is searched for.
        workdir: where all is written; it is held alone meanwhile.
        console: where it is told.
        executor: what runs trials.
        storage: URL of a database that several drivers share; empty for one in the workdir.

    Returns:
        The exit status: 1 where no trial came to its end.

    Raises:
        Mistake: the workdir, the storage or a study in it is refused.
        RunFailure: the storage, or the machine, fails on the way.
        Stopped: the program was told to stop; trials that were at work go on with the next start.
    """
    with lock.held(workdir):
        _require_ours(workdir)
        store = Store(storage or f"sqlite:///{workdir / _STUDY}")
        folder = _named(workdir, plan.name, storage)
        wait_for_all(workdir / ".workers")  # those of a driver that was killed a moment ago
        with reached(store):
            ledger = Ledger(store, plan, folder)
            if _left(ledger, plan):
                with showing(plan, console) as shown, executor:
                    _Driver(plan, workdir, ledger, executor, shown).run()
            elif output.is_written(workdir, plan):
                console.print(f"{workdir} is finished; nothing to do.", highlight=False, soft_wrap=True)
            return output.finish(plan, workdir, ledger, folder, console)


def _left(ledger: Ledger, plan: Plan) -> int:
    """How many configurations are not at their end."""
    return plan.sweep.number - sum(record.final for record in ledger.records())


class _Driver:
    """The loop that gives trials to workers, and takes down what comes of them."""

    def __init__(self, plan: Plan, workdir: Path, ledger: Ledger, executor: Executor, shown: Shown) -> None:
        self._plan, self._workdir, self._ledger = plan, workdir, ledger
        self._executor, self._shown = executor, shown
        self._claims: list[Claim] = []

    def run(self) -> None:
        self._shown.refresh(self._ledger.records())
        with stopping.patiently():
            while not stopping.asked():
                self._fill()
                if not self._claims and not _left(self._ledger, self._plan):
                    break
                for claim, event in self._executor.events(_WAIT):
                    self._take(claim, event)
                self._ledger.beat()
                self._shown.tick()
            else:
                self._executor.stop()  # each saves where it is
                for claim in self._claims:
                    self._ledger.give_back(claim)

    def _fill(self) -> None:
        while self._executor.room and (claim := self._ledger.claim()) is not None:
            try:
                config = self._plan.config(claim.params)
            except Mistake as error:  # values that do not go together
                self._ledger.fail(claim, str(error))
                self._shown.ended(self._ledger.records(), claim.number)
                continue
            folder = self._workdir / "trials" / str(claim.number)
            job = Job(self._plan.program.name, codec.encode(config), str(folder), self._plan.metric)
            self._claims.append(claim)
            self._executor.submit(claim, job)
            self._shown.began(claim)

    def _take(self, claim: Claim, event: Any) -> None:
        if isinstance(event, tuple):
            step, value = event
            self._executor.answer(claim, self._ledger.report(claim, step, value))
            self._shown.reported(claim, step, value)
            return
        self._claims.remove(claim)
        if isinstance(event, Died):
            self._ledger.give_back(claim, event.how if event.began else "")
            if event.broken:
                raise RunFailure(
                    f"a worker ended before it began ({event.how}); what it said lies in {event.log}"
                )
        else:
            self._record(claim, event)
        self._shown.ended(self._ledger.records(), claim.number)

    def _record(self, claim: Claim, ended: Ended) -> None:
        if ended.how == "complete":
            self._ledger.complete(claim, ended.value)
        elif ended.how == "pruned":
            self._ledger.prune(claim)
        elif ended.how == "failed":
            self._ledger.fail(claim, ended.reason)
        else:
            self._ledger.give_back(claim)
            raise RunFailure(f"{ended.reason} Trials that were at work go on with the same command.")


def _require_ours(workdir: Path) -> None:
    """Refuses a folder of something else."""
    found = sorted(path.name for path in workdir.iterdir() if not path.name.startswith("."))
    if found and not (workdir / _FOLDER).exists() and not set(found) <= _OURS:
        shown = ", ".join(found[:3]) + (", …" if len(found) > 3 else "")
        raise Mistake(
            f"--workdir {workdir}: it is no sweep's folder (it has no {_FOLDER}), and holds {shown}. Give a "
            "new folder, or an empty one."
        )


def _named(workdir: Path, study: str, storage: str) -> str:
    """What this folder is called in a study: drawn at its first start."""
    path = workdir / _FOLDER
    here = {"study": study, "shared": bool(storage)}
    with contextlib.suppress(FileNotFoundError):
        known = json.loads(path.read_text("utf-8"))
        if {name: known[name] for name in here} != here:
            kept = "a shared storage" if known["shared"] else f"{_STUDY} in it"
            raise Mistake(
                f"--workdir {workdir}: it belongs to the study {known['study']}, kept in {kept}. Repeat the "
                "command that began it, or give another --workdir."
            )
        return str(known["folder"])
    name = uuid.uuid4().hex
    text = json.dumps({**here, "folder": name}) + "\n"
    with placed(path):
        write_whole({path: lambda file: file.write(text.encode())})
    return name
