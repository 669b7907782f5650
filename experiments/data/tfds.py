"""Sets of TensorFlow Datasets, without TensorFlow and without a network.

Source: TensorFlow Datasets 4.9.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.checks import require
from experiments.checks import require_bool
from experiments.data.base import Dataset, Progress, Source
from experiments.data.columns import as_labels, text_columns
from experiments.data.files import SIDE_OF, alike
from experiments.data.texts import begun
from experiments.data.tfds_reader import TfdsReader
from experiments.data.tfds_sets import default_data_dir, find, parse_name
from experiments.nearest import nearest_first
from experiments.paths import expanded
from experiments.tasks import CLASSES, Task

#: What stands for a split that is not to be taken, though the set has it.
NONE = "none"

_TOLD_EVERY = 1000  # rows
_UNKNOWN = -1  # what TFDS stores where a class is not known, as in GLUE's test sets


@Source.register_subclass("tfds")
@dataclasses.dataclass(frozen=True)
class Tfds(Source):
    """A set that TensorFlow Datasets has prepared on this machine. Nothing is downloaded.

    Its rows are taken as they are, with the names of its classes. Rows of equal text form a group, so that a
    split never has one text on both sides; those that the test or validation set holds as well are not
    learnt from (see `split`). With `near_duplicates` the same holds of texts that are nearly equal.

    Attributes:
        name: the set, as `imdb_reviews`, `glue/sst2` or `glue/sst2:2.0.0`; without a version the latest.
        data_dir: where sets lie; empty for `TFDS_DATA_DIR`, else `~/tensorflow_datasets`.
        text: the feature that holds the text, or several joined by `+`; empty for the one that the set names.
        second: the feature that holds a second text, where rows are pairs of texts, or several joined by `+`;
            empty for the one that the set names beside its text, if it does and `text` is empty; `none` for
            none.
        label: the feature that holds the label; empty for the one that the set names.
        train: the split that is learnt from, or a part of one, as `train[:10%]`.
        valid: the split for validation; empty for the set's own, if it has one that is not tested on; `none`
            to part rows off.
        test: the split for the test; empty for the set's own, or for its validation split where it has no
            test split with labels, as in GLUE; `none` to part rows off.
        near_duplicates: whether near-duplicates stay on one side, as equal texts do. They are looked for in
            memory, which takes some 200 bytes a word.

    Raises:
        ValueError: where the name is none, there is no training split, two fields name one thing, or
            `near_duplicates` is no bool.

    Example:
        >>> Tfds(name="imdb_reviews", train="train[:10%]").test
        ''
    """

    name: str = ""
    data_dir: str = ""
    text: str = ""
    second: str = ""
    label: str = ""
    train: str = "train"
    valid: str = ""
    test: str = ""
    near_duplicates: bool = False

    def __post_init__(self) -> None:
        require(bool(self.name), "name", self.name, "give the set's name, as in --data tfds:imdb_reviews")
        parse_name(self.name)
        named = self.train not in ("", NONE)
        require(named, "train", self.train, "name the split to learn from")
        for field, taken in (("second", {self.text}), ("label", {self.text, self.second})):
            other = getattr(self, field) not in taken - {NONE, ""}
            require(other, field, getattr(self, field), "this is a text already; name another")
        for field, others in (("valid", {self.train}), ("test", {self.train, self.valid} - {NONE, ""})):
            other = getattr(self, field) not in others
            require(other, field, getattr(self, field), "this split is on another side already; name another")
        require_bool("near_duplicates", self.near_duplicates)

    def load(
        self, progress: Progress | None = None, task: Task = CLASSES, folder: Path | None = None
    ) -> Dataset:
        """Reads the set. `progress` counts its rows.

        Raises:
            ValueError: where it is not prepared here, has no such split or feature, or is damaged, or has a
                label that is none that the task can learn.
        """
        found = find(self.name, expanded(self.data_dir) if self.data_dir else default_data_dir())
        reader = TfdsReader(found.full_name, found.folder)
        features, others, label = self._features(reader)
        names = reader.class_names(label)
        is_short = reader.is_float32(label)
        labels = task.reader(names)
        sides = self._sides(reader, label)
        total = sum(reader.size(split) for split in sides.values())
        texts, seconds = begun(folder), begun(folder)
        rows: dict[str, np.ndarray] = {}
        for side, split in sides.items():
            before = len(texts)
            for number, row in enumerate(reader.rows(split)):
                if progress and len(texts) % _TOLD_EVERY == 0:
                    progress(len(texts), total)
                try:
                    text = " ".join(_text(row[feature], "text") for feature in features)
                    second = " ".join(_text(row[feature], "second") for feature in others)
                    labels.add(_label(row[label], names, is_short))
                except ValueError as error:
                    raise ValueError(f"{reader.name}, row {number} of {split!r}: {error}") from None
                texts.append(text)
                if others:
                    seconds.append(second)
            rows[side] = np.arange(before, len(texts), dtype=np.int32)
        targets, classes = labels.finish()
        return Dataset(
            name=self._called(reader, sides),
            texts=tuple(texts) if isinstance(texts, list) else texts,
            labels=targets,
            classes=classes,
            groups=alike(texts, seconds, self.near_duplicates),
            test_rows=rows.get("test", np.zeros(0, np.int32)),
            valid_rows=rows.get("valid", np.zeros(0, np.int32)),
            near=self.near_duplicates,
            task=task,
            seconds=tuple(seconds) if isinstance(seconds, list) else seconds,
        )

    def _features(self, reader: TfdsReader) -> tuple[list[str], list[str], str]:
        """The features that hold the text, those that hold a second one, and the one that holds the label."""
        known = list(reader.features)
        text, second, label = reader.supervised
        texts = text_columns(self.text or text or _only(reader, "Text"), known)
        second = self.second or (NONE if self.text else second) or NONE
        seconds = [] if second == NONE else text_columns(second, known)
        label = self.label or label or _only(reader, "ClassLabel")
        for field, names in (("text", texts), ("second", seconds), ("label", [label])):
            for name in names:
                if name not in known:
                    fault = f"there is no feature {name!r}" if name else f"no feature is known as the {field}"
                    raise ValueError(
                        f"tfds:{self.name}: {fault}; it has {nearest_first(name, known)}; name one of them "
                        f"with --data.{field}"
                    )
        return texts, seconds, label

    def _sides(self, reader: TfdsReader, label: str) -> dict[str, str]:
        """Side → split, of those sides that are not parted off."""
        own = {SIDE_OF[name]: name for name in reversed(reader.splits) if name in SIDE_OF}
        test = self.test or own.get("test", NONE)
        if not self.test and test != NONE and not _is_labelled(reader, test, label):
            test = NONE if self.valid else own.get("valid", NONE)
        valid = self.valid or own.get("valid", NONE)
        sides = {"train": self.train, "valid": NONE if valid == test else valid, "test": test}
        return {side: split for side, split in sides.items() if split != NONE}

    def _called(self, reader: TfdsReader, sides: dict[str, str]) -> str:
        """The set's name in a table; says where it is tested on something else than a test split."""
        other = not self.test and SIDE_OF.get(sides.get("test", "test")) != "test"
        return f"{reader.name} (tested on {sides['test']})" if other else reader.name


