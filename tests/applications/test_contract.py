"""What every application does for a user's own tables, by flags alone: one contract, and a case of each."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import predict
from experiments.study import program, registry
from tests.applications.case import Case, Ended, Spoilt, Tables, write
from tests.applications.cases import CASES

SEED = 11


@dataclasses.dataclass(frozen=True)
class Made:
    """A finished run of a case, what was tried in its workdir before, and its files."""

    case: Case
    folder: Path
    tables: Tables
    paths: list[Path]
    tried: dict[str, tuple[Spoilt, Ended]]
    ended: Ended

    @property
    def workdir(self) -> Path:
        return self.folder / "run"

    @property
    def words(self) -> list[str]:
        return self.case.words(self.paths)


def spoilt(case: Case, tables: Tables) -> dict[str, Spoilt]:
    """All that goes wrong with a case: the same for each, and its own."""
    flag, right = case.column, case.flags[case.column]
    first, *_ = tables
    number = len(tables[first])
    found = {
        "a column of another name": Spoilt(
            rf"--{flag}='{re.escape(right[:-1])}'.*its columns are '{re.escape(right)}'",
            flags={flag: right[:-1]},
        ),
        "an unknown flag": Spoilt(
            rf"unknown key --{flag}x; did you mean --{flag}\?", flags={f"{flag}x": "a"}
        ),
        "no such file": Spoilt("nowhere.csv", flags={"data.path": "{folder}/nowhere.csv"}),
        "a folder": Spoilt("", flags={"data.path": "{folder}"}),
        "a malformed value": case.value,
        "no rows": Spoilt("no row|no text", lambda tables: {**tables, first: tables[first][:0]}),
        "rows of more fields": Spoilt(rf"{{main}}, line {number + 2}: .*fields"),
        "no UTF-8": Spoilt(rf"{{main}}, line {number + 2}: byte .* of the file is 0xff"),
        "a NUL": Spoilt(rf"{{main}}, line {number + 2}: byte .* of the file is 0x00"),
        "an empty file": Spoilt("the file is empty"),
        "a column twice": Spoilt("two columns"),
    }
    if case.one_class:
        found["one class"] = case.one_class
    if case.unseen:
        found["nothing known at test"] = case.unseen
    return found


#: What is appended to the file, or put in its place.
_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "rows of more fields": lambda raw: raw + b"a,b,c,d" + b",e" * 40 + b"\n",
    "no UTF-8": lambda raw: raw + b"\xff\n",
    "a NUL": lambda raw: raw + b"a\0b\n",
    "an empty file": lambda raw: b"",
    "a column twice": lambda raw: b"\n".join(
        head + b"," + head.rpartition(b",")[2] if not place else head + b",x" if head else head
        for place, head in enumerate(raw.split(b"\n"))
    ),
}


def written(folder: Path, tables: Tables, head: Tables, name: str) -> list[Path]:
    """Tables as CSV files, some with other bytes; one without rows has a header all the same."""
    paths = write(folder, {each: rows or head[each][:1] for each, rows in tables.items()})
    first = paths[0]
    if not tables[first.stem]:
        first.write_text(first.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    if name in _BYTES:
        first.write_bytes(_BYTES[name](first.read_bytes()))
    return paths


def tried(case: Case, folder: Path, tables: Tables, name: str, fault: Spoilt) -> Ended:
    """A command that is refused, in the workdir of the right one."""
    paths = written(folder, fault.change(tables), tables, name)
    flags = {flag: value.replace("{folder}", str(folder)) for flag, value in fault.flags.items()}
    ended = case.run(case.words(paths, **flags), folder / "run")
    write(folder, tables)
    return ended


#: Whose runs take longest, and have a run in tests of their own by default.
_LONG = ("columns", "detect", "sentiment", "sounds")
_PARAMS = [
    pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.name in _LONG else []) for case in CASES
]


@pytest.fixture(scope="module", params=_PARAMS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A case: first what is refused, then the right command in the same workdir."""
    case: Case = request.param
    folder = tmp_path_factory.mktemp(case.name)
    tables = case.draw(folder, np.random.default_rng(SEED))
    paths = write(folder, tables)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("COLUMNS", "100")
        case.cheaper(monkeypatch)
        faults = spoilt(case, tables)
        before = {name: (fault, tried(case, folder, tables, name, fault)) for name, fault in faults.items()}
        yield Made(case, folder, tables, paths, before, case.run(case.words(paths), folder / "run"))


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the lock."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "lock" not in path.name]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def predictions(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder): np.load(path)["test"] for path in folder.rglob("predictions.npz")}
    return {str(place): array.tobytes() for place, array in found.items()}


