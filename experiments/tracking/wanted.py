"""Which trackers a command line asks for. Nothing is imported for it."""

from __future__ import annotations

import dataclasses

from experiments.errors import Mistake

MODES = ("offline", "online")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which trackers are asked for.

    Attributes:
        tensorboard: the folder of event files; empty for `tensorboard` in the workdir, None for none.
        wandb: "offline", "online", or empty for none.

    Raises:
        Mistake: another mode.

    Example:
        >>> Wanted(wandb="ofline")
        Traceback (most recent call last):
        experiments.errors.Mistake: --wandb: got 'ofline', expected offline or online
    """

    tensorboard: str | None = None
    wandb: str = ""

    def __post_init__(self) -> None:
        if self.wandb not in ("", *MODES):
            raise Mistake(f"--wandb: got {self.wandb!r}, expected {' or '.join(MODES)}")
