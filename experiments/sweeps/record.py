"""What is known of a configuration of a study, by its attempts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from experiments.sweeps.store import optuna

State = Literal["complete", "pruned", "failed", "running", "waiting"]

#: What Optuna's trials are told beside their values.
NUMBER, FOLDER, REASON, DEATH = "number", "folder", "reason", "death"


@dataclasses.dataclass(frozen=True)
class Record:
    """What is known of a configuration.

    Attributes:
        number: of the configuration.
        state: of its last attempt; one that was cut short is waiting.
        params: field → what stands for its value; empty where they are not drawn yet.
        value: the metric, of one that is complete; of one that was pruned its last one.
        step: of the last evaluation that was told of.
        reason: why it failed.
        seconds: of the last attempt.
        attempts: how many there were.
        folder: of the driver that made the last one, as `Ledger` has it.
        superseded: the attempts before it, as Optuna numbers them, and what ended each.
    """

    number: int
    state: State
    params: dict[str, Any]
    value: float | None
    step: int | None
    reason: str
    seconds: float | None
    attempts: int
    folder: str
    superseded: tuple[dict[str, Any], ...]

    @property
    def final(self) -> bool:
        """Whether nothing is left to be done for it."""
        return self.state in ("complete", "pruned", "failed")


def record_of(number: int, tries: Sequence[Any]) -> Record:
    """What is known of it.

    Args:
        number: of the configuration.
        tries: its attempts in order, one or more, as Optuna has them.
    """
    last, states = tries[-1], optuna().trial.TrialState
    attrs = last.user_attrs
    state: State = {
        states.COMPLETE: "complete",
        states.PRUNED: "pruned",
        states.RUNNING: "running",
        states.WAITING: "waiting",
        states.FAIL: "failed" if REASON in attrs else "waiting",
    }[last.state]
    return Record(
        number=number,
        state=state,
        params=dict(last.params),
        value=last.value if last.values else None,
        step=last.last_step,
        reason=attrs.get(REASON, ""),
        seconds=attrs.get("seconds"),
        attempts=len(tries),
        folder=attrs.get(FOLDER, ""),
        superseded=tuple(
            {"attempt": t.number, "ended_by": t.user_attrs.get(DEATH, "a stop")} for t in tries[:-1]
        ),
    )
