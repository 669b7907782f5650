"""Reading a user's file of named columns, of whichever form.

Source: the rules are the project's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from embedlab.checks import require
from experiments.data.csv_records import require_delimiter
from experiments.data.files import existing_file
from experiments.data.reading import open_file, require_encoding
from experiments.data.tables.delimited import read_delimited
from experiments.data.tables.packaged import SIGN, packaged
from experiments.data.tables.table import Table
from experiments.data.tables.typed import read_jsonl, read_parquet
from experiments.data.tables.wanted import Wanted

#: The forms of file, and the endings by which they are known; `.gz` may follow those of text.
FORMS = {
    "csv": (".csv", ".txt", ".data", ".psv"),
    "tsv": (".tsv", ".tab"),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet", ".pq"),
}


def read(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    *,
    flag: str = "data.path",
    form: str = "",
    delimiter: str = "",
    header: Sequence[str] = (),
    encoding: str = "utf-8",
) -> Table:
    """Reads a file of named columns.

    Args:
        path: the file; one of text may be packed with gzip. One within an installed package is
            package:NAME/FILE.
        columns: flag -> name of the column that it names, as `{"data.user": "user_id"}`, so that an error
            names the flag; None for all columns of the file. Two flags may name one column.
        flag: that names the file. The other flags that error messages name are of its group.
        form: csv, tsv, jsonl or parquet; empty to tell it by the path's ending, and by the first bytes.
        delimiter: what parts fields of a CSV file; empty to guess it of comma, semicolon, tab and bar.
        header: names of all columns in order, for a CSV or TSV file whose first line is no header.
        encoding: of a file of text.

    Returns:
        One row or more.

    Raises:
        ValueError: there is no such file, it is empty, malformed (the error names line and column) or of no
            form known, it holds no row, or a column is not there (the error lists those that are).

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ratings.csv"
        >>> _ = path.write_text("user_id,stars\\nu7,4\\nu9,5\\n")
        >>> read(path, {"data.user": "user_id"}).column("user_id")
        ['u7', 'u9']
        >>> read(path, {"data.user": "usr"})
        Traceback (most recent call last):
        ValueError: --data.user='usr': ...ratings.csv has no column of this name; its columns are 'user_id',
        'stars' (did you mean 'user_id'?); name one of them with --data.user; or, if the first line is a
        row and no header, name all columns in order with --data.header
    """
    group, _, field = flag.rpartition(".")
    require(bool(str(path)), f"--{flag}", str(path), "give the file to read")
    path = packaged(str(path), flag) if str(path).startswith(SIGN) else path
    found = existing_file(field, str(path), group, "a row of values a line")
    require_encoding(encoding)
    if delimiter:
        require_delimiter(delimiter, f"--{group}.delimiter")
    known = f"give one of {', '.join(FORMS)}"
    require(form in ("", *FORMS), f"--{group}.form", form, known)
    kind = form or form_of(found)
    wanted = Wanted(columns)
    if header and kind in ("jsonl", "parquet"):
        raise ValueError(
            f"--{group}.header={list(header)}: a {kind} file names its columns itself; give none"
        )
    if kind == "parquet":
        table = read_parquet(found, wanted, group=group)
    elif kind == "jsonl":
        table = read_jsonl(found, wanted, encoding=encoding, group=group)
    else:
        table = read_delimited(
            found,
            wanted,
            delimiter=delimiter,
            header=header,
            encoding=encoding,
            group=group,
            tabs=kind == "tsv",
        )
    if not len(table):
        raise ValueError(f"{found}: holds no row; give a file with a row of values a line")
    return table


def form_of(path: Path) -> str:
    """The form of a file, by its ending; where that says nothing, by how it begins; else csv.

    Args:
        path: the file.

    Example:
        >>> form_of(Path("ratings.jsonl.gz"))
        'jsonl'
    """
    endings = [ending.lower() for ending in path.suffixes]
    if endings[-1:] == [".gz"]:
        endings.pop()
    for form, known in FORMS.items():
        if endings[-1:] and endings[-1] in known:
            return form
    with open_file(path) as file:
        start = file.read(4)
    return "parquet" if start == b"PAR1" else "jsonl" if start[:1] == b"{" else "csv"
