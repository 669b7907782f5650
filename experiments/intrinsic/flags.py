"""The flags of `experiments.evaluate`, and what they mean. Nothing slow is imported up here."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.errors import Mistake
from experiments.process.parser import Parser
from experiments.vector_files import add_reading

if TYPE_CHECKING:
    from experiments.intrinsic.measure import Options
    from experiments.intrinsic.sets import Sets

#: Flags that say what is asked; where there is none of them, all published sets are that are there.
ASKED = ("similarity", "analogies", "categories", "outliers", "words")
_ALL = "all"


def parser(description: str) -> argparse.ArgumentParser:
    """The parser; a wrong flag is a Mistake.

    Args:
        description: what --help begins with.

    Example:
        >>> vars(parser("").parse_args(["a.txt", "--similarity", "men", "x.tsv"]))["similarity"]
        ['men', 'x.tsv']
    """
    made = Parser("python -m experiments.evaluate", description, add_help=False)
    made.add_argument("vectors", metavar="VECTORS", nargs="+", help="one set, or two; give them first")
    _add_asked(made)
    _add_how(made)
    add_reading(made.add_argument_group("how vectors are read"))
    return made


def _add_asked(made: argparse.ArgumentParser) -> None:
    add = made.add_argument_group("what is asked").add_argument
    names = "ws353, ws353-sim, ws353-rel, simlex999, men, rg65, mc30, mturk287, verb143"
    pairs = f"{names}; or files of two words and a number a line"
    add("--similarity", nargs="+", metavar="SET", help=pairs)
    add("--analogies", nargs="+", metavar="SET", help="google; or files of four words a line")
    add("--categories", nargs="+", metavar="FILE", help="files of WORD<TAB>CATEGORY lines")
    groups = "files, or a folder of them: words of a group, an empty line, and its outliers"
    add("--outliers", nargs="+", metavar="FILE", help=groups)
    add("--words", metavar="W1,W2", help="words whose neighbours are shown")
    add("--k", type=int, default=10, metavar="N", help="how many neighbours (10)")


def _add_how(made: argparse.ArgumentParser) -> None:
    add = made.add_argument_group("how").add_argument
    add("--restrict", default="300000", metavar="N", help="to the N most frequent words, or all (300000)")
    case = "fold: words that differ in case alone are one; lower: the sets' words are lowered; exact (fold)"
    add("--case", choices=("fold", "lower", "exact"), default="fold", help=case)
    add("--lower", dest="case", action="store_const", const="lower", help="the same as --case lower")
    unknown = "pairs with an unknown word: left out, of similarity 0, or with the mean vector (skip)"
    add("--unknown", choices=("skip", "zero", "mean"), default="skip", help=unknown)
    add("--method", choices=("3cosadd", "3cosmul"), default="3cosadd", help="of analogies (3cosadd)")
    index = "what searches: exact, faiss, or faiss:FACTORY, which may miss some (exact)"
    add("--index", default="exact", help=index)
    add("--resamples", type=int, default=2000, metavar="N", help="for 95 %% intervals (2000)")
    add("--seed", type=int, default=0, metavar="N", help="of resamples and clusters (0)")
    add("--encoding", default="utf-8", help="of the sets' files (utf-8)")
    add("--workdir", metavar="DIR", help="where summary.json and table.md are written")


def options(given: Mapping[str, Any]) -> Options:
    """How it is asked.

    Args:
        given: what argparse found.

    Raises:
        Mistake: `--restrict` is neither a number nor `all`.
        ValueError: another value does not do.

    Example:
        >>> options(vars(parser("").parse_args(["a.txt", "--restrict", "all"]))).restrict is None
        True
    """
    from experiments.intrinsic.measure import Options

    fields = ("case", "unknown", "method", "resamples", "seed")
    return Options(restrict=_restrict(given["restrict"]), **{field: given[field] for field in fields})


def _restrict(value: str) -> int | None:
    if value == _ALL:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise Mistake(f"--restrict {value}: give a whole number of at least 1, or {_ALL}")
    return int(value)


def sets(given: Mapping[str, Any]) -> Sets:
    """What is asked, read from its files.

    Args:
        given: what argparse found.

    Raises:
        ValueError: a file is not there, or not of its form.

    Example:
        >>> sets(vars(parser("").parse_args(["a.txt", "--words", "cat"]))).asked
        False
    """
    from experiments.data.reading import require_encoding
    from experiments.intrinsic.sets import read_sets

    require_encoding(given["encoding"])
    chosen = any(given[flag] is not None for flag in ASKED)
    pairs, questions, categories, outliers = (given[flag] for flag in ASKED[:4])
    return read_sets(
        (pairs or []) if chosen else None,
        (questions or []) if chosen else None,
        categories or [],
        outliers or [],
        given["encoding"],
    )