def _only(reader: TfdsReader, kind: str) -> str:
    """The one feature of a kind; empty where there are several or none."""
    found = [name for name, feature in reader.features.items() if type(feature).__name__ == kind]
    return found[0] if len(found) == 1 else ""


def _is_labelled(reader: TfdsReader, split: str, label: str) -> bool:
    """Whether the first row of a split has a class, or any number of labels, where these are numbers."""
    first = next(reader.rows(split), None)
    if first is None or not reader.class_names(label):
        return first is not None
    return _UNKNOWN not in np.atleast_1d(first[label])


def _text(value: Any, field: str) -> str:
    """A text from what is stored: bytes of UTF-8; the field says which of the row's."""
    if isinstance(value, str):
        return value
    which = "second text" if field == "second" else field
    if not isinstance(value, bytes):
        raise ValueError(f"the {which} is {value!r:.40}; name a feature of text with --data.{field}")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} of the {which} is no UTF-8; prepare the set again") from None


def _label(value: Any, names: tuple[str, ...], is_short: bool) -> str | tuple[str, ...]:
    """The name of a class from what is stored, its number or else a value that names it; or several.

    Where `is_short`, numbers are stored as float32.
    """
    if isinstance(value, list | np.ndarray) and np.ndim(value):
        return tuple(str(_label(each, names, is_short)) for each in value)
    value = value.item() if isinstance(value, np.generic | np.ndarray) else value
    if names:
        if value == _UNKNOWN:
            raise ValueError(
                f"the label is {_UNKNOWN}: the row has none; take another split (--data.test, --data.train)"
            )
        if not isinstance(value, int) or not 0 <= value < len(names):
            raise ValueError(
                f"the label is {value!r:.40}, out of 0 … {len(names) - 1}; prepare the set again"
            )
        return names[value]
    if isinstance(value, bytes):
        value = _text(value, "label")
    elif isinstance(value, float) and is_short:
        value = _written(value)
    name = as_labels(value)
    if name is None:
        raise ValueError(f"the label is {value!r:.40}; name a feature of labels with --data.label")
    return name


def _written(value: float) -> float:
    """A number as it was written, 4.7, which is stored as float32, and read as 4.699999809.

    A whole number is what it is: 123456792, though seven digits would tell it from its neighbours.
    """
    if not np.isfinite(value) or value.is_integer():
        return value
    short = float(str(np.float32(value)))
    return short if np.float32(short) == value else value
