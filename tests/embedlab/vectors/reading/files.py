"""One small table in every format that can be read, made by hand from the formats' descriptions."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy as np

WORDS = ("the", "of", "ö", "हु", "don't", "1984")
MATRIX = np.float32([[0.5, -1.25, 2], [1e-3, 4, 0.0], [3, 1, 2], [9, 8, 7], [0.1, 0.2, 0.3], [-1, -2, 1e9]])


def line(word: str, row: np.ndarray) -> str:
    return f"{word} {' '.join(repr(float(x)) for x in row)}\n"


def glove() -> bytes:
    return "".join(map(line, WORDS, MATRIX)).encode()


def word2vec_text() -> bytes:
    return f"{len(WORDS)} {MATRIX.shape[1]}\n".encode() + glove()


def word2vec_binary(breaks: bytes = b"\n") -> bytes:
    rows = zip(WORDS, MATRIX, strict=True)
    records = (word.encode() + b" " + row.tobytes() + breaks for word, row in rows)
    return f"{len(WORDS)} {MATRIX.shape[1]}\n".encode() + b"".join(records)


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, MATRIX)
    return file.getvalue()


def safetensors(words: object = WORDS, **more: np.ndarray) -> bytes:
    tensors = {"embedding.weight": MATRIX, **more}
    header: dict[str, object] = {"__metadata__": {"words": json.dumps(words)}} if words else {}
    at = 0
    for name, tensor in tensors.items():
        shape = list(tensor.shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    stated = json.dumps(header).encode()
    data = b"".join(tensor.tobytes() for tensor in tensors.values())
    return struct.pack("<Q", len(stated)) + stated + data


def fasttext(
    *,
    version: int = 12,
    words: tuple[bytes, ...] = tuple(word.encode() for word in WORDS),
    buckets: int = 0,
    maxn: int = 0,
    table: np.ndarray = MATRIX,
    output: np.ndarray | None = None,
    quantised: int = 0,
    pruned: int = -1,
    loss: int = 2,
    labels: tuple[bytes, ...] = (),
) -> bytes:
    """A model; without n-grams a word's vector is its row."""
    dim, model = table.shape[1], 3 if labels else 2
    outputs = labels or words
    output = np.zeros((len(outputs), dim), np.float32) if output is None else output
    parts = [
        struct.pack(
            "<2i12id", 793712314, version, dim, 5, 5, 1, 5, 1, loss, model, buckets, 3, maxn, 100, 1e-4
        )
    ]
    parts.append(struct.pack("<3i2q", len(words) + len(labels), len(words), len(labels), 99, pruned))
    parts += [word + b"\0" + struct.pack("<qb", 7, 0) for word in words]
    parts += [label + b"\0" + struct.pack("<qb", 7, 1) for label in labels]
    for matrix in (table, output):
        parts.append(struct.pack("<B2q", quantised, *matrix.shape) + matrix.tobytes())
    return b"".join(parts)


FORMATS = {
    "glove": glove,
    "word2vec-text": word2vec_text,
    "word2vec-binary": word2vec_binary,
    "npy": npy,
    "safetensors": safetensors,
    "fasttext-bin": fasttext,
}
TEXT = ("glove", "word2vec-text")


def written(folder: Path, data: bytes, name: str = "vectors") -> Path:
    """A file, with the words beside it where the format has none."""
    path = folder / name
    path.write_bytes(data)
    if data.startswith(b"\x93NUMPY"):
        (folder / "words.txt").write_text("".join(f"{word}\n" for word in WORDS), "utf-8")
    return path