# --- what is refused -----------------------------------------------------------------------------------


def test_what_is_wrong_is_told_in_a_paragraph(made: Made) -> None:
    """Of every fault: status 2, one paragraph with the place; and the right command runs there afterwards."""
    for name, (fault, ended) in made.tried.items():
        assert ended.status == 2, f"{name}: {ended.err}"
        assert ended.err.startswith("error: ") and "Traceback" not in ended.err, f"{name}: {ended.err}"
        assert "\n\n" not in ended.err.strip() and ended.err.count("error: ") == 1, f"{name}: {ended.err}"
        said = fault.said.replace("{main}", re.escape(made.paths[0].name))
        assert re.search(said, ended.told), f"{name}: {ended.told}"
    assert made.ended.status == 0, made.ended.err


def test_ids_that_training_lacks_are_tested_as_declared(made: Made) -> None:
    """Unless they are refused, or words are codes of a codebook, which training has all of."""
    case, strange = made.case, made.case.strange
    if strange is None:
        assert case.unseen or case.name in ("pictures", "sounds", "video")
        return
    folder = made.folder / "strange"
    paths = write(folder, strange.change(made.tables))[: len(case.paths)]
    flags = {flag: value.replace("{folder}", str(folder)) for flag, value in strange.flags.items()}
    ended = case.run(case.words(paths, seeds="0", baselines="false", **flags), folder / "run")
    assert ended.status == 0, ended.err
    assert re.search(strange.said, " ".join(ended.out.split())), ended.out
    tested = summary_of(folder / "run" / "dense" / "seed-0")["test"]
    assert tested and all(np.isfinite(value) for value in tested.values()), tested


# --- what a run leaves ---------------------------------------------------------------------------------


def test_a_run_by_flags_alone_leaves_what_runs_leave(made: Made) -> None:
    names = ("dense", "hashed")
    for place in (made.workdir / name / f"seed-{seed}" for name in names for seed in (0, 1)):
        assert {path.name for path in place.iterdir()} >= {
            *("config.json", "metrics.jsonl", "summary.json", "manifest.json", "predictions.npz"),
            *("vocabulary.json", "vectors", "checkpoints"),
        }
        lines = [json.loads(each) for each in (place / "metrics.jsonl").read_text().splitlines()]
        assert {"train", "valid", "test", "final"} <= {each["split"] for each in lines}
        found = summary_of(place)
        assert {"effective_rank", "hubness", "partition_isotropy"} <= found["embedding"].keys()
        assert found["steps"] == 20 and found["trainable_bytes"] > 0


def test_its_table_has_seeds_intervals_and_baselines(made: Made) -> None:
    rows = {row["name"]: row for row in csv.DictReader((made.workdir / "table.csv").open(encoding="utf-8"))}
    assert {*made.case.baselines, "dense"} <= rows.keys()
    key = next(name.removesuffix("_low") for name in rows["dense"] if name.endswith("_low"))
    for row in rows.values():
        low, mean, high = (float(row[f"{key}{end}"]) for end in ("_low", "", "_high"))
        assert low <= mean <= high and (low < high or row["name"] in made.case.baselines), row
    shown = (made.workdir / "table.md").read_text("utf-8")
    assert all(f"| {name}" in shown for name in rows)
    sizes = {name: summary_of(made.workdir / name / "seed-0") for name in ("dense", "hashed")}
    assert sizes["dense"]["trainable_bytes"] == sizes["hashed"]["trainable_bytes"]
    assert {"difference", "low", "high"} <= summary_of(made.workdir)["paired"]["hashed"]["dense"].keys()


def test_the_same_again_changes_nothing(made: Made) -> None:
    before = contents(made.workdir)
    again = made.case.run(made.words, made.workdir)
    assert again.status == 0 and "is finished; nothing to do" in " ".join(again.out.split())
    assert contents(made.workdir) == before


def test_another_application_is_refused_there(made: Made) -> None:
    before = contents(made.workdir)
    for name in ("columns", "genes"):
        if name != made.case.name:
            words = ["--workdir", str(made.workdir), "--data.path", str(made.paths[0])]
            ended = dataclasses.replace(made.case, name=name, main=None, config="").run(
                words[2:], made.workdir
            )
            assert ended.status == 2 and "it holds a run with another config" in ended.told, ended.told
    assert contents(made.workdir) == before


