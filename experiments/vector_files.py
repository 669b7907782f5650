"""What the programs that read vectors share: their flags, the file or folder, and how far reading is.

Source: `embedlab.vectors.read` has the same options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.errors import Mistake

if TYPE_CHECKING:
    from embedlab.vectors import Vectors

Progress = Callable[[int, int], None]

#: Of a sentence-transformers folder, the file of its table.
MODEL = "model.safetensors"
#: Of a pretraining of subwords, the whole fastText model beside its vectors.
WHOLE = "model.bin"
#: Flags, and how argparse is told of them.
READING: dict[str, dict[str, Any]] = {
    "from": {"metavar": "FORMAT", "help": "what it is to be read as; told by its bytes"},
    "vocabulary": {"metavar": "FILE", "help": "the words of a .npy or safetensors table"},
    "tensor": {"metavar": "NAME", "help": "of safetensors, the name of the table"},
    "member": {"metavar": "NAME", "help": "of a zip, the name of the file"},
    "dim": {"type": int, "metavar": "N", "help": "numbers of a vector"},
    "limit": {"type": int, "metavar": "N", "help": "read the first N vectors only"},
    "expected-rows": {"type": int, "metavar": "N", "help": "how many vectors there must be"},
    "most-bytes": {"type": int, "metavar": "N", "help": "that a packed file may expand to"},
    "duplicates": {
        "choices": ("first", "last", "error"),
        "help": "which vector of a word that is there twice stays",
    },
    "non-finite": {"choices": ("error", "drop", "zero"), "help": "what becomes of NaN and infinity"},
    "utf8": {"choices": ("strict", "replace"), "help": "what becomes of words that are no UTF-8"},
    "numeric-words": {"action": "store_true", "help": "words of several fields may have numbers in them"},
    "unterminated": {"action": "store_true", "help": "the last line may lack its break"},
}


def add_reading(group: Any) -> None:
    """Adds the flags to a parser, or to a group of one.

    Args:
        group: of argparse.

    Example:
        >>> import argparse
        >>> parser = argparse.ArgumentParser()
        >>> add_reading(parser)
        >>> parser.parse_args(["--limit", "5"]).limit
        5
    """
    for name, settings in READING.items():
        group.add_argument(f"--{name}", **settings)


def reading(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `embedlab.vectors.read` that were given, its format apart.

    Args:
        given: what argparse found.

    Example:
        >>> reading({name.replace("-", "_"): None for name in READING} | {"dim": 50, "unterminated": False})
        {'dim': 50}
    """
    names = [name.replace("-", "_") for name in READING if name != "from"]
    return {name: given[name] for name in names if not (given[name] is None or given[name] is False)}


def open_vectors(
    source: Path, given: Mapping[str, Any], progress: Progress, only: Sequence[str] | None = None
) -> Vectors:
    """Vectors out of a file, of a finished run, or of a sentence-transformers folder.

    Args:
        source: the file or folder.
        given: what argparse found of the flags.
        progress: called with bytes read, and in all.
        only: the words that are wanted; None for all.

    Raises:
        Mistake: flags of files are given for a run.
        ValueError: it can't be read.
    """
    from embedlab.vectors import load, read

    if source.is_dir() and (source / MODEL).is_file():
        source = source / MODEL
    elif source.is_dir():
        require_none(source, given)
        return load(source)
    return read(source, format=given["from"], only=only, progress=progress, **reading(given))


def require_none(source: Path, given: Mapping[str, Any]) -> None:
    """Requires that no flag of files is given for a run.

    Raises:
        Mistake: one is.

    Example:
        >>> require_none(Path("runs/a"), {name.replace("-", "_"): None for name in READING})
    """
    options = {**reading(given), "from": given["from"]}
    named = next((name for name, value in options.items() if value is not None), None)
    if named is not None:
        flag = named.replace("_", "-")
        raise Mistake(f"--{flag}: {source} is the folder of a run, of which all is known; leave it out")
