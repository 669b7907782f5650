"""What a config of a graph chooses: where the graph comes from, and what is learnt of it."""

from __future__ import annotations

from abc import ABC

import draccus


class Data(draccus.ChoiceRegistry, ABC):
    """Where a graph comes from: a frozen dataclass of settings, registered under the name a config gives it.

    Example:
        >>> Data.default_choice_name()
        'nodes'
    """

    @classmethod
    def default_choice_name(cls) -> str:
        """The data that are meant where a config names none."""
        return "nodes"


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
