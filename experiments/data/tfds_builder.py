"""Prepares labelled texts as a set of TensorFlow Datasets, in array_record, without TensorFlow or a network.

Source: TensorFlow Datasets 4.9, "Writing custom datasets".
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.checks import require
from experiments.data.base import Dataset
from experiments.data.tfds_sets import prepared

_SIDES = {"train": "train", "valid": "validation", "test": "test"}  # as TFDS calls them


def prepare(
    dataset: Dataset,
    name: str,
    data_dir: Path,
    version: str = "1.0.0",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Writes a data set where `Tfds(name, data_dir)` finds it.

    What is there already stays: a set is never overwritten. One that is cut short (by an interrupt, say) is
    not taken for a whole one.

    Args:
        dataset: n labelled texts; their test and validation rows become splits of their own.
        name: what the set is to be called: small letters, digits and underscores.
        data_dir: the folder to write it to; made if need be.
        version: three numbers, parted by points.
        progress: told of (rows written, n).

    Returns:
        The set's folder.

    Raises:
        ValueError: a name or version that TFDS does not take, a set of this name and version that is there,
            rows that have not one class each, or a class whose name a line does not hold.
        OSError: the folder can't be written to, say.

    Example:
        >>> import tempfile
        >>> from experiments.data import Tfds
        >>> rows = Dataset("two", ("good", "bad"), np.int32([1, 0]), ("neg", "pos"), np.int32([0, 1]))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = prepare(rows, "films", Path(folder))
        ...     sorted(Tfds("films", data_dir=folder).load().texts)
        ['bad', 'good']
    """
    require_free(name, data_dir, version)
    _require_classes(dataset)
    data_dir.mkdir(parents=True, exist_ok=True)
    import tensorflow_datasets as tfds  # a second, which other sources need not wait for

    kind = _builder(tfds, dataset, version, progress or (lambda done, total: None))
    kind.name = name
    with _quiet(tfds), tempfile.TemporaryDirectory() as empty:  # else downloads get a folder beside the sets
        builder = kind(data_dir=str(data_dir), file_format="array_record")
        builder.download_and_prepare(download_dir=empty)
    return Path(builder.data_dir)


def _require_classes(dataset: Dataset) -> None:
    """Refuses rows that have not one class each, of a name that TFDS can keep in a file of lines."""
    one_each = bool(dataset.classes) and dataset.labels.ndim == 1
    require(one_each, "dataset", dataset.name, "give one with one class a row; no other is prepared as a set")
    for label in dataset.classes:
        good = label.strip() == label and label.splitlines() == [label]
        require(good, "classes", label, "TFDS takes no class with a line's end, or white space around it")


def _builder(tfds: Any, dataset: Dataset, version: str, progress: Callable[[int, int], None]) -> Any:
    """A builder of TFDS's, which is a class: its version and its rows are the class's own."""
    parts = _parts(dataset)
    written = 0

    class Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):  # type: ignore[call-arg]
        VERSION = tfds.core.Version(version)

        def _info(self) -> Any:
            label = tfds.features.ClassLabel(names=list(dataset.classes))
            features = tfds.features.FeaturesDict({"text": tfds.features.Text(), "label": label})
            return tfds.core.DatasetInfo(builder=self, features=features, supervised_keys=("text", "label"))

        def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
            return {_SIDES[side]: self._generate_examples(rows) for side, rows in parts.items()}

        def _generate_examples(self, rows: np.ndarray) -> Iterator[tuple[int, dict[str, Any]]]:
            nonlocal written
            for row in rows.tolist():
                yield row, {"text": dataset.texts[row], "label": int(dataset.labels[row])}
                written += 1
                if written % 1000 == 0 or written == len(dataset.texts):
                    progress(written, len(dataset.texts))

    return Builder


def _parts(dataset: Dataset) -> dict[str, np.ndarray]:
    """Side → its rows, of the sides that there are."""
    own = np.r_[dataset.valid_rows, dataset.test_rows]
    train = np.setdiff1d(np.arange(len(dataset.texts)), own)
    parts = {"train": train, "valid": dataset.valid_rows, "test": dataset.test_rows}
    return {side: rows for side, rows in parts.items() if len(rows)}


def require_free(name: str, data_dir: Path, version: str) -> None:
    """Refuses a name that TFDS does not take, or under which there is a set already.

    Args:
        name: of the set to be.
        data_dir: the folder of sets.
        version: of the set to be.

    Raises:
        ValueError: says what to give instead.

    Example:
        >>> require_free("Films", Path("."), "1.0.0")
        Traceback (most recent call last):
        ValueError: name='Films': give a name of small letters, digits and underscores, as my_reviews
    """
    good = re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None
    require(good, "name", name, "give a name of small letters, digits and underscores, as my_reviews")
    good = re.fullmatch(r"\d+\.\d+\.\d+", version) is not None
    require(good, "version", version, "give three numbers, as 1.0.0")
    for one in prepared(data_dir, name):
        remedy = f"{one.folder} holds a set of this name and version; give another --version, or remove it"
        require(one.version != version, "name", name, remedy)


@contextlib.contextmanager
def _quiet(tfds: Any) -> Iterator[None]:
    """Keeps TFDS from bars and lines of its own."""
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.enable_progress_bar()
