"""Weights & Biases: a run there for each run here, offline or online."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.runs.observers import Line
from experiments.tracking.metrics import is_final, scalars

_SECONDS = 30  # for its servers to answer


class WeightsAndBiases:
    """Tells wandb of each run, whose files lie in `wandb` in the workdir.

    A run that goes on keeps its name there. Offline its files are written anew, from `metrics.jsonl` as far
    as that stands; online the steps that are there already are not told again.
    """

    def __init__(self, mode: str, workdir: Path) -> None:
        """Takes where to write.

        Args:
            mode: "offline" or "online".
            workdir: of the runs.
        """
        import wandb  # here: tools that read all modules of a checkout need no extra

        self._wandb: Any = wandb
        self._mode, self._workdir = mode, workdir
        self._runs: dict[Path, Any] = {}

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        """See `Observer`."""
        folder = self._workdir / "wandb"
        folder.mkdir(parents=True, exist_ok=True)
        name = run.relative_to(self._workdir).as_posix()
        name = self._workdir.name if name == "." else name
        number = _number(folder / f"{name.replace('/', '.')}.id")
        for old in folder.glob(f"offline-run-*-{number}"):
            shutil.rmtree(old)
        self._runs[run] = self._wandb.init(
            project=os.environ.get("WANDB_PROJECT") or "embedlab",
            group=self._workdir.name,
            name=name,
            id=number,
            dir=str(self._workdir),
            mode=self._mode,
            config=json.loads((run / "config.json").read_text("utf-8")),
            resume="allow" if self._mode == "online" else None,
            reinit="create_new",
            settings=self._wandb.Settings(
                silent=True,
                console="off",
                init_timeout=_SECONDS,
                login_timeout=_SECONDS,
                x_disable_stats=True,
            ),
        )
        for each in lines:
            self.line(run, each)

    def line(self, run: Path, line: Line) -> None:
        """See `Observer`."""
        told = self._runs[run]
        if is_final(line):  # of a step that lies behind: wandb takes none that does
            told.summary.update(scalars(line) | {f"{line['split']}/step": line["step"]})
        elif line["step"] >= told.step:
            told.log(scalars(line), step=line["step"])

    def finished(self, run: Path) -> None:
        """See `Observer`."""
        told = self._runs.pop(run, None)
        if told is not None:
            told.finish()

    def close(self) -> None:
        """See `Observer`."""
        for told in self._runs.values():
            told.finish(exit_code=1)
        self._runs.clear()


def _number(file: Path) -> str:
    """By what wandb knows a run: drawn once, and kept."""
    if not file.exists():
        file.write_text(secrets.token_hex(4), "utf-8")
    return file.read_text("utf-8").strip()
