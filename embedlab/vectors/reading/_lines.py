"""A file of lines in blocks of whole ones, so that any length of file takes the memory of a block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._source import Source

_BLOCK = 1 << 22
_LONGEST = 1 << 22  # bytes of a line
BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Some whole lines.

    Attributes:
        data: their bytes; only the last block of a file may end without a line break.
        offset: bytes of the file before them.
        line: number of the first, from 1 on.

    Example:
        >>> Block(b"cat 1\\n", offset=0, line=1).line
        1

    Source: none.
    """

    data: bytes
    offset: int
    line: int


def blocks(source: Source) -> Iterator[Block]:
    """Whole lines, some megabytes at a time. A byte-order mark at the start is left out.

    Args:
        source: the bytes.

    Yields:
        Blocks that together are the file.

    Raises:
        ValueError: a line has more than 4 MiB.

    Example:
        >>> import io
        >>> [block.data for block in blocks(Source(io.BytesIO(b"a 1\\nb 2"), size=7))]
        [b'a 1\\n', b'b 2']

    Source: none.
    """
    offset, line, kept = 0, 1, b""
    if source.peek(len(BOM)) == BOM:
        offset = len(source.read(len(BOM)))
    while data := source.read(_BLOCK):
        end = data.rfind(b"\n") + 1
        if end:
            block = kept + data[:end]
            yield Block(block, offset, line)
            offset, line, kept = offset + len(block), line + block.count(b"\n"), data[end:]
            continue
        kept += data
        if len(kept) > _LONGEST:
            raise Damaged(f"line {line} has more than {_LONGEST:,} bytes; this is no text file of vectors")
    if kept:
        yield Block(kept, offset, line)
