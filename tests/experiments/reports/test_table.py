"""The table: aligned, narrow enough for a terminal, exact in CSV."""

from __future__ import annotations

import csv
import dataclasses
import io

import pytest
from rich.console import Console

from experiments.reports.bootstrap import Interval
from experiments.reports.table import Row, Table
from experiments.tasks import Auc


def embedding(name: str, accuracy: float, difference: float | None, parameters: int, index: int = 0) -> Row:
    apart = None if difference is None else Interval(difference, difference - 0.0123, difference + 0.011)
    return Row(
        name=name,
        kind="embedding",
        score=Interval(accuracy, accuracy - 0.018, accuracy + 0.0171),
        metrics={"macro_f1": accuracy - 0.02, "log_loss": 0.5124, "ece": 0.0317},
        difference=apart,
        parameters=parameters,
        trainable_bytes=4 * parameters,
        index_bytes=index,
        seconds=129.87,
        seeds=3,
    )


def baseline(name: str, accuracy: float, parameters: int) -> Row:
    row = embedding(name, accuracy, None, parameters)
    return dataclasses.replace(row, kind="baseline", seeds=None)


@pytest.fixture
def table() -> Table:
    return Table(
        rows=(
            baseline("majority", 0.2127, 0),
            baseline("tfidf-logistic", 0.8859, 628_398),
            embedding("dense", 0.8660, None, 1_024_000),
            embedding("dense-frequent", 0.8510, -0.0150, 256_000),
            embedding("hashed", 0.8660, 0.0, 256_000),
            embedding("hashed-weighted", 0.8656, -0.0004, 256_512),
            embedding("subword", 0.8580, -0.0080, 256_000, index=41_234_567),
        ),
        reference="dense",
        classes=10,
        test_rows=1523,
        data="docstrings [en]",
    )


def printed(table: Table, width: int = 100) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width).print(table.rich())
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_terminal_table_fits_100_columns_with_a_row_a_line(table: Table) -> None:
    lines = printed(table)
    assert max(map(len, lines)) <= 100
    for row in table.rows:
        line = next(line for line in lines if line.startswith(f"{row.name} "))
        assert f"{100 * row.score.mean:.1f} [{100 * row.score.low:.1f}, {100 * row.score.high:.1f}]" in line
        assert line.endswith("129.9")
    assert not any("…" in line for line in lines)


def test_terminal_table_shows_differences_sizes_and_brackets(table: Table) -> None:
    text = "\n".join(printed(table))
    subword = next(line for line in printed(table) if line.startswith("subword"))
    shown = "subword 85.8 [84.0, 87.5] 83.8 0.512 3.2 -0.8 [-2.0, +0.3] 256 k 1.02 MB 41.2 MB 129.9"
    assert " ".join(subword.split()) == shown
    assert "docstrings [en]: 1,523 test rows, 10 classes. 3 seeds an embedding. [95 % intervals]" in text
    assert "vs dense" in text


def test_what_rounds_to_zero_has_no_minus(table: Table) -> None:
    weighted = next(line for line in printed(table) if line.startswith("hashed-weighted"))
    assert " +0.0 [-1.3, +1.1] " in weighted


def test_markdown_is_aligned_and_whole(table: Table) -> None:
    lines = table.markdown().splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + len(table.rows)
    assert len({len(row) for row in rows}) == 1
    bars = [[place for place, letter in enumerate(row) if letter == "|"] for row in rows]
    assert all(places == bars[0] for places in bars)
    assert lines[len(rows)] == ""
    assert "1,523 test rows" in lines[-1]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_markdown_says_reference_and_leaves_seeds_of_baselines_empty(table: Table) -> None:
    header, _, _, tfidf, dense, *_ = (cells(line) for line in table.markdown().splitlines() if "|" in line)
    of_tfidf, of_dense = dict(zip(header, tfidf, strict=True)), dict(zip(header, dense, strict=True))
    assert of_dense["vs dense in points"] == "reference"
    assert of_dense["seeds"] == "3"
    assert of_tfidf["seeds"] == of_tfidf["vs dense in points"] == ""
    assert of_tfidf["kind"] == "baseline"


