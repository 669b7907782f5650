"""A table in a safetensors file, read by its library; the words in its header or in a file beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._npy import Scaled, from_array
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading._words import beside, read_words
from embedlab.vectors.store import Vectors

WORDS = "words"  # the entry of a file's metadata that holds them, a JSON list
UNKNOWN = "unknown"  # that which names the last word, if it stands for all others and is none of the table's
#: Table → what its rows are to be multiplied by, a number each; the second as model2vec names them.
SCALES = {"embedding.weight": "embedding.scale", "embeddings": "weights"}
_SHARED = "mapping"  # of model2vec: word → row


def read_safetensors(
    source: Source, options: Options, vocabulary: Path | None, tensor: str | None
) -> Vectors:
    """Reads one table [words, dim] of a safetensors file.

    Raises:
        Damaged: it is not that, or the library for it is missing.
    """
    if source.file is None:
        raise Damaged("a compressed safetensors file can't be read in parts; unpack it first")
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise Damaged("safetensors is missing; pip install 'embedlab[vectors]'") from None
    try:
        with safe_open(source.file, framework="numpy") as opened:
            name = _chosen(opened, tensor)
            matrix = np.asarray(opened.get_tensor(name))
            scales = _scales(opened, name)
            metadata = opened.metadata() or {}
            words = _words(metadata, source.file, vocabulary)
    except (SafetensorError, OSError, TypeError) as error:
        raise Damaged(f"no safetensors file that can be read ({error})") from None
    if scales is None and not (np.issubdtype(matrix.dtype, np.floating) or matrix.dtype.name == "bfloat16"):
        remedy = f"floats are expected, or whole numbers with {SCALES.get(name, 'a scale')!r}, float [words]"
        raise Damaged(f"{name!r} holds {matrix.dtype}; {remedy}")
    if words and words[-1] == metadata.get(UNKNOWN, "").encode():
        matrix, words = matrix[:-1], words[:-1]
    table = matrix if scales is None else Scaled(matrix, scales[: len(matrix)])
    return from_array(table, words, "safetensors", options)


def _chosen(opened: Any, tensor: str | None) -> str:
    """The name of the table: the one asked for, or the only matrix that there is."""
    shapes = {name: opened.get_slice(name).get_shape() for name in opened.keys()}  # noqa: SIM118
    matrices = [name for name, shape in shapes.items() if len(shape) == 2 and 0 not in shape]
    shown = ", ".join(f"{name} {shapes[name]}" for name in list(shapes)[:8]) or "nothing"
    if tensor is not None:
        if tensor not in matrices:
            raise Damaged(f"it has no matrix {tensor!r}; it holds {shown}")
        return tensor
    if len(matrices) != 1:
        raise Damaged(f"it holds {len(matrices)} matrices ({shown}); name one, as tensor='embedding.weight'")
    if matrices[0] == "embeddings" and _SHARED in shapes:
        raise Damaged(f"words share rows of its table, by its {_SHARED!r}, which can't be read here")
    return matrices[0]


def _scales(opened: Any, name: str) -> np.ndarray | None:
    """What the rows of a table are to be multiplied by, where it lies beside it."""
    if SCALES.get(name) not in opened.keys():  # noqa: SIM118
        return None
    scales = np.asarray(opened.get_tensor(SCALES[name]))
    if not np.issubdtype(scales.dtype, np.floating):
        raise Damaged(f"{SCALES[name]!r} holds {scales.dtype}; floats are expected")
    if scales.shape != tuple(opened.get_slice(name).get_shape()[:1]):
        raise Damaged(
            f"{SCALES[name]!r} has shape {list(scales.shape)}; one number a row of {name!r} is meant"
        )
    return scales


def _words(metadata: dict[str, str], file: Path, vocabulary: Path | None) -> list[bytes]:
    if vocabulary is not None or WORDS not in metadata:
        return read_words(vocabulary or beside(file))
    try:
        words = json.loads(metadata[WORDS])
    except (ValueError, RecursionError) as error:
        raise Damaged(f"the words in its header are no JSON ({error})") from None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Damaged("the words in its header are no list of strings")
    return [word.encode("utf-8", "surrogatepass") for word in words]
