"""The words of a command line: the config, the workdir, and the overrides between them, in any order."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.process.processes import Processes
from experiments.tracking import Wanted

#: Flags of the program itself; every other is an override.
FLAGS = ("workdir", "resume", "tensorboard", "wandb", "coordinator", "processes", "process", "help")
_RESUMES = ("newest", "previous")
_EXAMPLES = {
    "--workdir": "DIR",
    "--resume": "previous",
    "--wandb": "offline",
    "--coordinator": "HOST:PORT",
    "--processes": "2",
    "--process": "0",
}
_TENSORBOARD = "--tensorboard"  # whose value may be left out


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What was asked for.

    Attributes:
        config: path of the config file; empty if none was given.
        workdir: where the run is written; empty if none was given.
        overrides: all other words, in their order.
        help: whether help was asked for.
        previous: whether a damaged checkpoint may be set aside for the one before it.
        processes: of which this is one.
        tracking: the trackers that are told of the runs.
    """

    config: str
    workdir: str
    overrides: tuple[str, ...]
    help: bool
    previous: bool = False
    processes: Processes = Processes()
    tracking: Wanted = Wanted()


def parse(words: Sequence[str]) -> Arguments:
    """Sorts the words; the config is the first that is no flag and no flag's value.

    Raises:
        Mistake: one of these flags without a value, or given twice, or with another value than there is.

    Example:
        >>> found = parse(["--workdir", "runs/a", "--train.steps", "3", "my.py", "--help"])
        >>> found.config, found.workdir, found.overrides, found.help, found.previous
        ('my.py', 'runs/a', ('--train.steps', '3'), True, False)
    """
    config, overrides, wants_help = "", [], False
    given: dict[str, list[str]] = {name: [] for name in (*_EXAMPLES, _TENSORBOARD)}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in ("--help", "-h"):
            wants_help = True
        elif name == _TENSORBOARD:
            given[name].append(value if equals else _folder(rest))
        elif name in given:
            given[name].append(value if equals else _value(name, rest))
        elif word.startswith("--"):
            overrides.append(word)
            if not equals and rest and not rest[0].startswith("--"):
                overrides.append(rest.pop(0))
        elif not config and not word.startswith("-"):
            config = word
        else:
            overrides.append(word)  # where it is refused
    for name, values in given.items():
        if len(values) > 1:
            raise Mistake(f"{name} is given {len(values)} times, as {', '.join(values)}; give it once")
    events = given.pop(_TENSORBOARD)
    tracked = Wanted(events[0] if events else None, "".join(given.pop("--wandb")))
    workdir, resume, coordinator, processes, process = ("".join(values) for values in given.values())
    if resume not in ("", *_RESUMES):
        raise Mistake(f"--resume: got {resume!r}, expected one of {', '.join(_RESUMES)}")
    found = Processes(coordinator, _count("--processes", processes, 0), _count("--process", process, -1))
    return Arguments(config, workdir, tuple(overrides), wants_help, resume == "previous", found, tracked)


def _count(name: str, text: str, default: int) -> int:
    if text and not text.isdecimal():
        raise Mistake(f"{name}: got {text!r}, expected a whole number")
    return int(text) if text else default


def _folder(rest: list[str]) -> str:
    """The next word, where it is a folder and neither a flag nor the config; else nothing."""
    none = not rest or rest[0].startswith("-") or rest[0].endswith(".py")
    return "" if none else rest.pop(0)


def _value(name: str, rest: list[str]) -> str:
    if not rest or rest[0].startswith("--"):
        raise Mistake(f"{name} has no value; write {name} {_EXAMPLES[name]}")
    return rest.pop(0)
