"""A sweep that is checked: its program, its base, its metric, and the config of each of its trials."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, mistakes
from experiments.settings import codec, config_file, overrides
from experiments.settings.schema import did_you_mean
from experiments.sweeps.programs import Program, less_is_better, metric_of, program_of
from experiments.sweeps.space import chosen, described, encoded, label
from experiments.sweeps.sweep import Sweep

_FLAG = r"(?<![^\s(`])--(?=\w)"  # the dashes of a flag, and no others


@dataclasses.dataclass(frozen=True, eq=False)
class Plan:
    """A sweep that is checked.

    Attributes:
        sweep: as the file has it.
        program: that its trials run.
        base: the config that they start from.
        metric: what decides.
        less: whether less of it is better.
        name: of the study.
    """

    sweep: Sweep
    program: Program
    base: Any
    metric: str
    less: bool
    name: str

    def config(self, params: Mapping[str, Any]) -> Any:
        """The config of a trial.

        Args:
            params: field → what stands for its value, of every field of the space.

        Raises:
            Mistake: a field that there is not, or values that it does not take, alone or together.
        """
        values = {name: chosen(self.sweep.space[name], found) for name, found in params.items()}
        try:
            return self.program.alone(_applied(self.base, values), self.sweep.seeds)
        except ValueError as error:
            # The command line's words for a field of a file.
            raise Mistake(f"space: {re.sub(_FLAG, '', str(error))}") from None

    @property
    def settings(self) -> dict[str, Any]:
        """All that makes the study what it is, as JSON values; the number of trials among it."""
        return {
            "program": self.program.name,
            "base": codec.encode(self.base),
            "space": {name: described(dimension) for name, dimension in self.sweep.space.items()},
            **self.sweep.described,
            "metric": self.metric,
            "direction": "minimise" if self.less else "maximise",
            "seed": self.sweep.seed,
            "trials": self.sweep.number,
        }


def load(path: str) -> Plan:
    """Reads a sweep file and checks it: every field of its space, with each of its ends and choices.

    Raises:
        Mistake: what is wrong with it.
    """
    sweep = config_file.load(path, Sweep, "sweep")
    return made(sweep, sweep.name or Path(path).stem)


def made(sweep: Sweep, name: str) -> Plan:
    """Checks a sweep.

    Args:
        sweep: the sweep.
        name: of the study.

    Raises:
        Mistake: what is wrong with it.

    Example:
        >>> import embedlab
        >>> from experiments.config import Config
        >>> from experiments.sweeps import LogFloat, Random
        >>> base, space = Config(embedlab.Dense(9, 2)), {"train.rat": LogFloat(0.1, 1)}
        >>> made(Sweep(base, space, Random(), trials=1), "a")
        Traceback (most recent call last):
        experiments.errors.Mistake: space: unknown key train.rat; did you mean train.rate?...
    """
    base = config_file.load(sweep.base, object) if isinstance(sweep.base, str) else sweep.base
    program = program_of(base)
    with mistakes():
        program.alone(base, sweep.seeds)
        metric = metric_of(program, base, sweep.metric)
    less = less_is_better(metric) if sweep.direction is None else sweep.direction == "minimise"
    plan = Plan(sweep, program, base, metric, less, name)
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Makes a config of each end and choice, the other fields at their first."""
    space = plan.sweep.space
    first = {name: label(dimension.ends[0]) for name, dimension in space.items()}
    plan.config(first)
    for name, dimension in space.items():
        for end in dimension.ends[1:]:
            plan.config({**first, name: label(end)})


def _applied(base: Any, values: Mapping[str, Any]) -> Any:
    """A config with values in some fields: whole specs first, then their fields."""
    specs = {name: value for name, value in values.items() if dataclasses.is_dataclass(value)}
    if specs:
        raw = codec.encode(base)
        for name, value in specs.items():
            _put(raw, name, encoded(value))
        base = codec.decode(raw, type(base))
    words = [f"--{name}={_text(value)}" for name, value in values.items() if name not in specs]
    return overrides.apply(base, words).config


def _put(raw: dict[str, Any], name: str, value: Any) -> None:
    *above, last = name.split(".")
    group: Any = raw
    for part in above:
        group = group.get(part) if isinstance(group, dict) else None
    if not isinstance(group, dict) or last not in group:
        near = did_you_mean(name, list(_names(raw))) or "; there is no such group of settings"
        raise Mistake(f"unknown key --{name}{near}")
    group[last] = value


def _names(raw: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in raw.items():
        yield f"{above}{name}"
        if isinstance(value, dict):
            yield from _names(value, f"{above}{name}.")


def _text(value: Any) -> str:
    """A value as the command line has it."""
    return value if isinstance(value, str) else "none" if value is None else json.dumps(encoded(value))