def test_a_bar_in_a_name_stays_in_its_cell(table: Table) -> None:
    named = dataclasses.replace(table.rows[3], name="a|b")
    text = dataclasses.replace(table, rows=(table.rows[2], named)).markdown()
    assert "| a\\|b " in text


def test_csv_is_exact(table: Table) -> None:
    lines = list(csv.DictReader(io.StringIO(table.csv())))
    assert [line["name"] for line in lines] == [row.name for row in table.rows]
    for line, row in zip(lines, table.rows, strict=True):
        assert float(line["accuracy"]) == row.score.mean
        assert float(line["accuracy_low"]) == row.score.low
        assert float(line["log_loss"]) == row.metrics["log_loss"]
        assert int(line["trainable_bytes"]) == row.trainable_bytes
        assert line["difference_high"] == ("" if row.difference is None else str(row.difference.high))
        assert (line["data"], line["classes"], line["test_rows"]) == ("docstrings [en]", "10", "1523")
    assert lines[0]["seeds"] == ""


def test_a_metric_that_is_not_defined_is_left_blank(table: Table) -> None:
    others = {"average_precision": 0.4, "log_loss": 0.2, "ece": 0.0, "recall": 0.0, "f1": 0.0, "cost": 0.1}
    rows = [
        dataclasses.replace(row, metrics=others | added)
        for row, added in zip(table.rows[1:3], ({}, {"precision": 0.5}), strict=True)
    ]
    made = dataclasses.replace(table, rows=tuple(rows), task=Auc())
    header, _, first, second = (cells(line) for line in made.markdown().splitlines()[:4])
    place = header.index("pre- cision %")
    assert (first[place], second[place]) == ("", "50.0")
    assert "No precision where nothing is called positive." in made.caption()
    assert [line["precision"] for line in csv.DictReader(io.StringIO(made.csv()))] == ["", "0.5"]
    assert "No " not in table.caption()


def test_one_embedding_alone_without_reference(table: Table) -> None:
    alone = dataclasses.replace(table, rows=(table.rows[2],), reference=None)
    assert "dense" in printed(alone)[3]
    assert "difference" not in alone.markdown() and "difference" not in "".join(printed(alone))
    (line,) = csv.DictReader(io.StringIO(alone.csv()))
    assert line["difference"] == ""
    assert alone.verdict().startswith("dense gets 86.6 % of the 1,523 test rows right")


def test_caption_tells_groups_and_how_much_is_read(table: Table) -> None:
    made = dataclasses.replace(table, test_groups=1370, max_length=64)
    assert made.caption() == (
        "docstrings [en]: 1,523 test rows in 1,370 groups of (near-)duplicates, 10 classes. Documents "
        "are read up to 64 tokens, by the baselines too. 3 seeds an embedding. [95 % intervals] by bootstrap "
        "over these groups and seeds; seconds are of preparing and training one, with compilation and "
        "evaluations."
    )
    assert "groups" not in dataclasses.replace(table, test_groups=1523).caption()
    longer = dataclasses.replace(made, cut=1522, doubts=("One thing.", "Another."))
    said = (
        "tokens, by the baselines too; 1,522 of the 1,523 test documents are longer. One thing. Another. 3 se"
    )
    assert said in longer.caption() and longer.csv().splitlines()[1].split(",")[-2:] == ["1522", ""]
    none = dataclasses.replace(made, cut=0, rows=table.rows[2:])
    assert " up to 64 tokens; no test document is longer. 3 seeds" in none.caption()


def test_what_the_verdict_knows_comes_from_the_table(table: Table) -> None:
    first, second = table.rows[4], table.rows[5]
    paired = dataclasses.replace(first, over={second.name: Interval(0.004, 0.002, 0.006)}, vectors=100)
    full = dataclasses.replace(table.rows[2], vectors=400)
    made = dataclasses.replace(table, rows=(full, paired, second), test_groups=20, words=30)
    assert "hashed-weighted is 0.4 points behind hashed (95 % interval 0.2 to 0.6)." in made.verdict()
    assert "The training text holds 30 words" in made.verdict()
    assert "20 groups of test rows are few" in made.verdict()
    (line, *_) = csv.DictReader(io.StringIO(made.csv()))
    assert (line["test_groups"], line["words"], line["vectors"], line["improving"]) == (
        "20",
        "30",
        "400",
        "0",
    )
    assert not [name for name in line if name.startswith("over")]


