"""What a config of a graph chooses: where the graph comes from, and what is learnt of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import draccus

from experiments.study.application import Answering, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge


class Model(draccus.ChoiceRegistry, ABC):
    """What is learnt of a graph: a frozen dataclass of settings, registered under its name.

    Example:
        >>> Model.default_choice_name()
        'gcn'
    """

    @classmethod
    def default_choice_name(cls) -> str:
        """The model that is meant where a config names none."""
        return "gcn"


class Data(draccus.ChoiceRegistry, ABC):
    """Where a graph comes from, and what is asked of it: a frozen dataclass, registered under its name.

    Example:
        >>> Data.default_choice_name()
        'nodes'
    """

    @classmethod
    def default_choice_name(cls) -> str:
        """The data that are meant where a config names none."""
        return "nodes"

    @abstractmethod
    def judge(self) -> Judge:
        """How predictions are judged; without reading anything."""

    @abstractmethod
    def splits(self, config: Any, tell: Tell) -> Sequence[Split]:
        """Reads the graph: one split, or one a fold that is run; see `Application.read`.

        Args:
            config: the whole config, of which this is a part.
            tell: told of the parts of a long reading.
        """

    @abstractmethod
    def answering(self, stored: Stored) -> Answering:
        """The model of a finished run.

        Args:
            stored: what it left.
        """
