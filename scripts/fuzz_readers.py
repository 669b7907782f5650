"""Damages files of vectors at random, and holds the readers to what the damaged bytes state.

    PYTHONPATH=. python scripts/fuzz_readers.py [--cases 100000] [--seed 0] [--readers glove,npy]

Of each format a small file is made, of real words and of odd ones. Every case is that file with one to three
damages: bits flipped, bytes lost, doubled, moved, put in, cut off, sizes made huge. `embedlab.vectors.read`
reads it, with the format named and with it to be told, and so does a slow reader that is written here from
the formats' descriptions alone. A case passes if both refuse it, or if both give the same words and the same
numbers to the bit; the reader that tells formats may refuse more, or read what is now a whole file of another
format. No case may take more than 5 s, nor memory beyond the limit. Exit status 0 if all pass; else 1, with
the first that do not.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import logging
import math
import re
import resource
import struct
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.vectors import read

Rows = list[tuple[str, list[float]]]

WORDS = (
    "the",
    "of",
    "ö",
    "हु",
    "a.b",
    "1984",
    "<unk>",
    "don't",
    "№5",
    "и",
    "#",
    "0.5",
    "nan",
    "\u00a0x",
    "👍",
)
SECONDS = 5.0


class Refused(Exception):
    """The slow reader's word for a file that is not whole."""


# --- files that nothing is wrong with ------------------------------------------------------------------


def table(draw: np.random.Generator, rows: int = 15, dim: int = 4) -> Rows:
    numbers = draw.normal(0, 1, (rows, dim)).astype(np.float32)
    return [(word, row.tolist()) for word, row in zip(WORDS[:rows], numbers, strict=True)]


def lines(rows: Rows) -> bytes:
    return "".join(f"{word} {' '.join(f'{x:.5g}' for x in row)}\n" for word, row in rows).encode()


def glove(draw: np.random.Generator) -> bytes:
    return lines([*table(draw), (". . .", [0.5, -1.0, 2e-3, 4.0])])


def word2vec_text(draw: np.random.Generator) -> bytes:
    rows = table(draw)
    return f"{len(rows)} {len(rows[0][1])}\n".encode() + lines(rows)


def word2vec_binary(draw: np.random.Generator) -> bytes:
    rows, breaks = table(draw), b"\n" if draw.random() < 0.5 else b""
    records = (word.encode() + b" " + np.float32(row).tobytes() + breaks for word, row in rows)
    return f"{len(rows)} {len(rows[0][1])}\n".encode() + b"".join(records)


def fasttext(draw: np.random.Generator) -> bytes:
    rows, buckets, supervised = table(draw, 8), 5, draw.random() < 0.5
    dim, names = len(rows[0][1]), ["__label__x", "__label__y"] * supervised
    file = io.BytesIO()
    settings = (dim, 5, 5, 1, 5, 1, 3 if supervised else 2, 3 if supervised else 2, buckets, 3, 6, 100)
    file.write(struct.pack("<2i12id", 793712314, 12, *settings, 1e-4))
    file.write(struct.pack("<3i2q", len(rows) + len(names), len(rows), len(names), 99, -1))
    for word, _ in rows:
        file.write(word.encode() + b"\0" + struct.pack("<qb", 3, 0))
    for name in names:
        file.write(name.encode() + b"\0" + struct.pack("<qb", 3, 1))
    for count in (len(rows) + buckets, len(names) or len(rows)):
        file.write(struct.pack("<B2q", 0, count, dim))
        file.write(draw.normal(0, 1, (count, dim)).astype("<f4").tobytes())
    return file.getvalue()


def npy(draw: np.random.Generator) -> bytes:
    file = io.BytesIO()
    np.save(file, np.float32([row for _, row in table(draw)]))
    return file.getvalue()


def safetensors(draw: np.random.Generator) -> bytes:
    rows = table(draw)
    numbers = np.float32([row for _, row in rows])
    header = {
        "__metadata__": {"words": json.dumps([word for word, _ in rows])},
        "embedding.weight": {"dtype": "F32", "shape": numbers.shape, "data_offsets": [0, numbers.nbytes]},
    }
    stated = json.dumps(header).encode()
    stated += b" " * (-len(stated) % 8)
    return struct.pack("<Q", len(stated)) + stated + numbers.tobytes()


# --- slow readers, from the descriptions ---------------------------------------------------------------

