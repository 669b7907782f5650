"""What `--help` of a program prints: its usage, and every field of its config."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from experiments.settings import config_file, overrides
from experiments.settings.arguments import Arguments

_NO_CONFIG = "Every field with its default; vocabulary and dim, which have none, with an example:\n"


def show(given: Arguments, usage: str, example: Any, flags: Iterable[str]) -> int:
    """Prints it; returns the exit status.

    Args:
        given: the words of the command line.
        usage: how the program is called.
        example: a config of the program, where none is given.
        flags: those of the program itself.

    Raises:
        Mistake: the config file, or an override, is refused.
    """
    config = config_file.load(given.config, type(example)) if given.config else example
    fields = overrides.explain(config, given.overrides, flags)
    print(usage)
    if not given.config:
        print(_NO_CONFIG)
    print(fields)
    return 0
