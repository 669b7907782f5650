"""The words of a table that lies in a file of its own: one a line, or a JSON list, or a tokenizer's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedlab.vectors.reading._errors import Damaged

_MOST = 1 << 31  # bytes
_NAMES = ("words.txt", "vocab.txt", "vocabulary.txt", "vocab.json", "tokenizer.json")


def beside(file: Path) -> Path:
    """The file of words that lies beside a table: of its name, or of one of the usual names.

    `NAME.words.txt` first: `NAME.txt` may as well be the same vectors as text.

    Raises:
        Damaged: there is none.
    """
    for name in (f"{file.stem}.words.txt", f"{file.stem}.txt", *_NAMES):
        if (path := file.with_name(name)) != file and path.is_file():
            return path
    names = ", ".join((f"{file.stem}.words.txt", f"{file.stem}.txt", *_NAMES))
    raise Damaged(
        f"its words are in none of the files beside it ({names}); give vocabulary='FILE', one word a line"
    )


def read_words(path: Path) -> list[bytes]:
    """The words of a file, in order, as UTF-8.

    Args:
        path: `.json` (a list of words, or word → row, or a tokenizer as of the tokenizers library), or
            text, one word a line.

    Raises:
        Damaged: it can't be read, or is none of these.
    """
    try:
        if path.stat().st_size > _MOST:
            raise Damaged(f"vocabulary={str(path)!r}: it has more than {_MOST:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise Damaged(f"vocabulary={str(path)!r}: {error.strerror}; give a file of words") from None
    if path.suffix == ".json":
        return _of_json(data, path)
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines.pop():
        raise Damaged(
            f"vocabulary={str(path)!r}: its last line has no line break, so that it may have been cut off"
        )
    return [line.removesuffix(b"\r") for line in lines]


def _of_json(data: bytes, path: Path) -> list[bytes]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"vocabulary={str(path)!r}: no JSON ({error})") from None
    words = _listed(content)
    if words is None:
        remedy = "give a list of words, a mapping from word to row, or a tokenizer.json"
        raise Damaged(f"vocabulary={str(path)!r}: {remedy}")
    return [word.encode("utf-8", "surrogatepass") for word in words]


def _listed(content: Any) -> list[str] | None:
    """The words of parsed JSON in the order of their rows; None if they are not in it."""
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"].get("vocab")
    if isinstance(content, list):  # of a unigram model: pairs of word and score
        content = [item[0] if isinstance(item, list) and item else item for item in content]
        return content if all(isinstance(word, str) for word in content) else None
    if not isinstance(content, dict):
        return None
    rows = sorted(content.items(), key=lambda item: item[1] if type(item[1]) is int else -1)
    plain = all(type(row) is int and row == i for i, (_, row) in enumerate(rows))
    return [word for word, _ in rows] if plain else None