NUMBER = re.compile(rb"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.I)


def word_of(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Refused("UTF-8") from None


def finite(rows: list[tuple[bytes, list[float]]]) -> Rows:
    """Rows as they come out: of float32, the first of each word, none with a NaN."""
    found: dict[str, list[float]] = {}
    for raw, numbers in rows:
        word = word_of(raw)
        with np.errstate(over="ignore"):
            cast = np.array(numbers, np.float64).astype(np.float32)
        if not word or not np.isfinite(cast).all():
            raise Refused("no word, or no number")
        found.setdefault(word, cast.tolist())
    return list(found.items())


def parts(line: bytes) -> list[bytes]:
    return [part for part in re.split(rb"[ \t]+", line) if part]


def slow_lines(data: bytes, dim: int | None) -> list[tuple[bytes, list[float]]]:
    if not data.endswith(b"\n"):
        raise Refused("last line")
    rows = []
    for line in data[:-1].split(b"\n"):
        line = line.removesuffix(b"\r").rstrip(b" \t")
        fields = parts(line)
        if dim is None:
            dim = 0
            while dim < len(fields) - 1 and NUMBER.fullmatch(fields[-1 - dim]):
                dim += 1
        if dim < 1 or len(fields) <= dim or line[:1] in (b" ", b"\t"):
            raise Refused("fields")
        values, surplus = fields[-dim:], fields[1:-dim]
        if not all(map(NUMBER.fullmatch, values)) or any(map(NUMBER.fullmatch, surplus)):
            raise Refused("numbers")
        word = re.sub(rb"([ \t]+[^ \t]+){%d}$" % dim, b"", line)
        rows.append((word, [float(value) for value in values]))
    return rows


def slow_glove(data: bytes) -> Rows:
    return finite(slow_lines(data.removeprefix(b"\xef\xbb\xbf"), None))


def slow_header(line: bytes) -> tuple[int, int]:
    found = re.fullmatch(rb"[ \t]*(-?[0-9]{1,18})[ \t]+(-?[0-9]{1,18})[ \t]*\r?", line)
    if not found or int(found[1]) < 1 or int(found[2]) < 1:
        raise Refused("header")
    return int(found[1]), int(found[2])


def slow_word2vec_text(data: bytes) -> Rows:
    line, _, rest = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    rows, dim = slow_header(line)
    if dim > len(data):
        raise Refused("header")
    found = slow_lines(rest, dim)
    if len(found) != rows:
        raise Refused("rows")
    return finite(found)


def slow_word2vec_binary(data: bytes) -> Rows:
    line, there, rest = data.partition(b"\n")
    if len(line) > 63 or not there:
        raise Refused("header")
    rows, dim = slow_header(line)
    found: list[tuple[bytes, list[float]]] = []
    breaks = None
    for _ in range(rows):
        word, space, rest = rest.partition(b" ")
        if not space or len(rest) < 4 * dim or b"\n" in word:
            raise Refused("record")
        numbers, rest = struct.unpack(f"<{dim}f", rest[: 4 * dim]), rest[4 * dim :]
        if breaks is None:
            breaks = rest.startswith(b"\n")
        if breaks and not rest.startswith(b"\n"):
            raise Refused("break")
        rest = rest[breaks:]
        found.append((word, list(numbers)))
    if rest:
        raise Refused("end")
    return finite(found)


class Bytes:
    """Bytes that are taken one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, form: str) -> Any:
        size = struct.calcsize(form)
        if len(self.data) < size:
            raise Refused("cut off")
        found, self.data = struct.unpack(form, self.data[:size]), self.data[size:]
        return found if len(found) > 1 else found[0]


def slow_matrix(file: Bytes) -> np.ndarray:
    if file.take("<B"):
        raise Refused("quantised")
    rows, dim = file.take("<2q")
    if rows < 0 or dim < 1 or rows * dim * 4 > len(file.data):
        raise Refused("matrix")
    numbers, file.data = file.data[: rows * dim * 4], file.data[rows * dim * 4 :]
    return np.frombuffer(numbers, "<f4").reshape(rows, dim)


def fnv(text: bytes) -> int:
    value = 2166136261
    for byte in text:
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
        value = value * 16777619 % 2**32
    return value


def slow_fasttext(data: bytes) -> Rows:
    file = Bytes(data)
    magic, version = file.take("<2i")
    if magic != 793712314 or version not in (11, 12):
        raise Refused("version")
    dim, *_, loss, model, buckets, minn, maxn, _, _ = file.take("<12id")
    size, words, labels, tokens, pruned = file.take("<3i2q")
    sizes = words >= 1 and labels >= 0 and size == words + labels and tokens >= 0 and pruned <= 0
    if (
        minn > maxn > 0
        or loss not in (1, 2, 3, 4)
        or model not in (1, 2, 3)
        or dim < 1
        or buckets < 0
        or minn < 0
        or not sizes
    ):
        raise Refused("settings")
    if not 0 <= maxn < 65536:
        raise Refused("settings")
    maxn = 0 if version == 11 and model == 3 else maxn
    names = []
    for i in range(size):
        name, there, file.data = file.data.partition(b"\0")
        count, kind = file.take("<qb")
        if not there or kind != (i >= words) or count < 0:
            raise Refused("entry")
        names.append(name)
    rows, output = slow_matrix(file), slow_matrix(file)
    if rows.shape != (words + buckets, dim) or output.shape != (labels if model == 3 else words, dim):
        raise Refused("shapes")
    if file.data:
        raise Refused("end")
    found = []
    for i, name in enumerate(names[:words]):
        taken = [i]
        text = f"<{word_of(name)}>"
        for start in range(len(text)):
            for n in range(max(minn, 1), maxn + 1):
                lone = n == 1 and start in (0, len(text) - 1)
                if buckets and start + n <= len(text) and not lone and name != b"</s>":
                    taken.append(words + fnv(text[start : start + n].encode()) % buckets)
        total = np.zeros(dim, np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            for row in taken:
                total += rows[row]
            found.append((name, (total / np.float32(len(taken))).tolist()))
    return finite(found)


def slow_npy(data: bytes) -> Rows:
    file = io.BytesIO(data)
    try:
        numbers = np.load(file, allow_pickle=False)
    except Exception:
        raise Refused("numpy") from None
    if not isinstance(numbers, np.ndarray) or numbers.ndim != 2 or numbers.dtype.kind != "f" or file.read():
        raise Refused("array")
    if len(numbers) != len(WORDS) or not numbers.shape[1]:
        raise Refused("words")
    numbers = numbers.astype(np.float64)
    return finite([(word.encode(), row.tolist()) for word, row in zip(WORDS, numbers, strict=True)])


def slow_safetensors(data: bytes) -> Rows:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:  # the library is the description: what it refuses is refused
        found = load(data)
        header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error):
        raise Refused("safetensors") from None
    matrices = [x for x in found.values() if x.ndim == 2 and 0 not in x.shape]
    if len(matrices) != 1 or matrices[0].dtype.kind != "f":
        raise Refused("matrix")
    try:
        words = json.loads(header["__metadata__"]["words"])
    except (ValueError, KeyError, TypeError):
        raise Refused("words") from None
    listed = isinstance(words, list) and all(isinstance(word, str) for word in words)
    if not listed or len(words) != len(matrices[0]):
        raise Refused("words")
    numbers = matrices[0].astype(np.float64)
    try:
        return finite([(word.encode(), row.tolist()) for word, row in zip(words, numbers, strict=True)])
    except UnicodeEncodeError:
        raise Refused("surrogate") from None


FORMATS: dict[str, tuple[str, Callable[[np.random.Generator], bytes], Callable[[bytes], Rows]]] = {
    "glove": ("glove", glove, slow_glove),
    "word2vec-text": ("word2vec-text", word2vec_text, slow_word2vec_text),
    "word2vec-binary": ("word2vec-binary", word2vec_binary, slow_word2vec_binary),
    "fasttext-bin": ("fasttext-bin", fasttext, slow_fasttext),
    "npy": ("npy", npy, slow_npy),
    "safetensors": ("safetensors", safetensors, slow_safetensors),
    "gzip": (
        "word2vec-text",
        lambda draw: gzip.compress(word2vec_text(draw), 1, mtime=0),
        slow_word2vec_text,
    ),
}


# --- damages -----------------------------------------------------------------------------------------

TOKENS = (
    *(b"\n", b"\r\n", b"\r", b" ", b"\t", b"\0", b"nan", b"inf", b"-inf", b"1e999", b"1_0", b"0x1p3", b"+1"),
    *(b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\n\n", b"  ", b"1000000000000", b"-1", b"0", b".", b"1e-400"),
    *(
        b"the 1 2 3 4\n",
        b"\x80\x04",
        b"\x93NUMPY",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"__metadata__",
        b"\xed\xa0\x80",
    ),
)


def damaged(data: bytes, draw: np.random.Generator) -> bytes:
    """A file with one damage more."""
    size = max(1, len(data))
    # Half of them near the beginning, where headers and sizes are.
    at = int(draw.integers(min(size, 80)) if draw.random() < 0.5 else draw.integers(size))
    length = int(draw.integers(1, 40))
    kind = draw.integers(9)
    if kind == 0 and data:
        return data[:at] + bytes([data[at] ^ 1 << int(draw.integers(8))]) + data[at + 1 :]
    if kind == 1 and data:
        return data[:at] + draw.bytes(1) + data[at + 1 :]
    if kind == 2:
        return data[:at] + data[at + length :]
    if kind == 3:
        return data[:at] + draw.bytes(length) + data[at:]
    if kind == 4:
        return data[: int(draw.integers(size))]
    if kind == 5:  # a stretch twice
        return data[: at + length] + data[at:]
    if kind == 6:  # a line, or what is between two breaks, elsewhere
        pieces = data.split(b"\n")
        pieces.insert(int(draw.integers(len(pieces))), pieces.pop(int(draw.integers(len(pieces)))))
        return b"\n".join(pieces)
    if kind == 7:
        sizes = (0, 1, -1, 2**31 - 1, -(2**31), 2**40, 10**12, -(2**63), 2**63 - 1, 5, 16)
        number = int(draw.choice(np.array(sizes)))
        form = "<q" if not -(2**31) <= number < 2**31 or draw.random() < 0.5 else "<i"
        return data[:at] + struct.pack(form, number) + data[at + struct.calcsize(form) :]
    token = TOKENS[int(draw.integers(len(TOKENS)))]
    return data[:at] + token + data[at + (len(token) if draw.random() < 0.5 else 0) :]


# --- both readers, side by side ------------------------------------------------------------------------


def fast(path: Path, format: str | None) -> tuple[str, Rows]:
    """The format that a file was read as, and what it gave."""
    try:
        found = read(path, format=format)  # type: ignore[arg-type]
    except ValueError as error:
        if not str(error).startswith(f"path={str(path)!r}: "):
            raise
        raise Refused(str(error)) from None
    assert found.report is not None
    return found.report.format, list(zip(found.words, found.matrix.tolist(), strict=True))


def outcome(reader: Callable[[], Any]) -> Any:
    """What a reader gives; None if it refuses."""
    try:
        return reader()
    except Refused:
        return None


def stated(data: bytes, name: str, as_format: str) -> Rows:
    """What bytes state as a file of a format, by its slow reader."""
    if name == "gzip":
        try:
            data = gzip.decompress(data)
        except Exception:
            raise Refused("gzip") from None
    return FORMATS[as_format][2](data)


def same(a: Rows | None, b: Rows | None) -> bool:
    if a is None or b is None:
        return a is b
    if [word for word, _ in a] != [word for word, _ in b]:
        return False
    # Signed zeros are told apart too.
    bits = [[math.copysign(1, x) for x in row] for rows in (a, b) for _, row in rows]
    return [row for _, row in a] == [row for _, row in b] and bits[: len(a)] == bits[len(a) :]


def case(name: str, seed: int, folder: Path) -> tuple[str | None, float, bool]:
    """What is wrong with one case, if anything; its seconds; and whether the file was refused."""
    format, make, _ = FORMATS[name]
    draw = np.random.default_rng((seed, *name.encode()))
    data = make(draw)
    for _ in range(int(draw.choice([1, 1, 2, 3]))):
        data = damaged(data, draw)
    path = folder / "file"
    path.write_bytes(data)

    if name == "gzip" and not data.startswith(b"\x1f\x8b"):
        return None, 0.0, True  # no longer compressed: another file altogether
    truth = outcome(lambda: stated(data, name, format))
    start = time.perf_counter()
    try:
        named = outcome(lambda: fast(path, format))
        told = outcome(lambda: fast(path, None))
    except Exception as error:
        return f"{type(error).__name__}: {error}", time.perf_counter() - start, False
    seconds = time.perf_counter() - start
    if not same(named and named[1], truth):
        return f"{named} where {truth} is stated", seconds, False
    if told is not None and not same(told[1], outcome(lambda: stated(data, name, told[0]))):
        return f"by its bytes: {told}, which is not what is stated", seconds, False
    if seconds > SECONDS:
        return f"{seconds:.1f} s", seconds, False
    return None, seconds, truth is None


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100_000, help="of each reader")
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    parser.add_argument("--readers", default=",".join(FORMATS))
    parser.add_argument(
        "--limit-mb", type=int, default=700, help="memory beyond what the program begins with"
    )
    given = parser.parse_args()
    logging.getLogger("embedlab").setLevel(logging.ERROR)  # of duplicates, of which there will be many
    warnings.simplefilter("ignore")  # of headers of `.npy` that are nearly Python, and of NaN that is cast
    with open("/proc/self/statm") as file:
        begun = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun + given.limit_mb * 2**20, resource.RLIM_INFINITY))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in given.readers.split(","):
            beside = "".join(f"{word}\n" for word in WORDS) if name == "npy" else ""
            (Path(folder) / "file.txt").write_text(beside, "utf-8")
            wrong, slowest, refused = [], 0.0, 0
            for seed in range(given.seed, given.seed + given.cases):
                what, seconds, refusal = case(name, seed, Path(folder))
                slowest, refused = max(slowest, seconds), refused + refusal
                if what is not None:
                    wrong.append((seed, what))
            told = f"{name}: {given.cases} cases, {refused} refused, {len(wrong)} wrong"
            print(f"{told}, slowest {slowest:.2f} s", flush=True)
            for seed, what in wrong[:5]:
                print(f"  seed {seed}: {what[:400]}")
            failed += len(wrong)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
