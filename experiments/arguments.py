"""The words of a command line: the config, the workdir, and the overrides between them, in any order."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from experiments.errors import Mistake

#: Flags of the program itself; every other is an override.
FLAGS = ("workdir", "help")


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What was asked for.

    Attributes:
        config: path of the config file; empty if none was given.
        workdir: where the run is written; empty if none was given.
        overrides: all other words, in their order.
        help: whether help was asked for.
    """

    config: str
    workdir: str
    overrides: tuple[str, ...]
    help: bool


def parse(words: Sequence[str]) -> Arguments:
    """Sorts the words; the config is the first that is no flag and no flag's value.

    Raises:
        Mistake: `--workdir` without a value, or given twice.

    Example:
        >>> parse(["--workdir", "runs/a", "--train.steps", "3", "my.py", "--help"])
        Arguments(config='my.py', workdir='runs/a', overrides=('--train.steps', '3'), help=True)
    """
    config, workdirs, overrides, wants_help = "", [], [], False
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in ("--help", "-h"):
            wants_help = True
        elif name == "--workdir":
            workdirs.append(value if equals else _value(rest))
        elif word.startswith("--"):
            overrides.append(word)
            if not equals and rest and not rest[0].startswith("--"):
                overrides.append(rest.pop(0))
        elif not config and not word.startswith("-"):
            config = word
        else:
            overrides.append(word)  # where it is refused
    if len(workdirs) > 1:
        raise Mistake(f"--workdir is given {len(workdirs)} times, as {', '.join(workdirs)}; give it once")
    return Arguments(config, "".join(workdirs), tuple(overrides), wants_help)


def _value(rest: list[str]) -> str:
    if not rest or rest[0].startswith("--"):
        raise Mistake("--workdir has no value; write --workdir DIR")
    return rest.pop(0)
