"""An application that needs no files: whether the sum of two made-up ids is high."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Study, Train
from experiments.study import registry
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.examples import Examples
from experiments.study.learner import Learner
from experiments.study.learning import Learning
from experiments.study.split import Baseline, Fit, Split
from experiments.study.words import numbered, own_numbers
from experiments.tasks import Classes

JUDGE = Classes()


@dataclasses.dataclass(frozen=True)
class ToyData:
    """How many rows there are, and of how many ids a column."""

    rows: int = 400
    ids: int = 12
    seed: int = 0
    end: str = ""  # of each id of the first column


@dataclasses.dataclass(frozen=True)
class Toy(Study):
    """A study of the toy."""

    data: ToyData = ToyData()


@dataclasses.dataclass(frozen=True)
class Summed(Learner):
    """Logits of two classes: a linear form of the sum of both ids' vectors."""

    spec: embedlab.Embedding

    @property
    def reads(self) -> int:
        return 2

    def layers(self, key: Any) -> dict[str, Any]:
        return {"head": {"weight": jax.random.normal(jax.random.split(key)[1], (self.spec.dim, 2))}}

    def outputs(self, parameters: dict[str, Any], buffers: Any, ids: Any) -> Any:
        bags = embedlab.bag(self.spec, self.variables(parameters, buffers), ids, mode="sum")
        return bags @ parameters["head"]["weight"]

    def loss(self, parameters: Any, buffers: Any, batch: Any, key: Any, settings: Train) -> Any:
        outputs = self.outputs(parameters, buffers, batch["ids"])
        return JUDGE.losses(outputs, batch["label"]).mean()


class ToyLearning(Learning):
    def __init__(self, split: ToySplit, spec: embedlab.Embedding) -> None:
        self._split, self.learner = split, Summed(spec)
        words = [word for row in split.train for word in split.words[row]]
        self.vocabulary = Vocabulary.build([words], max_size=getattr(spec, "vocabulary", None))
        _, self.buffers = own_numbers(spec, self.vocabulary)
        distinct = sorted({word for row in split.words for word in row})
        ids, buffers = numbered(spec, self.vocabulary, distinct)
        of = dict(zip(distinct, ids.tolist(), strict=True))
        self._ids = np.array([[of[word] for word in row] for row in split.words], np.int32)
        rows = np.array(split.train)
        self.train = Examples({"ids": self._ids[rows], "label": split.labels[rows]}, buffers)

    def _probabilities(self, parameters: Any, rows: Sequence[int]) -> np.ndarray:
        ids = self._ids[np.array(rows)]
        return np.asarray(JUDGE.link(self.learner.outputs(parameters, self.train.buffers, ids)))

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        found = self._probabilities(parameters, self._split.valid)
        return found, JUDGE.loss(found, self._split.valid_targets)

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        return self._probabilities(parameters, self._split.test)

    def kept(self) -> dict[str, Any]:
        return {"columns": ["a", "b"], "array": np.arange(3)}


class ToySplit(Split):
    def __init__(self, config: Toy, fold: int | None) -> None:
        data, self.config, self.fold, self.judge = config.data, config, fold, JUDGE
        rng = np.random.default_rng(data.seed)
        drawn = rng.integers(0, data.ids, (data.rows, 2))
        self.words = [(f"a={a}{data.end}", f"b={b}") for a, b in drawn.tolist()]
        self.labels = (drawn.sum(1) >= data.ids - 1).astype(np.int32)
        number, of = (0, 5) if fold is None else (fold, config.folds)
        part = np.arange(data.rows) % (2 * of)
        self.test = np.flatnonzero(part == 2 * number).tolist()
        self.valid = np.flatnonzero(part == 2 * number + 1).tolist()
        self.train = np.flatnonzero(part // 2 != number).tolist()
        self.title, self.names = "toy", ("low", "high")
        self.targets, self.valid_targets = self.labels[self.test], self.labels[self.valid]
        self.groups = np.arange(len(self.test))
        self.about = (f"toy: {data.rows} rows, made up.",)
        self.fingerprint = {"rows": data.rows}

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        if spec.dim == 13:
            raise ValueError("dim=13: it brings bad luck; give 12")
        return ToyLearning(self, spec)

    def baselines(self) -> Mapping[str, Baseline]:
        def largest() -> Fit:
            train = self.labels[self.train]
            return Fit(JUDGE.constant(train, self.names, len(self.test)), "names the largest class")

        return {"largest": largest}


class ToyAnswering(Answering):
    about = "two ids with a tab between"

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self.learner = Summed(stored.config.embedding)
        _, self.buffers = own_numbers(self.learner.spec, stored.vocabulary)

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        for number, line in enumerate(lines, 1):
            parts = line.split("\t")
            if len(parts) != 2:
                raise ValueError(f"line {number}: {len(parts)} ids; give two with a tab between")
            words = [f"a={parts[0]}", f"b={parts[1]}"]
            ids, buffers = numbered(self.learner.spec, self._stored.vocabulary, words)
            outputs = self.learner.outputs(parameters, buffers, jnp.asarray(ids)[None])
            yield JUDGE.fields(JUDGE.answers(np.asarray(JUDGE.link(outputs)), self._stored.names)[0])


class ToyApplication(Application):
    name, kind, summary = "toy", Toy, "the sum of two ids, told as high or low"

    def default(self) -> Toy:
        train = Train(batch=32, steps=200, evaluate_every=50, rate=0.05)
        hashed = embedlab.Hashed(None, 8, buckets=6)
        return Toy(embedlab.Dense(30, 8), train, rivals={"hashed": hashed})

    def judge(self, config: Any) -> Classes:
        return JUDGE

    def read(self, config: Toy, tell: Tell) -> Sequence[Split]:
        if config.data.rows < 50:
            raise ValueError(f"data.rows={config.data.rows}: too few; give 50 or more")
        return [ToySplit(config, fold) for fold in config.folds_run or (None,)]

    def answering(self, stored: Stored) -> Answering:
        return ToyAnswering(stored)


APPLICATION = ToyApplication()


def registered(monkeypatch: Any) -> None:
    """Makes the toy one of the applications."""
    monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "toy"))
    monkeypatch.setattr(registry, "_PLACES", {**registry._PLACES, "toy": __name__})
