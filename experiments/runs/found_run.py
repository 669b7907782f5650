"""One run as it lies in its folder, for programs that read runs: pages, tables, figures.

Nothing is read before it is asked for; what was read is kept.
"""

from __future__ import annotations

import dataclasses
import functools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.text import Vocabulary
from embedlab.vectors import Vectors
from embedlab.vectors import load as load_vectors
from experiments.errors import Mistake, RunFailure
from experiments.runs import layout, summary_form, targets
from experiments.runs.outcome import LABELS
from experiments.runs.run import MENDING, RunDirectory
from experiments.runs.targets import Targets

FINISHED, UNFINISHED, FAILED, DAMAGED = "finished", "unfinished", "failed", "damaged"
_OF_TEST = ("test", "by_name")  # in a summary
_WITHOUT_ROWS = ("pretrain", "evaluate", "unknown")


@dataclasses.dataclass(frozen=True)
class FoundRun:
    """One run: a training, a baseline, a pretraining or an evaluation.

    Attributes:
        path: its folder.
        workdir: the --workdir that it is a part of; its own folder where it is the only run there.
        program: "classify", "pretrain" or "evaluate", or the name of an application; "unknown" where its
            config can't be read.
        name: of the embedding, or of the baseline; of an evaluation that of its folder.
        seed: of the training; None where no chance is in it, or where it is not known.
        fold: number of the fold whose rows it is tested on; None where there is one split.
        trial: number of a sweep's trial; None elsewhere.
        is_baseline: whether it is there to be measured against.
        undecided: whether it tries a rate of a comparison that has not chosen yet, or has chosen another.
            What it gets on test rows is nothing to choose by, so that `summary`, `metrics`, `predictions` and
            `targets` are without it.

    Example:
        >>> run = FoundRun(Path("nowhere"), Path("nowhere"), "classify", "dense", seed=0)
        >>> run.label, run.state, run.metrics
        ('nowhere: dense, seed 0', 'unfinished', [])
    """

    path: Path
    workdir: Path
    program: str
    name: str
    seed: int | None = None
    fold: int | None = None
    trial: int | None = None
    is_baseline: bool = False
    undecided: bool = False

    @property
    def directory(self) -> RunDirectory:
        """Its folder, as the programs that write it have it."""
        return RunDirectory(self.path)

    @property
    def label(self) -> str:
        """What it is called where several are told of."""
        fold = "" if self.fold is None else f", fold {self.fold}"
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{self.workdir.name}: {self.name}{fold}{seed}"

    @property
    def is_judged(self) -> bool:
        """Whether its program trains on rows, and is judged on others: `classify`, and every application."""
        return self.program not in _WITHOUT_ROWS

    @property
    def state(self) -> str:
        """`FINISHED`, `UNFINISHED`, `FAILED` or `DAMAGED`."""
        if self.damage is not None:
            return DAMAGED
        if self.failure is not None:
            return FAILED
        return FINISHED if self.summary else UNFINISHED

    @functools.cached_property
    def damage(self) -> str | None:
        """What is wrong with its files, in words; None where all is well.

        The files of a finished run are held against its manifest, so each is read whole once.
        """
        try:
            for name in ("config.json", "data.json", "summary.json", layout.FAILED):
                self.directory.read(name)
            self.directory.metrics()
            if self.directory.summary is not None:
                self.directory.verify(whole=False)
        except (Mistake, RunFailure, OSError) as error:
            return str(error)
        fault = summary_form.fault(self._read("summary.json"))
        return f"{self.path / 'summary.json'}: {fault}. {MENDING['summary.json']}" if fault else None

    @functools.cached_property
    def failure(self) -> str | None:
        """Why it came to no result and is not tried again, in words; None where it did not fail.

        A comparison writes it down of a rate at which the loss became no number.
        """
        found = self._read(layout.FAILED)
        return str(found.get("reason", "")) if found else None

    @property
    def reason(self) -> str:
        """Why it is damaged or failed; empty where it is neither."""
        return self.damage or self.failure or ""

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """`config.json`; empty where there is none, as in a baseline, or where it is damaged."""
        return self._read("config.json")

    @functools.cached_property
    def summary(self) -> dict[str, Any]:
        """`summary.json`; empty where the run is not finished, or where it is damaged."""
        found = self._read("summary.json")
        if summary_form.fault(found):
            return {}
        return {key: value for key, value in found.items() if not (self.undecided and key in _OF_TEST)}

    @functools.cached_property
    def data(self) -> dict[str, Any]:
        """`data.json` of its workdir: counts and digests of the data; empty where there is none."""
        try:
            return RunDirectory(self.workdir).read("data.json") or {}
        except Mistake:
            return {}

    @functools.cached_property
    def metrics(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl`, each with `step`, `split` and numbers; none where it is damaged."""
        try:
            found = self.directory.metrics()
            return [line for line in found if not (self.undecided and line["split"] == "test")]
        except (RunFailure, OSError):
            return []

    @functools.cached_property
    def predictions(self) -> dict[str, np.ndarray]:
        """What it predicts for rows of each side, "valid" and "test": float32 [rows, outputs] by name.

        Empty where nothing is predicted, or where the file is damaged.
        """
        try:
            with np.load(self.path / "predictions.npz", allow_pickle=False) as stored:
                return {name: stored[name] for name in stored if not (self.undecided and name == "test")}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return {}

    @functools.cached_property
    def targets(self) -> Targets | None:
        """What the test rows of `predictions` really are: `targets` [rows, …] and `groups` [rows].

        None in runs of earlier versions: the command that made them, given again, adds them.
        """
        return None if self.undecided else targets.read(layout.folder(self.workdir, self.fold))

    @functools.cached_property
    def vectors(self) -> Vectors | None:
        """Its words and their vectors [words, dim]; None where it has none, or where they are damaged."""
        if not (self.path / "vectors").is_dir():
            return None
        try:
            return load_vectors(self.path / "vectors")
        except ValueError:
            return None

    @functools.cached_property
    def counts(self) -> np.ndarray | None:
        """How often each word of `vectors` occurs in the training text, int64 [words]; None if not known."""
        try:
            known = Vocabulary.load(self.path / "vocabulary.json")
        except (ValueError, OSError):
            return None
        return self._one_a_word(np.asarray(known.counts[len(known.SPECIAL) :], np.int64))

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """The class in whose training documents each word of `vectors` occurs most, int [words].

        Of an application it is the kind of the word, as "user". −1 for a word of none, a place in
        `label_names` else; None if not known, as where rows have no one class.
        """
        try:
            return self._one_a_word(np.load(self.path / "vectors" / LABELS, allow_pickle=False))
        except (ValueError, OSError, EOFError):
            return None

    @property
    def label_names(self) -> tuple[str, ...]:
        """What the numbers of `labels` stand for."""
        return tuple(self.summary.get("kinds") or self.summary.get("classes") or ())

    @property
    def labels_are_kinds(self) -> bool:
        """Whether these are kinds of words, as users and items, and no classes of rows."""
        kinds = self.summary.get("kinds")
        return bool(kinds) and kinds != self.summary.get("classes")

    def _one_a_word(self, found: np.ndarray) -> np.ndarray | None:
        return None if self.vectors is None or found.shape != (len(self.vectors.words),) else found

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return self.directory.read(name) or {}
        except Mistake:
            return {}
