"""What of a config may change in a workdir, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.errors import Mistake
from experiments.runs.extension import extended, has_more_steps, has_other_baselines, require_place, told

OLD: dict[str, Any] = {
    "embedding": {"type": "dense", "dim": 8},
    "rivals": {"cut": {"type": "dense", "dim": 4}},
    "train": {"steps": 20, "rate": 0.1},
    "seeds": [0, 1],
    "baselines": True,
    "data": {"type": "csv", "path": "a.csv"},  # of before there were titles
}
ANOTHER = {"type": "hashed"}
GLOVE: dict[str, Any] = {"vectors": "a.txt", "mode": "static", "beside": ["random"]}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"train": {"steps": 30, "rate": 0.1}},
        {"seeds": [2, 1, 0]},
        {"baselines": False},
        {"seeds_together": False},  # of before it was there
        {"seeds_together": True},
        {"data": {"type": "csv", "path": "a.csv", "title": "reviews"}},
        {"data": {"type": "csv", "path": "a.csv", "second": ""}},
        {"rivals": {"more": ANOTHER, "cut": {"type": "dense", "dim": 4}}},
        {"transfer": {"vectors": "", "mode": "non-static", "beside": []}},
        {"train": {"steps": 20, "rate": 0.1, "table_rate": None, "rows": None}},
        {
            "rivals": {"more": ANOTHER, **OLD["rivals"]},
            "seeds": [0, 1, 2],
            "train": {"steps": 21, "rate": 0.1},
        },
    ],
)
def test_more_of_the_same_is_the_old_config_extended(more: dict[str, Any]) -> None:
    assert extended(OLD, OLD | more) == OLD | more


@pytest.mark.parametrize(
    "other",
    [
        {"train": {"steps": 19, "rate": 0.1}},
        {"train": {"steps": 30, "rate": 0.2}},
        {"seeds": [0]},
        {"seeds": [0], "seeds_together": True},
        {"data": {"type": "csv", "path": "b.csv", "title": "reviews"}},
        {"data": {"type": "csv", "path": "a.csv", "second": "answer"}},
        {"seeds": [1, 2]},
        {"rivals": {}},
        {"rivals": {"cut": {"type": "dense", "dim": 5}, "more": ANOTHER}},
        {"rivals": {"dense": ANOTHER} | OLD["rivals"]},
        {"embedding": {"type": "dense", "dim": 9}},
        {"transfer": {"vectors": "a.txt"}},
        {"train": {"steps": 20, "rate": 0.1, "table_rate": 0.1}},
        {"train": {"steps": 20, "rate": 0.1, "rows": 500}},
    ],
)
def test_all_else_stays_a_difference(other: dict[str, Any]) -> None:
    assert extended(OLD, OLD | other) != OLD | other


@pytest.mark.parametrize("key", ["train", "seeds", "rivals", "baselines"])
@pytest.mark.parametrize("value", [None, 3, "x", [{}], {"steps": "many"}])
def test_a_config_that_was_edited_by_hand_is_a_difference(key: str, value: Any) -> None:
    assert extended(OLD | {key: value}, OLD) != OLD


@pytest.mark.parametrize("mesh", [3, "x", {"batch": 0, "rows": 1}, {"batch": 1}, [1, 1]])
def test_data_and_devices_that_were_edited_by_hand_are_a_difference(mesh: Any) -> None:
    old = {"data": None, "mesh": mesh}
    assert extended(old, {"data": {"title": "x"}, "mesh": {"batch": 1, "rows": 1}}) == old


def test_a_single_run_has_no_room_for_others(tmp_path: Path) -> None:
    alone: dict[str, Any] = OLD | {"rivals": {}, "seeds": [0]}
    require_place(tmp_path, OLD, OLD | {"seeds": [0, 1, 2]})
    require_place(tmp_path, alone, alone)
    with pytest.raises(Mistake, match=r"single run.*Give another --workdir"):
        require_place(tmp_path, alone, OLD)


def test_what_is_said_of_baselines() -> None:
    off: dict[str, Any] = OLD | {"baselines": False}
    assert has_other_baselines(OLD, off) and not has_other_baselines(OLD, OLD)
    assert not has_other_baselines({}, OLD)  # of a workdir that is new
    assert told(OLD, off, ()).startswith("Baselines are turned off: ")
    both = told(off, OLD | {"train": {"steps": 30}}, ())
    assert both.startswith("Baselines are turned on: ") and both.endswith("stopped early stays as it is.")


def test_what_is_said_of_more_steps() -> None:
    new: dict[str, Any] = OLD | {"train": {"steps": 3000}}
    assert has_more_steps(OLD, new) and not has_more_steps(new, OLD) and told(OLD, OLD, ("schedule",)) == ""
    assert told(OLD, new, ()).endswith("20 steps to 3,000 at most; one that stopped early stays as it is.")
    assert "train.schedule is tied to the number of steps: the first 20 were" in told(OLD, new, ("schedule",))


def test_further_modes_of_vectors_may_come_in() -> None:
    old = OLD | {"transfer": GLOVE}
    more = OLD | {"transfer": GLOVE | {"beside": ["random", "non-static"]}}
    assert extended(old, more) == more
    for other in ({"beside": []}, {"beside": ["non-static"]}, {"mode": "multichannel"}, {"vectors": "b.txt"}):
        assert extended(old, OLD | {"transfer": GLOVE | other}) == old
    alone = {"seeds": [0], "transfer": GLOVE | {"beside": []}}
    with pytest.raises(Mistake, match="it holds a single run"):
        require_place(Path("w"), alone, {"seeds": [0], "transfer": GLOVE})


@pytest.mark.parametrize(
    ("old", "off", "on"),
    [
        ({}, {"prior": {"ratios": 0.0, "smoothing": 1.0}}, {"prior": {"ratios": 2.0, "smoothing": 1.0}}),
        ({"text": {"lower": True}}, {"text": {"lower": True, "once": False}}, {"text": {"once": True}}),
        ({"kmers": {"k": [3]}}, {"kmers": {"k": [3], "translate": False}}, {"kmers": {"translate": True}}),
        (
            {"application": "genes"},
            {"application": "genes", "fitted": False},
            {"application": "genes", "fitted": True},
        ),
    ],
)
def test_what_is_older_than_a_setting_had_it_turned_off(old: Any, off: Any, on: Any) -> None:
    assert extended(old, off) == off
    assert extended(old, on) == old
