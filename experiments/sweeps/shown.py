"""A sweep on its way: a live table of trials on a terminal, a line for each elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from experiments.reports.progress_base import time_left
from experiments.sweeps import source
from experiments.sweeps.ledger import Claim
from experiments.sweeps.plan import Plan
from experiments.sweeps.record import Record
from experiments.sweeps.space import chosen

_ROWS = 8  # finished trials that the live table shows, beside those at work


@dataclasses.dataclass
class _Now:
    """A trial at work."""

    claim: Claim
    step: int | None = None
    value: float | None = None


class Shown:
    """Where a sweep is told of; made by `showing`."""

    def __init__(self, plan: Plan, console: Console, live: Live | None) -> None:
        self._plan, self._console, self._live = plan, console, live
        self._records: list[Record] = []
        self._now: dict[int, _Now] = {}
        self._began, self._before = time.monotonic(), 0

    def refresh(self, records: Sequence[Record]) -> None:
        """Takes what is known when the sweep begins, or goes on."""
        self._records, self._before = list(records), _final(records)
        if records:
            self._line(f"Goes on: {self._told_counts()}.")

    def began(self, claim: Claim) -> None:
        """A trial begins."""
        self._now[claim.number] = _Now(claim)
        self._draw()

    def reported(self, claim: Claim, step: int, value: float) -> None:
        """A trial has told of an evaluation."""
        if claim.number in self._now:
            self._now[claim.number].step, self._now[claim.number].value = step, value
        self._draw()

    def ended(self, records: Sequence[Record], number: int) -> None:
        """A trial has ended, or was cut short."""
        self._records = list(records)
        self._now.pop(number, None)
        record = next(record for record in records if record.number == number)
        if record.final:
            done = f"[{_final(records)}/{self._plan.sweep.number}]"
            values = in_params(self._plan, record.params)
            self._line(f"{done} trial {number}: {self._what(record)} ({values}{self._left()})")
        else:
            self._line(f"trial {number}: cut short; it is begun again")
        self._draw()

    def tick(self) -> None:
        """Time has passed."""
        self._draw()

    def _what(self, record: Record) -> str:
        if record.state == "failed":
            return f"failed: {record.reason}"
        step = f" at step {record.step}" if record.state == "pruned" else ""
        value = "" if record.value is None else f", {self._plan.metric} {record.value:.4f}"
        return f"{record.state}{step}{value}"

    def _told_counts(self) -> str:
        states = [record.state for record in self._records]
        each = [
            f"{states.count(state)} {state}" for state in ("complete", "pruned", "failed") if state in states
        ]
        return f"{_final(self._records)} of {self._plan.sweep.number} trials are done" + (
            f" ({', '.join(each)})" if each else ""
        )

    def _left(self) -> str:
        """The time that is left at the pace of this start."""
        done = _final(self._records) - self._before
        if not done:
            return ""
        left = self._plan.sweep.number - _final(self._records)
        return time_left((time.monotonic() - self._began) / done * left)

    def _line(self, text: str) -> None:
        if self._live is None:
            self._console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def _draw(self) -> None:
        if self._live is not None:
            self._live.update(self._table())

    def _table(self) -> RenderableType:
        less = self._plan.less
        best = sorted(
            (record for record in self._records if record.state == "complete" and record.value is not None),
            key=lambda record: (record.value or 0.0) * (1 if less else -1),
        )
        rest = [record for record in self._records if record.final and record not in best][-2:]
        failed = [record for record in self._records if record.state == "failed"][-1:]
        why = "".join(f"\ntrial {record.number} failed: {_short(record.reason)}" for record in failed)
        caption = Text(f"{self._told_counts()}{self._left()}{why}")
        table = Table(title=Text(self._plan.name), caption=caption, box=box.SIMPLE_HEAD)
        for title in ("trial", "state", "step", self._plan.metric):
            table.add_column(title, justify="left" if title == "state" else "right", no_wrap=True)
        for name, dimension in self._plan.sweep.space.items():  # which give way where there is no room
            specs = any(dataclasses.is_dataclass(end) for end in dimension.ends)
            table.add_column(_cell(name.rpartition(".")[2]), justify="left" if specs else "right")
        for now in self._now.values():
            value = "" if now.value is None else f"{now.value:.4f}"
            step = "" if now.step is None else str(now.step)
            table.add_row(
                str(now.claim.number), "at work", step, value, *_cells(now.claim.params, self._plan)
            )
        for record in [*best[: _ROWS - len(rest)], *rest]:
            value = "" if record.value is None else f"{record.value:.4f}"
            step = "" if record.step is None else str(record.step)
            cells = _cells(record.params, self._plan)
            table.add_row(str(record.number), record.state, step, value, *cells)
        return table


@contextlib.contextmanager
def showing(plan: Plan, console: Console) -> Iterator[Shown]:
    """Shows a sweep until the block ends.

    Args:
        plan: the sweep.
        console: where to.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        yield Shown(plan, console, None)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield Shown(plan, console, live)


def in_params(plan: Plan, params: Mapping[str, Any]) -> str:
    """The values of a trial's fields in a line.

    Args:
        plan: the sweep.
        params: field → what stands for its value.
    """
    return ", ".join(
        f"{name.rpartition('.')[2]} {shown(chosen(plan.sweep.space[name], found))}"
        for name, found in params.items()
    )


def shown(value: Any) -> str:
    """A value, short.

    Example:
        >>> import embedlab
        >>> shown(0.00123456), shown(None), shown("adam"), shown(embedlab.Dense(9, 2))
        ('0.001235', 'none', 'adam', 'Dense(vocabulary=9, dim=2)')
    """
    if isinstance(value, float):
        return f"{value:.4g}"
    return "none" if value is None else value if isinstance(value, str) else source.in_a_line(value)


def _short(reason: str) -> str:
    """The beginning of a reason; sweep.json has it whole."""
    return reason if len(reason) <= 100 else f"{reason[:99]}…"


def _cell(text: str) -> Text:
    """In one line, cut where it has no room."""
    return Text(text, no_wrap=True, overflow="ellipsis")


def _cells(params: Mapping[str, Any], plan: Plan) -> list[Text]:
    space = plan.sweep.space
    return [_cell(shown(chosen(space[name], params[name])) if name in params else "") for name in space]


def _final(records: Sequence[Record]) -> int:
    return sum(record.final for record in records)
