"""Parquet files.

Source: the Apache Parquet format, as pyarrow reads it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from embedlab.checks import require
from experiments.data.base import Source
from experiments.data.files import FileSource, Row, as_label, column_number


@Source.register_subclass("parquet")
@dataclasses.dataclass(frozen=True)
class Parquet(FileSource):
    """A Parquet file, of which two columns are read.

    Attributes:
        text: the column that holds the text, of a string type.
        label: the column that holds the label, of a string, number or boolean type.

    Raises:
        ValueError: where text and label are one column, or a field of `FileSource` is wrong.

    Example:
        >>> Parquet(path="reviews.parquet", text="review").label
        'label'
    """

    text: str = "text"
    label: str = "label"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.text != self.label, "label", self.label, "text and label are the same column; name two")

    def rows(self, path: Path) -> Iterator[Row]:
        for number, (text, label) in enumerate(self._values(path), 1):
            name = as_label(label)
            if not isinstance(text, str) or name is None:
                raise ValueError(
                    f"{path}, row {number}: {self.text}={text!r:.40}, {self.label}={label!r:.40}; give a "
                    f"string as the text, and one string, number or truth value as the label"
                )
            yield f"row {number}", text, name.strip()

    def _values(self, path: Path) -> Iterator[tuple[object, object]]:
        """Pairs of values, a batch of rows in memory at a time."""
        import pyarrow as pa  # half a second, which the other sources need not wait for
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                names = file.schema_arrow.names
                for field in ("text", "label"):
                    column_number(path, field, getattr(self, field), names)
                for batch in file.iter_batches(columns=[self.text, self.label]):
                    texts, labels = batch.column(self.text), batch.column(self.label)
                    yield from zip(texts.to_pylist(), labels.to_pylist(), strict=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"{path}: cannot be read as Parquet ({str(error).strip()}); write the file again, or name "
                f"its form with --data.type"
            ) from None