def test_baselines_alone(table: Table) -> None:
    alone = dataclasses.replace(table, rows=table.rows[:2], reference=None)
    assert printed(alone)
    assert "seeds an embedding" not in alone.caption()
    assert alone.verdict() == "No embedding was run: the table holds baselines alone."


def test_verdict_is_held_against_the_baselines(table: Table) -> None:
    assert "the baseline tfidf-logistic gets 88.6 %" in table.verdict()


def test_folds_have_a_column_and_are_explained(table: Table) -> None:
    assert "±" not in table.markdown() and "folds" not in table.caption()
    rows = [dataclasses.replace(row, by_fold=(0.80, 0.84, 0.88)) for row in table.rows]
    made = dataclasses.replace(table, rows=tuple(rows), folds=3)
    header, _, first, *_ = (cells(line) for line in made.markdown().splitlines() if "|" in line)
    assert dict(zip(header, first, strict=True))["folds mean ± sd"] == "84.0 ± 4.0"
    assert max(map(len, printed(made))) <= 100 and any("84.0 ± 4.0" in line for line in printed(made))
    assert "Each is predicted once a seed, by the model of its fold (3 folds)." in made.caption()
    assert "(3 of 10 folds)" in dataclasses.replace(made, folds=10).caption()
    one = dataclasses.replace(
        made, rows=tuple(dataclasses.replace(row, by_fold=(0.874,)) for row in rows), folds=10
    )
    assert "±" not in one.markdown() and "standard deviation" not in one.verdict()
    assert next(csv.DictReader(io.StringIO(one.csv())))["fold_sd"] == ""
    (line, *_) = csv.DictReader(io.StringIO(made.csv()))
    assert (float(line["fold_mean"]), float(line["fold_sd"])) == pytest.approx((0.84, 0.04))
    assert line["folds"] == "3" and "by_fold" not in line


def test_differences_to_baselines_are_in_the_csv_alone(table: Table) -> None:
    over = {"tfidf-logistic": Interval(-0.02, -0.03, -0.01), "hashed": Interval(0.0, -0.01, 0.01)}
    dense = dataclasses.replace(table.rows[2], over=over)
    made = dataclasses.replace(table, rows=(*table.rows[:2], dense, *table.rows[3:]), notes=("a is b", "c"))
    lines = {line["name"]: line for line in csv.DictReader(io.StringIO(made.csv()))}
    assert float(lines["dense"]["over_tfidf-logistic_low"]) == -0.03
    assert lines["dense"]["over_majority"] == lines["hashed"]["over_tfidf-logistic"] == ""
    assert made.caption().endswith(
        "seconds are of preparing and training one, with compilation and evaluations. a is b; c."
    )


def test_a_long_reference_name_does_not_widen_its_column(table: Table) -> None:
    name = "dense-with-a-long-name"
    long = dataclasses.replace(table.rows[2], name=name)
    made = dataclasses.replace(table, rows=(long, *table.rows[3:]), reference=name)
    assert "difference" in made.markdown().splitlines()[0]
    assert all("…" not in line for line in printed(made))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (2_560_000, "2.56 MB"),
    ],
)
def test_sizes_have_three_digits(table: Table, number: int, shown: str) -> None:
    row = dataclasses.replace(table.rows[2], index_bytes=number)
    text = dataclasses.replace(table, rows=(row,)).markdown()
    assert f" {shown} |" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": ()}, "at least one"),
        ({"reference": "dens"}, "reference='dens' is no row: choose one of majority, tfidf-logistic"),
    ],
)
def test_a_table_that_cannot_be_is_refused(table: Table, change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(table, **change)


def test_two_rows_of_one_name_are_refused(table: Table) -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        dataclasses.replace(table, rows=(*table.rows, table.rows[3]))
