"""Parquet files.

Source: the Apache Parquet format, as pyarrow reads it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.data.base import Source
from experiments.data.columns import ColumnSource, as_labels, column_number, text_columns
from experiments.data.files import Row


@Source.register_subclass("parquet")
@dataclasses.dataclass(frozen=True)
class Parquet(ColumnSource):
    """A Parquet file, of which some columns are read.

    The column of a text is of a string type; that of a label of a string, number or boolean type,
    or of lists of them, for a task that takes several.

    Raises:
        ValueError: where an inherited field is wrong.

    Example:
        >>> Parquet(path="reviews.parquet", text="review").label
        'label'
    """

    def rows(self, path: Path) -> Iterator[Row]:
        for number, (texts, seconds, label, split) in enumerate(self._values(path), 1):
            name = as_labels(label)
            read = texts + seconds
            if not all(isinstance(text, str) for text in read) or name is None:
                shown = repr(read[0] if len(read) == 1 else read)
                raise ValueError(
                    f"{path}, row {number}: {self.text}={shown:.40}, {self.label}={label!r:.40}; give a "
                    f"string as the text, and a string, number, truth value or a list of them as the label"
                )
            if not isinstance(split, str):
                raise ValueError(
                    f"{path}, row {number}: {self.split}={split!r:.40}; give a string as the split"
                )
            second = " ".join(map(str, seconds)) if self.second else None
            yield Row(f"row {number}", " ".join(map(str, texts)), name, split, second)

    def _values(self, path: Path) -> Iterator[tuple[tuple[object, ...], tuple[object, ...], object, object]]:
        """Texts, second texts, label and split of each row, a batch of rows in memory at a time."""
        import pyarrow as pa  # half a second, which the other sources need not wait for
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                names = file.schema_arrow.names
                texts = text_columns(self.text, names)
                seconds = text_columns(self.second, names) if self.second else []
                splits = [self.split] if self.split else []
                fields = {"text": texts, "second": seconds, "label": [self.label], "split": splits}
                for field, wanted in fields.items():
                    for name in wanted:
                        column_number(path, field, name, names)
                for batch in file.iter_batches(columns=[name for named in fields.values() for name in named]):
                    values = {name: _values_of(path, name, batch.column(name)) for name in batch.schema.names}
                    sides = values[self.split] if self.split else [""] * batch.num_rows
                    first = zip(*(values[name] for name in texts), strict=True)
                    second = zip(*(values[name] for name in seconds), strict=True)
                    other = second if seconds else [()] * batch.num_rows
                    yield from zip(first, other, values[self.label], sides, strict=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"{path}: cannot be read as Parquet ({str(error).strip()}); write the file again, or name "
                f"its form with --data.type"
            ) from None


def _values_of(path: Path, name: str, column: Any) -> list[object]:
    """A column's values as Python's."""
    import pyarrow as pa

    unread = ValueError(
        f"{path}: column {name!r} is of type {column.type}, whose values are not read; write it as "
        "strings or numbers"
    )
    # Of some times Python has no value, and of others what pandas makes, where it happens to be installed.
    if pa.types.is_temporal(column.type):
        raise unread
    try:
        values: list[object] = column.to_pylist()
    except UnicodeDecodeError:
        raise
    except (ValueError, OverflowError):  # a time within a list
        raise unread from None
    return values
