"""What every embedding of a study learns on each split, made when it is needed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path

from experiments.config import Update
from experiments.errors import mistakes
from experiments.runs import layout
from experiments.runs.layout import Run
from experiments.study import fitting
from experiments.study.learning import Learning
from experiments.study.split import Split
from experiments.training import steps


@dataclasses.dataclass(frozen=True, eq=False)
class Ready:
    """One embedding on one split, ready to be trained.

    Attributes:
        learning: what it learns.
        seconds: that it took to make.
        sizes: fields of the embedding that the data have set, by name.
    """

    learning: Learning
    seconds: float
    sizes: Mapping[str, int]


class Learnings:
    """What embeddings learn on each split; those of the first are made at once, to hear what is wrong."""

    def __init__(self, workdir: Path, splits: list[Split]) -> None:
        """Makes those of the first split that are not trained yet.

        Args:
            workdir: of the study.
            splits: of its data.

        Raises:
            Mistake: an embedding can't be trained on the data.
        """
        self._workdir, self._first = workdir, splits[0]
        self._bytes: dict[int | None, int] = {}  # of the reference, by fold
        self._ready = {name: self._make(splits[0], name) for name in self._unfinished(splits[0])}

    def of(self, split: Split, name: str) -> Ready:
        """That of an embedding, by its name; kept no longer."""
        if split is self._first and name in self._ready:
            return self._ready.pop(name)
        return self._make(split, name)

    def auto(self) -> Update:
        """What `train.update` auto comes to for the reference, on the first split."""
        split, name = self._first, next(iter(layout.names(self._first.config)))
        ready = self._ready.get(name) or self._make(split, name)
        learning = ready.learning
        return steps.auto(learning.learner, split.config.train, learning.buffers)

    def _unfinished(self, split: Split) -> list[str]:
        config = split.config

        def finished(name: str, seed: int) -> bool:
            directory = layout.run_directory(self._workdir, config, Run(name, seed, split.fold))
            return directory.finished(config.train.steps) is not None

        return [
            name for name in layout.names(config) if not all(finished(name, seed) for seed in config.seeds)
        ]

    def _make(self, split: Split, name: str) -> Ready:
        began = time.perf_counter()
        where = f"rivals.{name}" if name in split.config.rivals else "embedding"
        with mistakes(where):
            learning, sizes = self._fitted(split, name, where)
        return Ready(learning, time.perf_counter() - began, sizes)

    def _fitted(self, split: Split, name: str, where: str) -> tuple[Learning, dict[str, int]]:
        config = split.config
        spec = layout.names(config)[name].embedding
        sizes = {}
        if config.fitted and where != "embedding":
            sizes = fitting.as_large(spec, config.embedding.dim, self._reference(split))
        learning = split.learning(fitting.resized(spec, sizes), where)
        cut = fitting.rows(spec, learning) if config.fitted else {}
        if cut:
            sizes |= cut
            learning = split.learning(fitting.resized(spec, sizes), where)
        if where == "embedding":
            self._bytes[split.fold] = fitting.trainable_bytes(learning.learner.spec, learning.buffers)
        return learning, sizes

    def _reference(self, split: Split) -> int:
        """The trainable bytes of the embedding that the study is about."""
        if split.fold not in self._bytes:
            self._fitted(split, next(iter(layout.names(split.config))), "embedding")
        return self._bytes[split.fold]
