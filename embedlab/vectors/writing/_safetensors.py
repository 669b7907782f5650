"""A table in a safetensors file, its words in the header; written part by part, never whole in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from embedlab.checks import require
from embedlab.vectors.reading._safetensors import SCALES, WORDS
from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._writable import Content, Writable

TABLE = "embedding.weight"
_NAMES = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int8": "I8"}
_LONGEST_HEADER = 100_000_000  # bytes: what the library reads at most


def words_header(words: Sequence[str]) -> dict[str, str]:
    """The metadata that hold the words of a table.

    Args:
        words: one a row.

    Returns:
        An entry of JSON.

    Example:
        >>> words_header(["cat", "été"])
        {'words': '["cat", "été"]'}

    Source: none; the format's metadata are strings.
    """
    return {WORDS: json.dumps(list(words), ensure_ascii=False)}


def safetensors_content(numbers: Numbers, metadata: Mapping[str, str], table: str = TABLE) -> Content:
    """What writes the file: of int8 the scales, float32 [words], then the table.

    Args:
        numbers: [words, dim].
        metadata: strings for its header.
        table: the tensor's name.

    Returns:
        A function of a file.

    Raises:
        ValueError: the metadata are more than a header holds.

    Example:
        >>> import io, safetensors.numpy
        >>> file = io.BytesIO()
        >>> _ = safetensors_content(Numbers(["cat"], np.float32([[1, 2]])), words_header(["cat"]))(file)
        >>> safetensors.numpy.load(file.getvalue())
        {'embedding.weight': array([[1., 2.]], dtype=float32)}

    Source: the safetensors format: a length, a header of JSON, the tensors' bytes.
    """
    rows, dim = numbers.shape
    shapes = [(table, _NAMES[numbers.dtype.name], [rows, dim], rows * dim * numbers.dtype.itemsize)]
    if numbers.dtype == np.int8:
        shapes.insert(
            0, (SCALES[table], "F32", [rows], rows * 4)
        )  # wider types first, so that all lie aligned
    described: dict[str, object] = {"__metadata__": dict(metadata)}
    at = 0
    for name, dtype, shape, size in shapes:
        described[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    header = json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    remedy = "the words make a longer header than safetensors has; write 'npy', with the words beside it"
    require(len(header) <= _LONGEST_HEADER, "words", f"{rows:,} words, {len(header):,} bytes", remedy)

    def write(file: Writable) -> None:
        file.write(len(header).to_bytes(8, "little") + header)
        if numbers.dtype == np.int8:
            file.write(numbers.scales.tobytes())
        for part in numbers.parts():
            file.write(part.tobytes())

    return write
