"""Parquet files.

Source: the Apache Parquet format, as pyarrow reads it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

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
        for number, (texts, label, split) in enumerate(self._values(path), 1):
            name = as_labels(label)
            if not all(isinstance(text, str) for text in texts) or name is None:
                shown = repr(texts[0] if len(texts) == 1 else texts)
                raise ValueError(
                    f"{path}, row {number}: {self.text}={shown:.40}, {self.label}={label!r:.40}; give a "
                    f"string as the text, and a string, number, truth value or a list of them as the label"
                )
            if not isinstance(split, str):
                raise ValueError(
                    f"{path}, row {number}: {self.split}={split!r:.40}; give a string as the split"
                )
            yield Row(f"row {number}", " ".join(map(str, texts)), name, split)

    def _values(self, path: Path) -> Iterator[tuple[tuple[object, ...], object, object]]:
        """Texts, label and split of each row, a batch of rows in memory at a time."""
        import pyarrow as pa  # half a second, which the other sources need not wait for
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                names = file.schema_arrow.names
                texts = text_columns(self.text, names)
                fields = {"text": texts, "label": [self.label], "split": [self.split] if self.split else []}
                for field, wanted in fields.items():
                    for name in wanted:
                        column_number(path, field, name, names)
                for batch in file.iter_batches(columns=[name for named in fields.values() for name in named]):
                    values = {name: batch.column(name).to_pylist() for name in batch.schema.names}
                    splits = values[self.split] if self.split else [""] * batch.num_rows
                    rows = zip(*(values[name] for name in texts), strict=True)
                    yield from zip(rows, values[self.label], splits, strict=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"{path}: cannot be read as Parquet ({str(error).strip()}); write the file again, or name "
                f"its form with --data.type"
            ) from None
