"""The characters of many words at once, and the hashes of the n-grams that begin at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int8, Num, UInt32

from embedlab.checks import require, require_count

#: FNV-1a, 32 bits.
OFFSET = 2166136261
PRIME = 16777619

# Characters of more than one byte: which, and their second (third, fourth) byte.
_Rest: TypeAlias = list[tuple[Num[np.ndarray, " _"], UInt32[np.ndarray, " _"]]]


def require_sizes(minn: int, maxn: int) -> None:
    """Requires sizes that n-grams may have."""
    require_count("minn", minn, 0)
    require_count("maxn", maxn, 0)
    require(minn <= maxn, "minn", minn, f"the shortest n-gram is longer than the longest, maxn={maxn}")


def hashes(
    lead: UInt32[np.ndarray, " chars"], rest: _Rest, minn: int, maxn: int
) -> UInt32[np.ndarray, "chars sizes"]:
    """Hashes of the n-grams that begin at each character, by n = minn … maxn.

    After step n, `value[c]` is the hash of the n characters from c on. Those that run over a word's end
    are computed too, and are the caller's to leave out.
    """
    total = len(lead)
    value = np.full(total, OFFSET, np.uint32)
    found = np.empty((total, maxn - minn + 1), np.uint32)
    for n in range(1, maxn + 1):
        head = value[: total - n + 1]
        head ^= lead[n - 1 :]
        head *= np.uint32(PRIME)
        for at, byte in rest:
            skip = np.searchsorted(at, n - 1)
            start = at[skip:] - (n - 1)
            value[start] = (value[start] ^ byte[skip:]) * np.uint32(PRIME)
        if n >= minn:
            found[: len(head), n - minn] = head
    return found


class Text(NamedTuple):
    """Wrapped words end to end, by character: its first, second, … byte, signed, and how many it has."""

    layers: list[Int8[np.ndarray, " chars"]]
    width: Int8[np.ndarray, " chars"] | None  # None where all is ASCII: one layer, one byte each

    @classmethod
    def of(cls, words: Sequence[str]) -> Text:
        encoded = utf8(words, "<" + "><".join(words) + ">")
        data = np.frombuffer(encoded, np.int8)
        if encoded.isascii():
            return cls([data], None)
        first = np.flatnonzero((data & np.int8(-64)) != -128)  # 0b10…… continues a character
        width = np.diff(first, append=len(data)).astype(np.int8)
        layers = [data[first]]
        for nth in range(1, int(width.max())):
            at = np.flatnonzero(width > nth)
            layers.append(np.zeros(len(first), np.int8))
            layers[nth][at] = data[first[at] + nth]
        return cls(layers, width)

    def characters(
        self, starts: Num[np.ndarray, " words"], length: int
    ) -> tuple[UInt32[np.ndarray, " chars"], _Rest]:
        """Words of one length: first bytes, then (which, byte) of the second, third, fourth bytes.

        Bytes are sign-extended to 32 bits, as fastText's hash wants them.
        """
        lead = _stretches(self.layers[0], starts, length).astype(np.uint32)
        if self.width is None:
            return lead, []
        width = _stretches(self.width, starts, length)
        rest = []
        for nth in range(1, int(width.max())):
            at = np.flatnonzero(width > nth)
            rest.append((at, _stretches(self.layers[nth], starts, length)[at].astype(np.uint32)))
        return lead, rest


def _stretches(
    layer: Int8[np.ndarray, " chars"], starts: Num[np.ndarray, " words"], length: int
) -> Int8[np.ndarray, " some"]:
    """`length` entries from each start on, end to end. One item of that many bytes each: a plain copy."""
    items = np.ndarray(len(layer) - length + 1, f"V{length}", layer, strides=(1,))
    return items[starts].view(np.int8)


def utf8(words: Sequence[str], text: str) -> bytes:
    """Encodes `text`, made of `words`, and names the word that cannot be encoded."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        bad = next(word for word in words if any("\ud800" <= char <= "\udfff" for char in word))
        remedy = "it holds a lone surrogate, which UTF-8 does not encode; decode with errors='replace'"
        raise ValueError(f"word={bad!r}: {remedy}") from None
