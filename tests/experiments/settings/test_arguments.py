"""The command line: flags and the config in any order, and workdirs that are none."""

from __future__ import annotations

import pytest

from experiments.errors import Mistake
from experiments.settings.arguments import Arguments, parse
from experiments.tracking import Wanted

WANTED = Arguments("my.py", "d", ("--seeds", "0,1", "--baselines=false"), False)


@pytest.mark.parametrize(
    "words",
    [
        "my.py --workdir d --seeds 0,1 --baselines=false",
        "--workdir d my.py --seeds 0,1 --baselines=false",
        "--workdir=d --seeds 0,1 --baselines=false my.py",
        "--seeds 0,1 my.py --baselines=false --workdir d",
    ],
)
def test_any_order(words: str) -> None:
    assert parse(words.split()) == WANTED


def test_help_takes_no_value() -> None:
    assert parse(["--workdir", "x", "--help", "my.py"]) == Arguments("my.py", "x", (), True)
    assert parse(["-h"]) == Arguments("", "", (), True)


def test_a_flag_without_a_value_leaves_the_next_flag_alone() -> None:
    assert parse(["my.py", "--baselines", "--workdir", "d"]) == Arguments(
        "my.py", "d", ("--baselines",), False
    )


def test_a_negative_number_is_a_value() -> None:
    assert parse(["--low", "-0.5", "my.py"]).overrides == ("--low", "-0.5")


def test_a_second_word_without_a_flag_is_left_to_be_refused() -> None:
    assert parse(["my.py", "--workdir", "d", "other.py"]).overrides == ("other.py",)


@pytest.mark.parametrize("words", [["my.py", "--workdir", "--baselines=false"], ["my.py", "--workdir"]])
def test_a_workdir_is_no_flag(words: list[str]) -> None:
    with pytest.raises(Mistake, match="--workdir has no value; write --workdir DIR"):
        parse(words)


def test_one_workdir() -> None:
    with pytest.raises(Mistake, match="--workdir is given 2 times, as a, b; give it once"):
        parse(["my.py", "--workdir", "a", "--workdir=b"])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("my.py --workdir d", Wanted()),
        ("--tensorboard my.py --workdir d", Wanted("")),
        ("my.py --tensorboard --workdir d", Wanted("")),
        ("my.py --workdir d --tensorboard", Wanted("")),
        ("--tensorboard events my.py --workdir d --wandb offline", Wanted("events", "offline")),
        ("--tensorboard=events.py my.py --workdir d --wandb=online", Wanted("events.py", "online")),
    ],
)
def test_trackers(words: str, wanted: Wanted) -> None:
    assert parse(words.split()) == Arguments("my.py", "d", (), False, tracking=wanted)


def test_a_mode_that_is_none() -> None:
    with pytest.raises(Mistake, match="--wandb: got 'yes', expected offline or online"):
        parse(["my.py", "--wandb", "yes"])
    with pytest.raises(Mistake, match="--wandb has no value; write --wandb offline"):
        parse(["my.py", "--wandb"])
    with pytest.raises(Mistake, match="--tensorboard is given 2 times"):
        parse(["my.py", "--tensorboard", "a", "--tensorboard", "b"])
