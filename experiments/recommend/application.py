"""Recommendation as an application: its config, its data, its judge."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import embedlab
from experiments.config import Train
from experiments.recommend import movielens  # noqa: F401  registers the source
from experiments.recommend.answering import Recommending
from experiments.recommend.config import Recommend
from experiments.recommend.judges import judge_of
from experiments.recommend.models import Bpr, Model, TwoTower
from experiments.recommend.split import RecommendSplit
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge

# Chosen on MovieLens 100k's validation rows: docs/applications/recommend.md.
_RANKERS: dict[str, tuple[Model, float]] = {
    "bpr": (Bpr(negatives=4), 1e-5),
    "two_tower": (TwoTower(features=False, negatives=64), 3e-4),
}


class RecommendApplication(Application):
    """Users × items: ratings told, or items ranked."""

    name, kind = "recommend", Recommend
    summary = "What a user would rate an item, or which items to show: docs/applications/recommend.md"

    def default(self) -> Recommend:
        """Matrix factorisation of 64 numbers, with settings that all models learn by; hashed rows beside."""
        return Recommend(
            embedlab.Dense(2**20, 64, initialiser=embedlab.Normal(0.01)),
            rivals={"hashed": embedlab.Hashed(None, 64, buckets=2**20, initialiser=embedlab.Normal(0.01))},
            fitted=True,
            train=Train(
                rate=0.002, l2=1e-3, update="sparse", batch=256, steps=12_000, evaluate_every=400, patience=5
            ),
        )

    def default_of(self, kinds: Mapping[str, str]) -> Recommend:
        """Rankings want a weaker penalty than ratings, and more negatives than one."""
        start = self.default()
        if kinds.get("model.type") not in _RANKERS:
            return start
        model, l2 = _RANKERS[kinds["model.type"]]
        return dataclasses.replace(start, model=model, train=dataclasses.replace(start.train, l2=l2))

    def judge(self, config: Any) -> Judge:
        return judge_of(config)

    def read(self, config: Recommend, tell: Tell) -> Sequence[Split]:
        tell(0, 1)
        data = config.data.load()
        tell(1, 1)
        return [RecommendSplit(config, data, fold) for fold in config.folds_run or (None,)]

    def answering(self, stored: Stored) -> Answering:
        return Recommending(stored)


APPLICATION = RecommendApplication()
