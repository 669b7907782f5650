"""One split of an application's data: what is tested, against what, and what an embedding can learn of it."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Int

import embedlab
from experiments.config.study import Study
from experiments.study.learning import Learning
from experiments.tasks import Judge


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """What a baseline came to.

    Attributes:
        test: [test rows, outputs], its predictions, in the form of the judge.
        what: what it is, in a few words, as "reads columns one-hot, C = 1".
        parameters: trained numbers.
        bytes: theirs.
        facts: what else a summary tells of it: values that JSON can hold.
    """

    test: np.ndarray
    what: str
    parameters: int = 0
    bytes: int = 0
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


#: Fits a baseline to the training rows, and predicts the test rows; validation is for its settings.
Baseline = Callable[[], Fit]


class Split(ABC):
    """One split of an application's data; of cross-validation a fold.

    Attributes:
        config: the settings.
        fold: number of the fold that is the test side; None where there is one split.
        judge: how predictions are judged.
        title: what the data are called in a table.
        names: of classes; none where there are none.
        targets: [test rows, …], as the judge takes them.
        valid_targets: [validation rows, …].
        groups: int [test rows]; rows of one group are right or wrong together (duplicates, those of a user),
            and a bootstrap draws them whole.
        groups_of: what the rows of one group are, in words.
        groups_across: whether their numbers are of the data, so that the same number in two folds is the same
            group, as a user whose ratings lie in both; else they are of the fold alone.
        about: what is told before anything is trained, in sentences: how many rows there are, what was passed
            over, which leaks were looked for, and what was found.
        doubts: what of that stands below the table too.
        fingerprint: counts and digests by name, by which other data are told from these: see
            `experiments.study.digests`.
    """

    config: Study
    fold: int | None
    judge: Judge
    title: str
    names: tuple[str, ...]
    targets: np.ndarray
    valid_targets: np.ndarray
    groups: Int[np.ndarray, " rows"]
    groups_of: str = "(near-)duplicates"
    groups_across: bool = False
    about: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    fingerprint: Mapping[str, Any]

    def require_told(self) -> None:
        """Refuses test or validation rows of which the judge's metrics are not defined.

        Raises:
            ValueError: they are all of one class, say.
        """
        for side, targets in {"test": self.targets, "validation": self.valid_targets}.items():
            which = f"of the {side} side" + ("" if self.fold is None else f" of fold {self.fold}")
            self.judge.require_told(targets, which, self.names)

    def by_name(self, predicted: np.ndarray) -> dict[str, dict[str, float]]:
        """Metrics of parts of the test rows, and how many `rows` each has, by the part's name.

        By default those of the judge: of each class or label, and none where there are no names.

        Args:
            predicted: float [test rows, outputs], in the form of the judge.
        """
        return self.judge.by_name(predicted, self.targets, self.names)

    @abstractmethod
    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """What an embedding learns here.

        Args:
            spec: the embedding.
            where: its place in the config, as `embedding` or `rivals.hashed`, for error messages.

        Raises:
            ValueError: it can't be trained on these data; as a mistake it is told with `where` before it.
        """

    @abstractmethod
    def baselines(self) -> Mapping[str, Baseline]:
        """What an embedding must be measured against, by name, cheapest first."""
