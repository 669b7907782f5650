"""What an application is: its config, its data, its judge, and the model of a finished run."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from embedlab.text import Vocabulary
from experiments.config.study import Study
from experiments.reports.telling import Tell
from experiments.study.split import Split
from experiments.tasks import Judge
from experiments.training import learner


@dataclasses.dataclass(frozen=True, eq=False)
class Stored:
    """What a finished run left, but for its arrays.

    Attributes:
        config: what it was trained with.
        vocabulary: the word of each id.
        names: of classes.
        kept: what `Learning.kept` gave.
    """

    config: Any
    vocabulary: Vocabulary
    names: tuple[str, ...]
    kept: Mapping[str, Any]


class Answering(ABC):
    """A stored model that answers for new rows.

    Attributes:
        learner: what was trained.
        buffers: the embedding's, for the ids of the vocabulary.
        has_header: whether the first line of what is asked names columns.
        about: what a line is to hold, in words.
    """

    learner: learner.Learner
    buffers: Mapping[str, Any]
    has_header: bool = False
    about: str = ""

    @abstractmethod
    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """The answer to each line, in columns.

        Args:
            parameters: as `learner.init` makes them, trained.
            lines: as a user gives them, without their ends.
            header: the first line of the file, where it names columns.

        Raises:
            ValueError: a line is malformed; says how many-th of `lines` it is, from 1 on: "line 3: …". Or the
                header is.
        """

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """What each line names that was not learnt, so that its answer knows nothing of it; here nothing.

        Args:
            lines: that were answered.
            header: see `answers`.
        """
        return [()] * len(lines)


class Application(ABC):
    """One application of an embedding layer, as `python -m experiments.NAME` runs it.

    Attributes:
        name: of its package in `experiments`.
        kind: the class of its configs.
        summary: what it is, in a line.
    """

    name: ClassVar[str]
    kind: ClassVar[type[Study]]
    summary: ClassVar[str]

    @abstractmethod
    def default(self) -> Study:
        """The config that flags alone start from, where they switch no kind."""

    def default_of(self, kinds: Mapping[str, str]) -> Study:
        """The config that flags start from; by default the same for all kinds.

        What trains one model leaves another all but untrained, so that a kind may have settings of its own.

        Args:
            kinds: those that flags name, by their places: {"model.type": "walks"}; they may be unknown.
        """
        return self.default()

    @abstractmethod
    def judge(self, config: Any) -> Judge:
        """How runs of a config are judged; without reading its data."""

    @abstractmethod
    def read(self, config: Any, tell: Tell) -> Sequence[Split]:
        """Reads the data of a config: one split, or one a fold that is run, in order.

        Args:
            config: of the class `kind`.
            tell: told of the parts of a long reading.

        Raises:
            ValueError: data are missing or malformed; says what, where, and how to mend it.
        """

    @abstractmethod
    def answering(self, stored: Stored) -> Answering:
        """The model of a finished run."""

    def require_ready(self, config: Any) -> None:
        """Refuses a config whose data can't be read, before a sweep begins; by default by reading them."""
        for split in self.read(config, lambda done, whole: None):
            split.require_told()
