"""A sweep from its file to its results, in one folder: goes on where an earlier start left it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.errors import Mistake, RunFailure
from experiments.process import stopping
from experiments.runs import lock
from experiments.runs.run import RunDirectory
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
_MOST_EARLY = 5  # workers that end before they began, one after the other
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
    store = Store(storage or workdir / _STUDY)
    with lock.held(workdir):
        _require_ours(workdir)
        known = _known(workdir, plan.name, storage)
        if not output.is_written(workdir, plan):  # before there is a study, whose settings would stand
            plan.program.require(plan.base, plan.sweep.space)
        folder = known.get("folder") or uuid.uuid4().hex
        wait_for_all(workdir / ".workers")  # those of a driver that was killed a moment ago
        with reached(store):
            ledger = Ledger(store, plan, folder, known.get("key", ""))
            _keep(workdir, plan, storage, {"folder": folder, "key": ledger.key})
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
        self._early = 0  # workers that ended before they began, one after the other

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
            self._early = 0
            step, value = event
            self._executor.answer(claim, self._ledger.report(claim, step, value))
            self._shown.reported(claim, step, value)
            return
        self._claims.remove(claim)
        if isinstance(event, Died):
            self._ledger.give_back(claim, event.how if event.began else "")
            self._early = 0 if event.began else self._early + 1
            if event.broken or self._early >= _MOST_EARLY:
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


def _known(workdir: Path, study: str, storage: str) -> dict[str, Any]:
    """What a folder says of the sweep that was begun in it; empty for a new one."""
    known = RunDirectory(workdir).read(_FOLDER)
    if known is None:
        return {}
    if not {"study", "shared", "folder"} <= known.keys():
        raise Mistake(f"{workdir / _FOLDER}: it is not of a sweep, or damaged. Give another --workdir.")
    if (known["study"], known["shared"]) != (study, bool(storage)):
        kept = "a shared storage" if known["shared"] else f"{_STUDY} in it"
        raise Mistake(
            f"--workdir {workdir}: it belongs to the study {known['study']}, kept in {kept}. Repeat the "
            "command that began it, or give another --workdir."
        )
    return known


def _keep(workdir: Path, plan: Plan, storage: str, names: dict[str, str]) -> None:
    """Writes down what a folder belongs to, once its study is open."""
    settings = {name: plan.settings[name] for name in ("program", "metric", "direction")}
    found = {"study": plan.name, "shared": bool(storage), **names, **settings}
    directory = RunDirectory(workdir)
    if directory.read(_FOLDER) != found:
        directory.write(_FOLDER, found)
