"""Triples from files: three of them or one with sides, what is drawn where nothing is said, and mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments.graph.triples.data import TripleFile
from experiments.graph.triples.facts import Facts


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    def write(text: str, name: str = "facts.csv") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def named(facts: Facts, side: str) -> set[tuple[str, str, str]]:
    return {
        (facts.entities[h], facts.relations[r], facts.entities[t])
        for h, r, t in getattr(facts, side).tolist()
    }


def test_three_files_without_a_header(write: Callable[..., str]) -> None:
    made = TripleFile(
        path=write("a\tr\tb\nb\tr\tc\n", "train.txt"),
        valid=write("a\tr\tc\n", "valid.txt"),
        test=write("c\tr\ta\n", "test.txt"),
        form="tsv",
        header=("head", "relation", "tail"),
    )
    facts, told = made.facts(seed=0)
    assert named(facts, "train") == {("a", "r", "b"), ("b", "r", "c")} and told == ()
    assert named(facts, "valid") == {("a", "r", "c")} and named(facts, "test") == {("c", "r", "a")}


def test_a_column_of_sides(write: Callable[..., str]) -> None:
    rows = "subject;is;object;part\na;r;b;train\nb;r;a;dev\na;r;c;Test\n"
    made = TripleFile(path=write(rows), head="subject", relation="is", tail="object", split="part")
    facts, _ = made.facts(seed=0)
    assert [len(getattr(facts, side)) for side in ("train", "valid", "test")] == [1, 1, 1]
    assert named(facts, "test") == {("a", "r", "c")}


def test_facts_of_the_same_two_entities_are_drawn_together(write: Callable[..., str]) -> None:
    rng = np.random.default_rng(0)
    rows = [(f"p{h}", "parent", f"c{t}") for h, t in rng.integers(0, 60, (600, 2))]
    rows += [(tail, "child", head) for head, _, tail in rows]
    rows.append(("once", "rare", "p1"))
    path = write("head,relation,tail\n" + "\n".join(map(",".join, rows)) + "\n")
    facts, told = TripleFile(path=path).facts(seed=1)
    whole = {side: named(facts, side) for side in ("train", "valid", "test")}
    assert set.union(*whole.values()) == set(rows)
    assert sum(map(len, whole.values())) == len(set(rows))
    for side in ("valid", "test"):
        assert 0.06 < len(whole[side]) / len(set(rows)) < 0.14
    pairs = {side: {frozenset((h, t)) for h, _, t in found} for side, found in whole.items()}
    assert not pairs["train"] & pairs["test"] and not pairs["valid"] & pairs["test"]
    assert ("once", "rare", "p1") in whole["train"] and facts.seen == len(facts.entities)
    assert f"{len(rows) - len(set(rows))} facts that were there before were passed over." in told[1]
    again, _ = TripleFile(path=path).facts(seed=1)
    assert np.array_equal(again.test, facts.test)
    other, _ = TripleFile(path=path).facts(seed=2)
    assert not np.array_equal(other.test, facts.test)


@pytest.mark.parametrize(
    ("rows", "settings", "fault"),
    [
        ("", {}, r"facts.csv"),
        ("head,relation,tail\n", {}, r"holds no row"),
        ("head,relation,tail\na,r,b\n", {"tail": "tial"}, r"--data.tail='tial'.*'tail'"),
        ("head,relation,tail\na,r,b\na,,c\n", {}, r"line 3, column 'relation'.*missing"),
        ("head,relation,tail\na,r,b\na,r\n", {}, r"line 3: 2 fields where there are 3"),
        ("head,relation,tail,s\na,r,b,tran\n", {"split": "s"}, r"line 2, column 's'.*'tran' is no side"),
        ("head,relation,tail,s\na,r,b,train\n", {"split": "s"}, r"none is on the valid side"),
        ("head,relation,tail\na,r,b\n", {}, r"none is on the valid side"),
    ],
)
def test_mistakes_are_told(
    rows: str, settings: dict[str, str], fault: str, write: Callable[..., str]
) -> None:
    with pytest.raises(ValueError, match=fault):
        TripleFile(path=write(rows), **settings).facts(seed=0)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"valid": "v.csv"}, "test='': give both files"),
        ({"test": "t.csv"}, "valid='': give both files"),
        ({"valid": "v", "test": "t", "split": "s"}, "split='s': files say"),
        ({"head": "tail"}, "tail='tail': another field names this column"),
        ({"relation": ""}, "relation='': name the column"),
        ({"kinds": "pos"}, "kinds='pos': choose one of"),
    ],
)
def test_settings_that_do_not_fit(settings: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        TripleFile(path="a.csv", **settings)  # type: ignore[arg-type]


def test_wn18rr_is_as_it_is_published(data_dir: Path) -> None:
    folder = data_dir / "kg_wn18rr"
    if not folder.is_dir():
        pytest.skip(f"real data missing: no folder {folder}")
    made = TripleFile(
        path=str(folder / "train.txt"),
        valid=str(folder / "valid.txt"),
        test=str(folder / "test.txt"),
        form="tsv",
        header=("head", "relation", "tail"),
    )
    facts, _ = made.facts(seed=0)
    assert [len(getattr(facts, side)) for side in ("train", "valid", "test")] == [86835, 3034, 3134]
    assert (len(facts.relations), facts.seen, len(facts.entities)) == (11, 40714, 41105)
