"""The book of a study: which configurations there are, who is at work on them, and what came of each.

A configuration has a number, from 0 on. Each attempt at it is a trial of Optuna's: one that was cut short,
by a kill or a signal, is marked as failed without a reason, and another attempt with the same values
supersedes it. So the last attempt of each number is its one final record: complete, pruned, or failed with
its reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import socket
import time
import uuid
from typing import Any

from experiments.errors import Mistake
from experiments.runs.run import differences
from experiments.sweeps import strategy
from experiments.sweeps.plan import Plan
from experiments.sweeps.record import DEATH, FOLDER, NUMBER, REASON, Record, record_of
from experiments.sweeps.store import BEAT, Store, optuna

_SETTINGS, _KEY = "settings", "key"
# Of workers at one configuration, while their driver lived. One that memory runs out at ends each of them;
# one that was hit by chance should not be lost for that.
_MOST_DEATHS = 5


@dataclasses.dataclass(eq=False)
class Claim:
    """An attempt that this process has taken.

    Attributes:
        number: of the configuration.
        params: field → what stands for its value.
        trial: as Optuna has it.
        began: when it was taken, by `time.monotonic`.
    """

    number: int
    params: dict[str, Any]
    trial: Any
    began: float = dataclasses.field(default_factory=time.monotonic)


class Ledger:
    """A study, as one driver of it sees it.

    Attributes:
        study: as Optuna has it.
        key: of this study, as no other has it.
    """

    def __init__(self, store: Store, plan: Plan, folder: str, key: str = "") -> None:
        """Opens a study, or makes it; of a study of the same name, its settings must be the same.

        Args:
            store: where it is kept.
            plan: what is searched for.
            folder: what this driver's folder is called in the study, as no other is.
            key: of the study that the folder belongs to; empty where it belongs to none yet.

        Raises:
            Mistake: the store can't be opened, or holds a study of other settings, or not that of the folder.
        """
        self._store, self._plan, self._folder = store, plan, folder
        self._storage = store.open()
        self._claims: dict[int, Claim] = {}
        self._beaten = 0.0
        library, self._states = optuna(), optuna().trial.TrialState
        with store.exclusively():
            self._require(key)
            self.study = library.create_study(
                storage=self._storage,
                study_name=plan.name,
                direction="minimize" if plan.less else "maximize",
                pruner=strategy.pruner(plan.sweep.pruner),
                load_if_exists=True,
            )
            self._agree()
            if _KEY not in self.study.user_attrs:
                self.study.set_user_attr(_KEY, uuid.uuid4().hex)
            self.key: str = self.study.user_attrs[_KEY]
            self._clear()
        self._last = strategy.last_attempts(self.study, NUMBER)

    # --- settings --------------------------------------------------------------------------------------

    def _require(self, key: str) -> None:
        """Refuses another study than that of which the folder has trials: their runs would be mixed up."""
        studies = self._storage.get_all_studies() if key else []
        if key not in ["", *(study.user_attrs.get(_KEY) for study in studies)]:
            raise Mistake(
                f"{self._store.told}: the study {self._plan.name} that this folder's trials belong to is not "
                "there. Give the --storage that they were begun with, or another --workdir for a new sweep."
            )

    def _agree(self) -> None:
        """Refuses another sweep of the same name; takes more trials."""
        settings = json.loads(json.dumps(self._plan.settings))
        old = self.study.user_attrs.get(_SETTINGS)
        if old is not None:
            old = json.loads(old)
            more = {**old, "trials": max(old["trials"], settings["trials"])}
            if different := differences(more, settings):
                raise Mistake(
                    f"the study {self._plan.name} has other settings ({', '.join(different[:5])}). Put the "
                    "sweep file back as it was, where only more trials may come in; or give another "
                    "--workdir, and with --storage another name in the file."
                )
        if old != settings:
            self.study.set_user_attr(_SETTINGS, json.dumps(settings))

    # --- attempts --------------------------------------------------------------------------------------

    def claim(self) -> Claim | None:
        """Takes the next configuration: one that was cut short, or a new one. None if there is none now."""
        with self._store.exclusively():
            self.beat()  # or what is at work here would be taken for dead after the machine has slept
            self._clear()
            attempts = self._attempts()
            waiting = [tries[-1] for tries in attempts.values() if tries[-1].state == self._states.WAITING]
            if waiting:
                number = min(waiting, key=lambda trial: trial.number).user_attrs[NUMBER]
                if any(claim.number == number for claim in self._claims.values()):
                    return None  # its worker has yet to hear that the attempt is lost
            elif len(attempts) < self._plan.sweep.number:
                number = len(attempts)
                self._queue(number)
            else:
                return None
            return self._take(number)

    def _take(self, number: int) -> Claim:
        """Takes what waits at the head of the queue; its values are drawn, unless it had them before."""
        sweep = self._plan.sweep
        self.study.sampler = strategy.sampler(sweep.sampler, sweep.space, sweep.seed, number)
        fields = {name: strategy.distribution(dimension) for name, dimension in sweep.space.items()}
        trial = self.study.ask(fields)
        assert trial.user_attrs[NUMBER] == number
        self._storage.record_heartbeat(trial._trial_id)
        trial.set_user_attr("host", socket.gethostname())
        trial.set_user_attr(FOLDER, self._folder)  # from here on it is somebody's
        claim = Claim(number, {name: trial.params[name] for name in fields}, trial)
        self._claims[trial.number] = claim
        return claim

    def _queue(self, number: int, before: Any = None) -> None:
        """Puts a configuration in the queue, with the values of an attempt before, if that had them all."""
        attrs = {NUMBER: number, **({} if before is None else {"supersedes": before.number})}
        drawn = before is not None and FOLDER in before.user_attrs
        self.study.add_trial(
            optuna().create_trial(
                state=self._states.WAITING,
                params=before.params if drawn else None,
                distributions=before.distributions if drawn else None,
                user_attrs=attrs,
            )
        )

    def _clear(self) -> None:
        """Supersedes what was cut short: within the lock, whatever is half done is of a dead process."""
        optuna().storages.fail_stale_trials(self.study)
        for trial in self.study.get_trials(deepcopy=False, states=(self._states.RUNNING,)):
            mine = trial.user_attrs.get(FOLDER) == self._folder and trial.number not in self._claims
            if mine or FOLDER not in trial.user_attrs:
                self.study.tell(trial.number, state=self._states.FAIL)
        for number, tries in self._attempts().items():
            last = tries[-1]
            if last.state == self._states.FAIL and REASON not in last.user_attrs:
                self._queue(number, last)

    def beat(self) -> None:
        """Gives a sign of life, where one is due."""
        now = time.time()  # which goes on while the machine sleeps
        if abs(now - self._beaten) > BEAT / 2:
            for claim in self._claims.values():
                self._storage.record_heartbeat(claim.trial._trial_id)
            self._beaten = now

    # --- what comes of them ----------------------------------------------------------------------------

    def report(self, claim: Claim, step: int, value: float) -> bool:
        """Takes down the metric of an evaluation; returns whether the trial is to end there."""
        with self._unless_lost(claim):
            claim.trial.report(value, step)
            trial = self._storage.get_trial(claim.trial._trial_id)
            return bool(self.study.pruner.prune(self._last, trial))
        return True

    def complete(self, claim: Claim, value: float) -> None:
        """A trial came to its end."""
        if not math.isfinite(value):
            return self.fail(claim, f"{self._plan.metric} is {value}")
        self._end(claim, "COMPLETE", value)

    def prune(self, claim: Claim) -> None:
        """A trial was ended early."""
        self._end(claim, "PRUNED")

    def fail(self, claim: Claim, reason: str) -> None:
        """A trial failed, for a reason of its own: it is not tried again."""
        with self._unless_lost(claim):
            claim.trial.set_user_attr(REASON, reason)
        self._end(claim, "FAIL")

    def give_back(self, claim: Claim, death: str = "") -> None:
        """A trial was cut short: another attempt is to be made.

        Args:
            claim: the attempt.
            death: how its worker ended by itself; a configuration that ends its workers again and again
                fails.
        """
        if death:
            deaths = [t for t in self._attempts()[claim.number] if DEATH in t.user_attrs]
            with self._unless_lost(claim):
                claim.trial.set_user_attr(DEATH, death)
            if len(deaths) + 1 >= _MOST_DEATHS:
                return self.fail(claim, f"its process ended {_MOST_DEATHS} times, at last by {death}")
        self._end(claim, "FAIL")

    def _end(self, claim: Claim, state: str, value: float | None = None) -> None:
        with self._unless_lost(claim):
            claim.trial.set_user_attr("seconds", round(time.monotonic() - claim.began, 3))
            self.study.tell(claim.trial, value, state=self._states[state], skip_if_finished=True)
        self._claims.pop(claim.trial.number, None)

    def _unless_lost(self, claim: Claim) -> Any:
        """Within, an attempt that another driver has taken for dead, since this one slept, is let go."""
        return contextlib.suppress(optuna().exceptions.UpdateFinishedTrialError)

    # --- what is known ---------------------------------------------------------------------------------

    def _attempts(self) -> dict[int, list[Any]]:
        """Number of a configuration → its attempts, in order."""
        found: dict[int, list[Any]] = {}
        for trial in self.study.get_trials(deepcopy=False):
            found.setdefault(trial.user_attrs[NUMBER], []).append(trial)
        return dict(sorted(found.items()))

    def records(self) -> list[Record]:
        """What is known of each configuration, by number."""
        return [record_of(number, tries) for number, tries in self._attempts().items()]
