"""What process 0 tells those that follow it of a comparison; nothing where there are none."""

from __future__ import annotations

from typing import Any

from experiments.config import Config
from experiments.process import peers
from experiments.settings import codec

#: What there is to be done.
TRAIN, DONE = "train", "done"


def announce_data(found: dict[str, Any]) -> None:
    """Tells the followers what the data are, once they are read: they have read the same."""
    peers.tell(data=found)


def announce(config: Config, fold: int | None, seed: int) -> None:
    """Tells the followers of a training that begins."""
    peers.tell(do=TRAIN, config=codec.encode(config), fold=fold, seed=seed)


def announce_end() -> None:
    """Tells the followers that no training is left."""
    peers.tell(do=DONE)
