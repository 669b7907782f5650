"""The flags by which every application is given a file of named columns.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from experiments.data.tables.delimited import of_header
from experiments.data.tables.read import form_of, read
from experiments.data.tables.table import Table


@dataclasses.dataclass(frozen=True)
class TableFile:
    """A file of named columns: a base of the data group of an application's config.

    Attributes:
        path: the file: CSV, TSV, JSON Lines or Parquet; one of text may be packed with gzip. One within an
            installed package is package:NAME/FILE.
        form: csv, tsv, jsonl or parquet; empty to tell it by the path's ending, and by the first bytes.
        delimiter: what parts fields of a CSV file; empty to guess it of comma, semicolon, tab and bar.
        header: names of all columns in order, for a CSV or TSV file whose first line is no header.
        encoding: of a file of text.

    Example:
        >>> TableFile(path="claims.csv", delimiter=";").delimiter
        ';'
    """

    path: str = ""
    form: str = ""
    delimiter: str = ""
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"

    def plain(self, mark: str) -> bool:
        """Whether quotes are letters like others in a line that this mark parts, as where a file is guessed.

        Args:
            mark: what parts the fields.

        Example:
            >>> TableFile(path="a.tsv").plain("\\t"), TableFile(path="a.csv").plain(",")
            (True, False)
        """
        return not self.delimiter and mark in "\t|"

    def hint(self, path: Path, group: str) -> str:
        """What else may be wrong where a column is not found; empty where all are surely named.

        Args:
            path: of the file that was read.
            group: of the flags.
        """
        named = self.header or (self.form or form_of(path)) in ("jsonl", "parquet")
        return "" if named else of_header(group)

    def table(
        self, columns: Mapping[str, str] | None = None, *, path: str = "", flag: str = "data.path"
    ) -> Table:
        """Reads the file, or another of the same form.

        Args:
            columns: flag -> name of the column; None for all. See `experiments.data.tables.read`.
            path: of another file of the same form, such as a test set; empty for `path`.
            flag: that names it.

        Raises:
            ValueError: there is no such file, it is malformed, or a column is not there.
        """
        form = {"form": self.form, "delimiter": self.delimiter, "encoding": self.encoding}
        return read(path or self.path, columns, flag=flag, header=self.header, **form)
