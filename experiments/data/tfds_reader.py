"""Reads the rows of a prepared TensorFlow Datasets set, without TensorFlow.

array_record and Parquet are read by TFDS's own data sources; TFRecord by Grain, decoded by the set's own
features. Both libraries are imported when a set is opened, since they take a second.

Source: TensorFlow Datasets 4.9; Grain 0.2.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from experiments.nearest import nearest_first

_BATCH = 1000  # rows that are read at a time
_AGAIN = "the set is damaged or half copied: prepare or copy it again"


class TfdsReader:
    """A prepared set, opened.

    Args:
        name: what it is called.
        folder: where it lies.

    Raises:
        ValueError: where what describes the set is damaged, or its format is none that is read here.

    Example:
        >>> TfdsReader("absent:1.0.0", Path("absent"))
        Traceback (most recent call last):
        ValueError: tfds:absent:1.0.0, in absent: the description of the set can't be read...
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._format = ""
        self._where = f"tfds:{name}, in {folder}"
        with self._translated("the description of the set"):
            import tensorflow_datasets

            self._builder = tensorflow_datasets.builder_from_directory(folder)
            self._info = self._builder.info
            self.features = dict(self._info.features)
            self.splits = list(self._info.splits)
            self._format = self._info.file_format.value
        if self._format not in ("array_record", "parquet", "tfrecord"):
            raise ValueError(
                f"{self._where}: it is of the format {self._format}, which can't be read here; prepare it as "
                f"array_record"
            )

    @property
    def supervised(self) -> tuple[str, str, str]:
        """The features that the set itself says are input, the second of two inputs, and target.

        Each is empty where it says none.
        """
        match self._info.supervised_keys:
            case (str(text), str(label)):
                return text, "", label
            case ((str(text), str(second)), str(label)):
                return text, second, label
        return "", "", ""

    def class_names(self, feature: str) -> tuple[str, ...]:
        """The names of a label's classes, by number; none where the feature does not number classes."""
        found = self.features[feature]
        if not hasattr(found, "int2str"):
            return ()
        with self._translated(f"the classes of {feature!r}"):
            return tuple(found.int2str(number) for number in range(found.num_classes))

    def is_float32(self, feature: str) -> bool:
        """Whether a feature is a float32, or a sequence of them."""
        return getattr(self.features[feature], "np_dtype", None) == np.float32

    def size(self, split: str) -> int:
        """How many rows a split has, or a part of one, as `train[:10%]`.

        Raises:
            ValueError: where there is no such split, or this is no part of one.
        """
        for name in (part.partition("[")[0].strip() for part in split.split("+")):
            if name not in self.splits:
                known = nearest_first(name, self.splits)
                raise ValueError(f"{self._where}: there is no split {name!r}; it has {known}")
        with self._translated(f"the split {split!r}"):
            return int(self._info.splits[split].num_examples)

    def rows(self, split: str) -> Iterator[dict[str, Any]]:
        """The rows of a split: feature → value.

        Raises:
            ValueError: as `size`; where a file is missing or damaged, or there are other than `size` rows.
        """
        size, count = self.size(split), 0
        read = self._from_tfrecord if self._format == "tfrecord" else self._from_data_source
        rows = read(split)
        while True:
            with self._translated(f"row {count} of {split!r}"):
                row = next(rows, None)
            if row is None:
                break
            if all(value is None for value in row.values()):  # a cut array_record gives empty records
                raise ValueError(f"{self._where}: row {count} of {split!r} can't be read (empty); {_AGAIN}")
            count += 1
            yield row
        if count != size:
            raise ValueError(
                f"{self._where}: {split!r} has {count:,} rows, but {size:,} by the description of the set: "
                f"files are missing or cut short{self._about_parquet()}; prepare it again, as array_record"
            )

    def _about_parquet(self) -> str:
        if self._format != "parquet":
            return ""
        return (
            " (TensorFlow Datasets 4.9 loses rows as it writes Parquet, and reads splits of it whole alone)"
        )

    def _from_data_source(self, split: str) -> Iterator[dict[str, Any]]:
        source = self._builder.as_data_source(split)
        for start in range(0, len(source), _BATCH):
            yield from source.__getitems__(list(range(start, min(start + _BATCH, len(source)))))

    def _from_tfrecord(self, split: str) -> Iterator[dict[str, Any]]:
        import grain

        for part in self._info.splits[split].file_instructions:
            records = iter(grain.experimental.TFRecordIterDataset(part.filename))
            end = None if part.take < 0 else part.skip + part.take
            for record in itertools.islice(records, part.skip, end):
                yield self._info.features.deserialize_example_np(record)

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Makes one sentence of whatever the libraries raise at damage."""
        try:
            yield
        except Exception as error:  # there is no end to their kinds
            # Grain believes a length that was damaged; elsewhere memory does run out.
            if isinstance(error, MemoryError) and self._format != "tfrecord":
                raise
            told = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
            raise ValueError(f"{self._where}: {what} can't be read ({told}); {_AGAIN}") from None
