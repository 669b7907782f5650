"""Names of classes and labels, as rows give them.

Source: the rules are the project's own: refuse what is doubtful, and say how to mend it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

from experiments.nearest import nearest_first

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def is_number(label: str) -> bool:
    """Whether a label is a finite number, written with a point.

    Example:
        >>> [is_number(label) for label in ("3.5", "-1e-3", "3,5", "nan", "1e999")]
        [True, True, False, False, False]
    """
    return _NUMBER.fullmatch(label) is not None and math.isfinite(float(label))


def some(names: Sequence[str]) -> str:
    """The first of some names, for a message.

    Example:
        >>> some(["a", "b"]), some(list("abcdefg"))
        ("'a', 'b'", "'a', 'b', 'c', 'd', 'e', …")
    """
    return ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")


def one_label(label: str | Sequence[str]) -> str:
    """The one label of a row.

    Args:
        label: a string, or several.

    Raises:
        ValueError: there is none, or there are several.

    Example:
        >>> one_label(("pos",)), one_label("neg")
        ('pos', 'neg')
        >>> one_label(("a", "b"))
        Traceback (most recent call last):
        ValueError: 2 labels ('a', 'b'); give each row one, or choose --task.type labels
    """
    labels = (label,) if isinstance(label, str) else tuple(label)
    if len(labels) > 1:
        shown = ", ".join(map(repr, labels[:3])) + (", …" if len(labels) > 3 else "")
        raise ValueError(f"{len(labels)} labels ({shown}); give each row one, or choose --task.type labels")
    if not labels:
        raise ValueError("no label; label the row, or leave it out")
    if not labels[0].strip():
        raise ValueError("the label is empty; label the row, or leave it out")
    return labels[0]


def require_declared(label: str, declared: Collection[str]) -> None:
    """Requires a label to be among those declared.

    Args:
        label: of a row.
        declared: those there may be.

    Raises:
        ValueError: it is not.

    Example:
        >>> require_declared("natural", ("neg", "pos", "neutral"))
        Traceback (most recent call last):
        ValueError: label 'natural' is none of the classes declared ('neutral', 'neg', 'pos'); mend the row,
        or declare the class with --data.classes
    """
    if label not in declared:
        raise ValueError(
            f"label {label!r} is none of the classes declared ({nearest_first(label, tuple(declared))}); "
            "mend the row, or declare the class with --data.classes"
        )
