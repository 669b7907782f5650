"""Prepares labelled texts, or pairs of texts, as a set of TensorFlow Datasets, in array_record.

Neither TensorFlow nor a network is needed.

Source: TensorFlow Datasets 4.9, "Writing custom datasets".
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from embedlab.checks import require
from experiments.data.base import Dataset
from experiments.data.tfds_sets import prepared

_SIDES = {"train": "train", "valid": "validation", "test": "test"}  # as TFDS calls them
_MOST_LOST = 1e-3  # of a value, in standard deviations


def prepare(
    dataset: Dataset,
    name: str,
    data_dir: Path,
    version: str = "1.0.0",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Writes a data set where `Tfds(name, data_dir)` finds it.

    Of pairs both texts are kept, and of any task its labels: a class a row, any number of labels, or a value,
    as float32, in which TFDS stores all numbers that are no integers.

    What is there already stays: a set is never overwritten. One that is cut short (by an interrupt, say) is
    not taken for a whole one.

    Args:
        dataset: n labelled texts, or pairs of texts; their test and validation rows become splits of their
            own.
        name: what the set is to be called: small letters, digits and underscores.
        data_dir: the folder to write it to; made if need be.
        version: three numbers, parted by points.
        progress: told of (rows written, n).

    Returns:
        The set's folder.

    Raises:
        ValueError: a name or version that TFDS does not take, a set of this name and version that is there,
            labels of another form, a class whose name a line does not hold, or values that are beyond
            float32, or differ by less than it can tell.
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
    _require_kept(dataset)
    data_dir.mkdir(parents=True, exist_ok=True)
    import tensorflow_datasets as tfds  # a second, which other sources need not wait for

    kind = _builder(tfds, dataset, version, progress or (lambda done, total: None))
    kind.name = name
    with _quiet(tfds), tempfile.TemporaryDirectory() as empty:  # else downloads get a folder beside the sets
        builder = kind(data_dir=str(data_dir), file_format="array_record")
        builder.download_and_prepare(download_dir=empty)
    return Path(builder.data_dir)


def _require_kept(dataset: Dataset) -> None:
    """Refuses labels that are no classes and no values, and names that TFDS can't keep in a file of lines."""
    form = f"labels {dataset.labels.dtype}{list(dataset.labels.shape)} of {len(dataset.classes)} classes"
    remedy = f"{form} are not kept in a set; give a class, several labels or a value a row"
    require(_form(dataset) is not None, "dataset", dataset.name, remedy)
    if _form(dataset) == "value":
        with np.errstate(over="ignore", invalid="ignore"):
            kept = dataset.labels.astype(np.float32)
        remedy = (
            f"TFDS keeps values as float32, which ends at {np.finfo(np.float32).max:.2g}; scale them down"
        )
        require(bool(np.isfinite(kept).all()), "dataset", dataset.name, remedy)
        lost = np.abs(dataset.labels - kept).max()
        remedy = f"TFDS keeps values as float32, which is off by {lost:.1g} here; give them less their mean"
        require(lost <= _MOST_LOST * dataset.labels.std(dtype=np.float64), "dataset", dataset.name, remedy)
    for label in dataset.classes:
        good = label.strip() == label and label.splitlines() == [label]
        require(good, "classes", label, "TFDS takes no class with a line's end, or white space around it")


def _form(dataset: Dataset) -> Literal["class", "labels", "value"] | None:
    """What a row's label is, whatever task makes of it."""
    kind, dimensions, named = dataset.labels.dtype.kind, dataset.labels.ndim, bool(dataset.classes)
    if named and dimensions == 2 and kind == "b":
        return "labels"
    if dimensions == 1 and kind == ("i" if named else "f"):
        return "class" if named else "value"
    return None


def _builder(tfds: Any, dataset: Dataset, version: str, progress: Callable[[int, int], None]) -> Any:
    """A builder of TFDS's, which is a class: its version and its rows are the class's own."""
    parts = _parts(dataset)
    written = 0

    class Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):  # type: ignore[call-arg]
        VERSION = tfds.core.Version(version)

        def _info(self) -> Any:
            texts = ("text", "second") if len(dataset.seconds) else ("text",)
            features = dict.fromkeys(texts, tfds.features.Text()) | {"label": _feature(tfds, dataset)}
            return tfds.core.DatasetInfo(
                builder=self,
                features=tfds.features.FeaturesDict(features),
                supervised_keys=(texts if len(texts) > 1 else "text", "label"),
            )

        def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
            return {_SIDES[side]: self._generate_examples(rows) for side, rows in parts.items()}

        def _generate_examples(self, rows: np.ndarray) -> Iterator[tuple[int, dict[str, Any]]]:
            nonlocal written
            for row in rows.tolist():
                second = {"second": dataset.seconds[row]} if len(dataset.seconds) else {}
                yield row, {"text": dataset.texts[row], **second, "label": _label(dataset, row)}
                written += 1
                if written % 1000 == 0 or written == len(dataset.texts):
                    progress(written, len(dataset.texts))

    return Builder


def _feature(tfds: Any, dataset: Dataset) -> Any:
    """The feature of TFDS's that holds a row's label."""
    form = _form(dataset)
    if form == "value":
        return tfds.features.Scalar(np.float32)
    names = tfds.features.ClassLabel(names=list(dataset.classes))
    return tfds.features.Sequence(names) if form == "labels" else names


def _label(dataset: Dataset, row: int) -> int | float | list[int]:
    """A row's label as TFDS stores it: the number of its class, the numbers of its labels, or its value."""
    label = dataset.labels[row]
    return np.flatnonzero(label).tolist() if label.ndim else label.item()


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
