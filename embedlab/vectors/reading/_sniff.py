"""Which format a file's bytes are of, by what they say; its name is not asked."""

from __future__ import annotations

import os
import shlex
import struct
from typing import Literal

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._lines import BOM
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading._text import dim_of, fields, header, is_number

Format = Literal["word2vec-text", "word2vec-binary", "glove", "fasttext-bin", "npy", "safetensors"]

FASTTEXT = 793712314  # the first four bytes of a fastText model
_LONGEST_HEADER = 100_000_000  # of a safetensors file
_LEAST = 1 << 16
_MOST = 1 << 20  # bytes looked at for the end of a line
_PICKLE = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
_CONVERTED = (
    "import sys; from gensim.models import KeyedVectors as K; k = K.load(sys.argv[1]); "
    "getattr(k, 'wv', k).save_word2vec_format(sys.argv[2], binary=True)"  # of a .model, its .wv
)


def sniff(source: Source) -> Format:
    """The format of the bytes to come; they stay.

    Raises:
        Damaged: they are of none that can be read, or those of a pickle.

    Example:
        >>> import io
        >>> sniff(Source(io.BytesIO(b"the 0.1 0.2\\n"), size=12))
        'glove'

    Source: the formats' own descriptions; none but `.npy`, safetensors and fastText's begins with a mark.
    """
    head = source.peek(_LEAST)
    if not head:
        raise Damaged("it is empty")
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(_PICKLE):
        raise Damaged(_pickled(source))
    if head.startswith(b"\x89HDF\r\n"):
        raise Damaged("it is HDF5; save its table with numpy.save, and give the words beside it")
    if _is_safetensors(head):
        return "safetensors"
    if _is_fasttext(head):
        return "fasttext-bin"
    first, second = _first_lines(source)
    if header(first):
        return _with_header(source, first, second)
    if dim_of(first) and b"\0" not in first:
        return "glove"
    raise Damaged(
        f"its first bytes, {head[:40]!r}, are those of no format that is known here: word2vec (text or "
        "binary), GloVe, fastText (.vec or .bin), .npy, safetensors"
    )


def _pickled(source: Source) -> str:
    name = "FILE" if source.file is None else os.fspath(source.file)
    return (
        "it is a pickle, as gensim's save() makes, and reading one would run whatever is in it. If you trust "
        f'it, convert it where gensim is: python -c "{_CONVERTED}" {shlex.quote(name)} '
        f"{shlex.quote(name + '.bin')}"
    )


def _is_safetensors(head: bytes) -> bool:
    return len(head) > 9 and 2 <= int.from_bytes(head[:8], "little") <= _LONGEST_HEADER and head[8:9] == b"{"


def _is_fasttext(head: bytes) -> bool:
    """A model of fastText: its mark, or, of the versions before there was one, settings that make sense."""
    if len(head) < 56:
        return head[:4] == struct.pack("<i", FASTTEXT)
    if struct.unpack_from("<i", head)[0] == FASTTEXT:
        return True
    dim, window, epoch, min_count, negatives, ngrams, loss, model, _, minn, maxn, _ = struct.unpack_from(
        "<12i", head
    )
    small = 0 < dim < 1 << 16 and all(0 <= x < 1 << 16 for x in (window, epoch, min_count, negatives, ngrams))
    return small and loss in (1, 2, 3) and model in (1, 2, 3) and 0 <= minn < 64 and 0 <= maxn < 64


def _first_lines(source: Source) -> tuple[bytes, bytes]:
    """The first two lines, as far as they end within some megabytes."""
    size = _LEAST
    while True:
        head = source.peek(size).removeprefix(BOM)
        first, broken, rest = head.partition(b"\n")
        second, ended, _ = rest.partition(b"\n")
        if (broken and (ended or header(first) is None)) or size >= _MOST or len(source.peek(size)) < size:
            return first, second
        size *= 16


def _with_header(source: Source, first: bytes, second: bytes) -> Format:
    """Text or binary, behind a header: what a first word's numbers look like tells."""
    stated = header(first)
    assert stated is not None
    dim = stated[1]
    parts = fields(second)
    as_text = len(parts) > dim and all(map(is_number, parts[-dim:])) if dim > 0 else False
    # Numbers of a binary file are bytes of any kind: that all are digits, signs and blanks does not happen.
    printable = second.translate(None, b"\t\r") == bytes(c for c in second if c >= 32 and c != 127)
    if as_text or (printable and second and _is_utf8(second)):
        return "word2vec-text"
    return "word2vec-binary"


def _is_utf8(line: bytes) -> bool:
    """Of a few numbers of a binary file, all bytes may look like letters of some code; not like UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
