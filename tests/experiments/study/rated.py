"""An application that is judged by an error: made-up ratings, of which users and items have biases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
from experiments.tasks import Rmse

JUDGE = Rmse(low=1, high=5)


@dataclasses.dataclass(frozen=True)
class RatedData:
    """How many ratings there are, and of how many users and items."""

    rows: int = 600
    ids: int = 15


@dataclasses.dataclass(frozen=True)
class Rated(Study):
    """A study of ratings."""

    data: RatedData = RatedData()


@dataclasses.dataclass(frozen=True)
class Biases(Learner):
    """A rating is a constant, and a linear form of the sum of both vectors."""

    spec: embedlab.Embedding

    @property
    def reads(self) -> int:
        return 2

    def layers(self, key: Any) -> dict[str, Any]:
        return {"head": {"weight": jnp.ones(self.spec.dim), "constant": jnp.full((), 3.0)}}

    def outputs(self, parameters: dict[str, Any], buffers: Any, ids: Any) -> Any:
        bags = embedlab.bag(self.spec, self.variables(parameters, buffers), ids, mode="sum")
        return bags @ parameters["head"]["weight"] + parameters["head"]["constant"]

    def loss(self, parameters: Any, buffers: Any, batch: Any, key: Any, settings: Train) -> Any:
        return ((self.outputs(parameters, buffers, batch["ids"]) - batch["rating"]) ** 2).mean()


class RatedLearning(Learning):
    def __init__(self, split: RatedSplit, spec: embedlab.Embedding) -> None:
        self._split, self.learner = split, Biases(spec)
        words = [word for row in split.train for word in split.words[row]]
        self.vocabulary = Vocabulary.build([words], max_size=getattr(spec, "vocabulary", None))
        _, self.buffers = own_numbers(spec, self.vocabulary)
        distinct = sorted({word for row in split.words for word in row})
        ids, buffers = numbered(spec, self.vocabulary, distinct)
        of = dict(zip(distinct, ids.tolist(), strict=True))
        self._ids = np.array([[of[word] for word in row] for row in split.words], np.int32)
        rows = np.array(split.train)
        self.train = Examples({"ids": self._ids[rows], "rating": split.ratings[rows]}, buffers)

    def _told(self, parameters: Any, rows: Sequence[int]) -> np.ndarray:
        ids = self._ids[np.array(rows)]
        return np.asarray(self.learner.outputs(parameters, self.train.buffers, ids))[:, None]

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        found = self._told(parameters, self._split.valid)
        return found, float(((found[:, 0] - self._split.valid_targets) ** 2).mean())

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        return self._told(parameters, self._split.test)


class RatedSplit(Split):
    def __init__(self, config: Rated, fold: int | None) -> None:
        data, self.config, self.fold, self.judge = config.data, config, fold, JUDGE
        rng = np.random.default_rng(0)
        drawn, biases = rng.integers(0, data.ids, (data.rows, 2)), rng.normal(0, 0.8, (2, data.ids))
        exact = 3 + biases[0][drawn[:, 0]] + biases[1][drawn[:, 1]] + rng.normal(0, 0.3, data.rows)
        self.words = [(f"user={user}", f"item={item}") for user, item in drawn.tolist()]
        self.ratings = exact.round().clip(1, 5).astype(np.float32)
        number, of = (0, 5) if fold is None else (fold, config.folds)
        part = np.arange(data.rows) % (2 * of)
        self.test = np.flatnonzero(part == 2 * number).tolist()
        self.valid = np.flatnonzero(part == 2 * number + 1).tolist()
        self.train = np.flatnonzero(part // 2 != number).tolist()
        self.title, self.names = "made-up ratings", ()
        self.targets, self.valid_targets = self.ratings[self.test], self.ratings[self.valid]
        self.groups, self.groups_of, self.groups_across = drawn[self.test, 0], "one user", True
        self.doubts = (f"{len(np.unique(drawn[self.test, 1]))} items tested, {sum(self.test)} in all.",)
        self.about = (f"{data.rows} ratings, made up.", *self.doubts)
        self.fingerprint = {"rows": data.rows}

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        return RatedLearning(self, spec)

    def baselines(self) -> Mapping[str, Baseline]:
        mean = float(self.ratings[self.train].mean())
        return {"mean": lambda: Fit(np.full((len(self.test), 1), mean), "is the mean of all ratings")}


class RatedAnswering(Answering):
    has_header = True
    about = "user and item, with a comma between"

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self.learner = Biases(stored.config.embedding)
        _, self.buffers = own_numbers(self.learner.spec, stored.vocabulary)

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        if header != "user,item":
            raise ValueError(f"its first line is {header!r}, expected 'user,item'")
        for number, line in enumerate(lines, 1):
            parts = line.split(",")
            if len(parts) != 2:
                raise ValueError(f"line {number}: {len(parts)} columns; give user and item")
            ids, buffers = numbered(
                self.learner.spec, self._stored.vocabulary, [f"user={parts[0]}", f"item={parts[1]}"]
            )
            told = np.asarray(self.learner.outputs(parameters, buffers, jnp.asarray(ids)[None]))
            yield JUDGE.fields(JUDGE.answers(told[:, None], ())[0])


class RatedApplication(Application):
    name, kind, summary = "rated", Rated, "ratings of items by users"

    def default(self) -> Rated:
        return Rated(embedlab.Dense(40, 4), Train(batch=32, steps=60, evaluate_every=20, rate=0.05))

    def judge(self, config: Any) -> Rmse:
        return JUDGE

    def read(self, config: Rated, tell: Tell) -> Sequence[Split]:
        if config.data.rows < 50:
            raise ValueError(f"data.rows={config.data.rows}: too few; give 50 or more")
        return [RatedSplit(config, fold) for fold in config.folds_run or (None,)]

    def answering(self, stored: Stored) -> Answering:
        return RatedAnswering(stored)


APPLICATION = RatedApplication()


def registered(monkeypatch: Any) -> None:
    """Makes it one of the applications."""
    monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "rated"))
    monkeypatch.setattr(registry, "_PLACES", {**registry._PLACES, "rated": __name__})