# --- forms of files ------------------------------------------------------------------------------------


def again(made: Made, ending: str, folder: Path) -> Ended:
    """The same rows in another form, in another workdir."""
    made.case.draw(folder, np.random.default_rng(SEED))  # what tables name lies beside them
    paths = write(folder, made.tables, ending)
    return made.case.run(made.case.words(paths), folder / "run")


def test_json_lines_in_another_workdir_give_the_same_bits(made: Made, tmp_path: Path) -> None:
    ended = again(made, "jsonl", tmp_path)
    assert ended.status == 0, ended.err
    found = predictions(tmp_path / "run")
    assert found == predictions(made.workdir) and len(found) > 2


@pytest.mark.slow
def test_parquet_gives_the_same_bits(made: Made, tmp_path: Path) -> None:
    ended = again(made, "parquet", tmp_path)
    assert ended.status == 0, ended.err
    assert predictions(tmp_path / "run") == predictions(made.workdir)


_FORMS: dict[str, Callable[[bytes], bytes]] = {
    "a mark at its beginning": lambda raw: b"\xef\xbb\xbf" + raw,
    "lines that end as on Windows": lambda raw: raw.replace(b"\n", b"\r\n"),
    "packed": gzip.compress,
    "no end of the last line": lambda raw: raw.rstrip(b"\n"),
}


def test_the_same_rows_are_read_of_every_form(made: Made) -> None:
    wanted = made.case.read(made.words)
    for ending in ("jsonl", "parquet"):
        paths = write(made.folder, made.tables, ending)
        assert made.case.read(made.case.words(paths)) == wanted, ending
    try:
        for name, form_of in _FORMS.items():
            for path, plain in zip(made.paths, write(made.folder / "plain", made.tables), strict=True):
                path.write_bytes(form_of(plain.read_bytes()))
            assert made.case.read(made.words) == wanted, name
    finally:
        write(made.folder, made.tables)


# --- new rows ------------------------------------------------------------------------------------------


def asked(made: Made, lines: list[str], monkeypatch: Any, capsys: Any) -> tuple[int, str, str]:
    """`experiments.predict` with lines on its input; `\xff` stands for a byte that is no UTF-8."""
    text = "".join(line.replace("{folder}", str(made.folder)) + "\n" for line in lines)
    raw = text.encode().replace("\xff".encode(), b"\xff")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(raw)))
    capsys.readouterr()
    status = predict.main([str(made.workdir)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_new_rows_are_answered_as_declared(made: Made, monkeypatch: Any, capsys: Any) -> None:
    header = "," in made.case.asked[0] and made.case.name in ("columns", "detect", "video")
    status, out, err = asked(made, list(made.case.asked), monkeypatch, capsys)
    assert status == 0, err
    answers = [line.split("\t") for line in out.splitlines()]
    assert len(answers) == len(made.case.asked) - header
    made.case.check(answers)
    assert ("has not learnt" in err) == bool(made.case.noted) and err.endswith(made.case.noted), err
    again = asked(made, list(made.case.asked), monkeypatch, capsys)
    assert again[:2] == (0, out)


def test_a_malformed_row_is_told_with_its_number(made: Made, monkeypatch: Any, capsys: Any) -> None:
    lines, (wrong, told) = list(made.case.asked), made.case.malformed
    status, out, err = asked(made, [*lines, wrong], monkeypatch, capsys)
    assert status == 2 and "Traceback" not in err
    assert out == asked(made, lines, monkeypatch, capsys)[1], "what is before it is answered"
    assert re.search(rf"standard input, line {len(lines) + 1}\b.*{told}", " ".join(err.split())), err


# --- the page and the help -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_page_is_made_of_it(made: Made, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    from experiments.page.program import main

    assert main([str(made.workdir), "-o", str(tmp_path / "page.html"), "--points", "50"]) == 0
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "dense" in text and all(name in text for name in made.case.baselines)


@pytest.mark.parametrize("name", registry.NAMES)
def test_help_names_every_field_of_the_data(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(name, ["--help"]) == 0
    said = capsys.readouterr().out
    fields = dataclasses.fields(registry.application(name).default().data)  # type: ignore[attr-defined]
    assert "usage: python -m experiments." in said
    assert all(f"--data.{field.name}" in said for field in fields)
