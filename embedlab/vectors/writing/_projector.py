"""A folder that TensorBoard's Projector shows: vectors and metadata as TSV, and a file that names both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedlab.checks import require
from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._text import write_lines
from embedlab.vectors.writing._words import RULES
from embedlab.vectors.writing._writable import Content

Columns = Mapping[str, Sequence[object]]

_CONFIG = b"""\
embeddings {
  tensor_name: "vectors"
  tensor_path: "vectors.tsv"
  tensor_shape: %d
  tensor_shape: %d
  metadata_path: "metadata.tsv"
}
"""
OPENED = (
    "Open it with `tensorboard --logdir {}`, that folder itself: below a folder of runs it is listed only "
    "where an event file lies beside it, as tensorboardX's SummaryWriter(folder).add_scalar('rows', 1, 0) "
    "makes one. Or load vectors.tsv and metadata.tsv at projector.tensorflow.org."
)


def projector_files(
    folder: Path, raw: Sequence[bytes], numbers: Numbers, columns: Columns
) -> dict[Path, Content]:
    """What `vectors.tsv`, `metadata.tsv` and `projector_config.pbtxt` are made of.

    The vectors are text, though TensorBoard reads bytes too: it takes a file for bytes only where that is no
    UTF-8, which a table of zeros is.

    Args:
        folder: where they are to lie.
        raw: the words as UTF-8.
        numbers: float32 [words, dim].
        columns: further columns of the metadata, name → one value a word.

    Returns:
        Path → what writes that file.

    Raises:
        ValueError: a column holds what a column can't.

    Example:
        >>> import numpy as np
        >>> numbers = Numbers(["cat"], np.float32([[1, 2]]))
        >>> [file.name for file in projector_files(Path("."), [b"cat"], numbers, {"count": [7]})]
        ['vectors.tsv', 'metadata.tsv', 'projector_config.pbtxt']

    Source: TensorBoard 2.21, plugin Projector.
    """
    metadata = _metadata(raw, columns)
    return {
        folder / "vectors.tsv": lambda file: write_lines(file, None, numbers, b"\t"),
        folder / "metadata.tsv": lambda file: file.write(metadata),
        folder / "projector_config.pbtxt": lambda file: file.write(_CONFIG % numbers.shape),
    }


def _metadata(raw: Sequence[bytes], columns: Columns) -> bytes:
    """Words, a line each; with further columns, their names come first."""
    lists = [list(raw)]
    for name, values in columns.items():
        lists.append(_cells(name, values))
    if not columns:
        return b"".join(word + b"\n" for word in raw)
    names = b"\t".join([b"word", *_cells("columns", list(columns))])
    return b"".join(line + b"\n" for line in [names, *map(b"\t".join, zip(*lists, strict=True))])


def _cells(name: str, values: Sequence[object]) -> list[bytes]:
    forbidden = RULES["projector"].forbidden
    assert forbidden
    texts = [str(value) for value in values]
    odd = next((text for text in texts if re.search(forbidden, text)), None)
    require(odd is None, f"columns, {name!r}", odd, "it holds a tab or a line break; take it out")
    return [text.encode(errors="replace") for text in texts]
