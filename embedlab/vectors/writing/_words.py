"""Which words a format can hold, so that they come back; others are refused before anything is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from embedlab.checks import require

_LONGEST = (1 << 16) - 1  # bytes: what readers look for the end of a word in
_MARK = "\ufeff"  # at the beginning of a file it is taken for the file's
_NAMES = {
    **{" ": "a blank", "\t": "a tab", "\0": "a zero byte", "\n": "a line break", "\r": "a line break"},
    **dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "a line break"),
}


class Rule(NamedTuple):
    """What a format can't hold.

    Attributes:
        forbidden: a character of this pattern would be taken for the end of the word, or of the line.
        begins: whether the file begins with the first word, which then must not begin with a byte-order mark.
        longest: bytes that a word has at most; None for any number.

    Example:
        >>> bool(re.search(RULES["glove"].forbidden, "New York"))
        True

    Source: the formats, and what is known of their readers.
    """

    forbidden: str | None
    begins: bool = False
    longest: int | None = _LONGEST


_LINES = r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"  # by Python's idea of lines: other readers have it too
_TEXT = r"[\0 \t\n\v\f\r]"
RULES = {
    "word2vec-text": Rule(_TEXT),
    "fasttext-vec": Rule(_TEXT),
    "glove": Rule(_TEXT, begins=True),
    "word2vec-binary": Rule(r"[\0 \n]"),
    "fasttext-bin": Rule(r"\0"),
    "npy": Rule(_LINES, begins=True, longest=None),
    "safetensors": Rule(None, longest=None),
    "projector": Rule(rf"{_LINES}|\t", begins=True, longest=None),
    "sentence-transformers": Rule(r"\s", longest=None),
}


def encoded(words: Sequence[str], format: str) -> list[bytes]:
    """Words as UTF-8, if the format gives all of them back.

    Args:
        words: those of a table.
        format: a key of `RULES`.

    Returns:
        One item a word.

    Raises:
        ValueError: the format can't hold a word; it is named, and a format that can hold it.

    Example:
        >>> encoded(["New York"], "glove")
        Traceback (most recent call last):
        ValueError: words='New York': it holds a blank, which glove can't give back; leave it out, or write
        'safetensors', which can

    Source: none.
    """
    rule = RULES[format]
    if "" in words:
        require(False, "words", "", "an empty word is one in no file that read takes; leave it out")
    if rule.forbidden and re.search(rule.forbidden, "".join(words)):
        word = next(word for word in words if re.search(rule.forbidden, word))
        found = re.search(rule.forbidden, word)
        assert found
        what = f"it holds {_NAMES.get(found[0], f'the blank {found[0]!r}')}"
        require(False, "words", word, _refusal(what, format))
    if rule.begins and words and words[0].startswith(_MARK):
        what = "it is the first and begins with a byte-order mark"
        require(False, "words", words[0], _refusal(what, format))
    raw = _utf8(words)
    if rule.longest is not None and max(map(len, raw), default=0) > rule.longest:
        row = next(i for i, word in enumerate(raw) if len(word) > rule.longest)
        what = f"it has {len(raw[row]):,} bytes, more than {rule.longest:,}"
        require(False, "words", f"{words[row][:20]}…", _refusal(what, format))
    return raw


def _refusal(what: str, format: str) -> str:
    return f"{what}, which {format} can't give back; leave it out, or write 'safetensors', which can"


def _utf8(words: Sequence[str]) -> list[bytes]:
    try:
        return [word.encode() for word in words]
    except UnicodeEncodeError as error:
        remedy = "it holds a lone surrogate, which UTF-8 does not encode; decode it with errors='replace'"
        raise ValueError(f"words={error.object!r}: {remedy}") from None
