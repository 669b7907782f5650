"""Where a training stands, in numbers that the host keeps: part of every checkpoint."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from experiments.config import Train


@dataclasses.dataclass
class Standing:
    """Where a training stands.

    Attributes:
        step: steps taken.
        evaluated: of them, those before the last evaluation.
        loss: sum of the training losses since then, added one after the other: the same bits from however
            many calls they came.
        best_step: the step of the best evaluation.
        best_loss: its validation loss.
        stale: evaluations since then.

    Example:
        >>> standing = Standing()
        >>> standing.add(np.array([0.5, 0.25]))
        >>> standing.is_due(Train(evaluate_every=2)), standing.mean_loss
        (True, 0.375)
        >>> standing.judge(0.7), standing.judge(0.8)
        (True, False)
        >>> Standing.of(standing.arrays()) == standing
        True
    """

    step: int = 0
    evaluated: int = 0
    loss: float = 0.0
    best_step: int = 0
    best_loss: float = math.inf
    stale: int = 0

    def add(self, losses: np.ndarray) -> None:
        """Steps were taken, with these losses."""
        for loss in losses.tolist():  # a library's sum would pair them by how many there are
            self.loss += loss
        self.step += len(losses)

    def judge(self, loss: float) -> bool:
        """An evaluation was made, with this validation loss; returns whether it is the best so far."""
        better = loss < self.best_loss  # one that is no number is never better
        if better:
            self.best_step, self.best_loss = self.step, loss
        self.stale = 0 if better else self.stale + 1
        self.evaluated, self.loss = self.step, 0.0
        return better

    @property
    def mean_loss(self) -> float:
        """Of the steps since the last evaluation."""
        return self.loss / (self.step - self.evaluated)

    def left(self, settings: Train) -> int:
        """How many steps there are before the next evaluation, or the end."""
        every = settings.evaluate_every
        return min(every - self.step % every, settings.steps - self.step)

    def is_due(self, settings: Train) -> bool:
        """Whether an evaluation is to be made before the next step."""
        ends = self.step >= settings.steps or self.step % settings.evaluate_every == 0
        return ends and self.step > self.evaluated

    def is_over(self, settings: Train) -> bool:
        """Whether the training is at its end."""
        return (
            self.step >= settings.steps or self.stale >= settings.patience
        ) and self.step == self.evaluated

    def arrays(self) -> dict[str, np.ndarray]:
        """As arrays by name."""
        return {name: np.array(value) for name, value in dataclasses.asdict(self).items()}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Standing:
        """What `arrays` gave, among others."""
        return cls(**{field.name: arrays[field.name].item() for field in dataclasses.fields(cls)})
