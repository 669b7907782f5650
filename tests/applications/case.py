"""What an application gives the contract: a user's own tables, drawn anew, and what is asked of them."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from experiments.settings import overrides
from experiments.settings.arguments import FLAGS
from experiments.study import digests, program, registry

#: Rows by the name of their column, typed as JSON has them.
Rows = list[dict[str, Any]]
#: The tables of an application by name; the first is that of `--data.path`.
Tables = dict[str, Rows]

#: Settings that make any of them quick.
QUICK = {
    **{"seeds": "0,1", "quality.rows": "40", "quality.neighbours": "5", "quality.every": "0"},
    **{"train.steps": "20", "train.evaluate_every": "10"},
}


@dataclasses.dataclass(frozen=True)
class Spoilt:
    """Tables or flags with a fault, and what is told of it.

    Attributes:
        said: pattern of the paragraph; `{main}` stands for the name of the first table's file.
        change: what is done to the tables.
        flags: that are given instead; `{folder}` stands for that of the files.
    """

    said: str
    change: Callable[[Tables], Tables] = lambda tables: tables
    flags: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Case:
    """An application, and a user of it.

    Attributes:
        name: of the application.
        draw: the tables; what they name besides is written into the folder.
        flags: names of columns, and settings.
        column: a flag that names a column.
        asked: lines for `experiments.predict`, the header first where there is one; `{folder}` stands for
            that of the files. One of them holds ids that training lacks.
        noted: what is told of that line at the end; empty where such are refused, or not told.
        check: whether the answers are those that its page declares, by their fields.
        malformed: a line that can't be answered, and what is told of it.
        value: a fault in one value: its place is told.
        one_class: every row of one class; None where there are no classes.
        unseen: no id of a test row is known, where that is refused.
        strange: the same, where such rows are tested all the same, and what is told of them. Tables that it
            adds are files of their own, whose flags it names.
        paths: flags of the tables, in their order.
        cheaper: makes baselines quick, of which a user can't say how many settings are tried.
        baselines: what the tables have beside embeddings.
        config: that is started from, where flags alone are not enough.
        form: flags that say which form of file it is, by its ending, where paths don't.
        main: the program, where it is another than that of applications.
        fingerprint: what was read, by the words of the command line.
    """

    name: str
    draw: Callable[[Path, np.random.Generator], Tables]
    flags: Mapping[str, str]
    column: str
    asked: Sequence[str]
    check: Callable[[list[list[str]]], None]
    malformed: tuple[str, str]
    value: Spoilt
    baselines: tuple[str, ...]
    noted: str = ""
    one_class: Spoilt | None = None
    unseen: Spoilt | None = None
    strange: Spoilt | None = None
    paths: tuple[str, ...] = ("data.path",)
    cheaper: Callable[[Any], None] = lambda monkeypatch: None
    config: str = ""
    form: Callable[[str], dict[str, str]] = lambda ending: {}
    main: Callable[[list[str]], int] | None = None
    fingerprint: Callable[[list[str]], Any] | None = None

    def words(self, paths: Sequence[Path], **instead: str) -> list[str]:
        """The command line but for the workdir, with some flags instead of the case's own."""
        files = dict(zip(self.paths, map(str, paths), strict=True))
        form = self.form(paths[0].suffix.removeprefix("."))
        given = {**QUICK, **files, **self.flags, **form, **instead}
        flags = [word for name, value in given.items() for word in (f"--{name}", value)]
        return [*([self.config] if self.config else []), *flags]

    def run(self, words: Sequence[str], workdir: Path) -> Ended:
        """The program on a workdir, in this process."""
        main = self.main or (lambda words: program.main(self.name, words))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([*words, "--workdir", str(workdir)])
        return Ended(status, out.getvalue(), err.getvalue())

    def read(self, words: list[str]) -> Any:
        """What tells these data from others."""
        if self.fingerprint is not None:
            return self.fingerprint(words)
        made = registry.application(self.name)
        config: Any = overrides.apply(made.default(), words, FLAGS).config
        found = digests.of(made.read(config, lambda done, whole: None))
        return {name: value for name, value in found.items() if name != "name"}  # that is the file's


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """Its errors on one line."""
        return " ".join(self.err.split())


# --- forms of files ------------------------------------------------------------------------------------


def write(folder: Path, tables: Tables, ending: str = "csv") -> list[Path]:
    """The tables as files of one form, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for name in tables]
    for path, rows in zip(paths, tables.values(), strict=True):
        {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[ending](path, rows)
    return paths


def _csv(path: Path, rows: Rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        made = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        made.writeheader()
        made.writerows(rows)


def _jsonl(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _parquet(path: Path, rows: Rows) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


# --- changes -------------------------------------------------------------------------------------------


def with_value(table: str, row: int, column: str, value: Any) -> Callable[[Tables], Tables]:
    """One value becomes another."""

    def change(tables: Tables) -> Tables:
        rows = [dict(each) for each in tables[table]]
        rows[row][column] = value
        return {**tables, table: rows}

    return change


def strangers(table: str, renamed: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Tables], Tables]:
    """The last fifth of the rows becomes a test set of its own, with other ids."""

    def change(tables: Tables) -> Tables:
        rows = tables[table]
        first = len(rows) * 4 // 5
        return {**tables, table: rows[:first], "strangers": [{**row, **renamed(row)} for row in rows[first:]]}

    return change


def all_of(table: str, column: str, value: Any) -> Callable[[Tables], Tables]:
    """All values of a column become one."""
    return lambda tables: {**tables, table: [{**row, column: value} for row in tables[table]]}


def line(values: Sequence[Any]) -> str:
    """A record of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()


def of_classes(names: Sequence[str]) -> Callable[[list[list[str]]], None]:
    """Answers that are a class and its probability."""

    def check(answers: list[list[str]]) -> None:
        for name, probability, *_ in answers:
            assert name in names and 0 <= float(probability) <= 1

    return cast(Any, check)
