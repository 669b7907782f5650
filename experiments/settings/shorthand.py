"""`--data csv:reviews.csv`: the kind of a source and its first field in one word.

Source: the form is that of URLs, and of `tfds:NAME` elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from experiments.data import Source
from experiments.errors import Mistake
from experiments.settings import codec
from experiments.settings.schema import TYPE, choices, did_you_mean, fields_of

#: The field of a config that takes a shorthand.
KEY = "data"

#: `--vectors FILE` is `--transfer.vectors FILE`.
VECTORS = "vectors"

#: What the help says of it.
HELP = (
    f"--{KEY} TYPE:PATH",
    "another data set, as csv:reviews.csv or tfds:imdb_reviews: the type and its first field; every other "
    f"field has its default, unless a flag --{KEY}.… is given beside it",
)

_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "fasttext",
    ".zip": "folders",
}


def expand(given: dict[str, str], raw: dict[str, Any]) -> None:
    """Takes `--data TYPE:PATH` and `--vectors FILE` out of what is given, and puts what they stand for there.

    The values of the config's own source are left behind: a test set, or names of columns, would be another
    data set's.

    Args:
        given: name → value, both as text; changed.
        raw: the config's JSON values; changed.

    Raises:
        Mistake: an unknown type, no type or path, or another flag that gives the same.

    Example:
        >>> given, raw = {"data": "csv:a.csv", "data.label": "stars"}, {}
        >>> expand(given, raw)
        >>> given, raw["data"]["type"], raw["data"]["text"]
        ({'data.label': 'stars', 'data.path': 'a.csv'}, 'csv', 'text')
    """
    if VECTORS in given:
        key = f"transfer.{VECTORS}"
        if key in given:
            raise Mistake(f"--{VECTORS} and --{key} say the same; give one of them")
        given[key] = given.pop(VECTORS)
        if given.get(f"embedding.{TYPE}") == "subword":
            given.setdefault("embedding.buckets", "1")  # which the file tells
    if KEY not in given:
        return
    word = given.pop(KEY)
    name, colon, value = word.partition(":")
    kinds = choices(Source)
    if name not in kinds:
        raise Mistake(_unknown(word, name if colon else "", kinds))
    first = next(iter(fields_of(kinds[name])))
    if not value and not _needs_nothing(kinds[name]):
        raise Mistake(f"--{KEY} {word}: {first} is missing; write --{KEY} {name}:{first.upper()}")
    for key in (f"{KEY}.{TYPE}", f"{KEY}.{first}") if value else (f"{KEY}.{TYPE}",):
        if key in given:
            raise Mistake(f"--{KEY} {word} and --{key} {given[key]} say the same; give one of them")
    raw[KEY] = {TYPE: name, **codec.defaults(kinds[name])}
    if value:
        given[f"{KEY}.{first}"] = value


def with_type(word: str) -> str:
    """`TYPE:PATH` as it is; a path alone with the type that its name tells before it.

    Args:
        word: what was given.

    Example:
        >>> with_type("reviews.csv.gz"), with_type("fasttext:reviews.csv"), with_type("notes.doc")
        ('csv:reviews.csv.gz', 'fasttext:reviews.csv', 'notes.doc')
    """
    known = word.partition(":")[0] in choices(Source)
    kind = "" if known else _by_name(word)
    return f"{kind}:{word}" if kind else word


def _by_name(path: str) -> str:
    """The type that a file's name tells; empty where it tells none."""
    suffixes = [suffix for suffix in PurePath(path).suffixes if suffix != ".gz"]
    return _BY_SUFFIX.get(suffixes[-1].lower(), "") if suffixes else ""


def _needs_nothing(kind: type) -> bool:
    """Whether a source can be made of its defaults."""
    try:
        kind()
    except (TypeError, ValueError):
        return False
    return True


def _unknown(word: str, name: str, kinds: Mapping[str, type]) -> str:
    """What is wrong with a word that begins with no known type."""
    fit = _by_name(word)
    meant = did_you_mean(name or word, kinds, f"--{KEY} ").rstrip("?")
    if name and meant:
        meant += f"{word.removeprefix(name)}?"
    elif fit and not name:
        meant = f"; did you mean --{KEY} {fit}:{word}?"
    elif meant:
        meant += ":…?"
    return f"--{KEY} {word}: expected TYPE:PATH, where TYPE is one of {', '.join(kinds)}{meant}"
