"""Applications as a sweep knows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.config import Study
from experiments.errors import mistakes
from experiments.study.application import Application
from experiments.sweeps.programs import Program, require_seeds


class OfApplication(Program):
    """An application, as `experiments.graph`: judged on validation rows."""

    split = "valid"

    def __init__(self, application: Application) -> None:
        """Takes the application."""
        self._application = application
        self.name, self.kind = application.name, application.kind

    def alone(self, config: Study, seeds: int = 1) -> Study:
        require_seeds(config.seeds, seeds)
        return dataclasses.replace(
            config,
            rivals={},
            baselines=False,
            seeds=config.seeds[:seeds],
            only_folds=config.folds_run[:1],
            quality=dataclasses.replace(config.quality, every=0),
        )

    def require(self, config: Study, fields: Collection[str]) -> None:
        plain = {field.name for field in dataclasses.fields(Study)} - {"folds", "split_seed"}
        if any(field.partition(".")[0] not in plain for field in fields):
            return  # of the application's own: what it reads may be another of each trial
        with mistakes():
            self._application.require_ready(config)

    def metrics(self, config: Study) -> list[str]:
        judge = self._application.judge(config)
        return list(dict.fromkeys([judge.headline.key, *(each.key for each in judge.columns), "loss"]))

    def runs(self, config: Study) -> int:
        return len(config.seeds)

    def run(self, config: Study, folder: Path) -> list[Any]:
        from experiments.runs.layout import run_directories
        from experiments.study import comparison

        comparison.run(self._application, config, folder, Console(quiet=True))
        return [directory.summary for directory in run_directories(folder, config).values()]

    def value(self, summary: Mapping[str, Any], metric: str) -> Any:
        return summary["valid"].get(metric)
