"""Tables as LaTeX source, for the package booktabs; and as Markdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",
    "[": "{[}",  # which would be an argument at the beginning of a line of a table, as a star would
    "*": "{*}",
    "`": r"\textasciigrave{}",
    "\N{MINUS SIGN}": "$-$",
    "\N{DOWNWARDS ARROW}": r"$\downarrow$",
    "\N{UPWARDS ARROW}": r"$\uparrow$",
    "\N{EN DASH}": "--",
    "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{NO-BREAK SPACE}": "~",
}


def escaped(text: str) -> str:
    """Text as LaTeX prints it to the letter; what a user wrote is never a command.

    Control characters are spaces. Letters beyond ASCII stay: LaTeX reads UTF-8, and prints those that its
    font has.

    Example:
        >>> print(escaped("50 % of a_b \\\\input{x}"))
        50 \\% of a\\_b \\textbackslash{}input\\{x\\}
    """
    plain = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
    return "".join(_SPECIAL.get(letter, letter) for letter in plain)


def latex(heads: Sequence[str], rows: Sequence[Sequence[str]], *, note: str = "", left: int = 1) -> str:
    """A tabular with the rules of booktabs.

    Args:
        heads: of the columns.
        rows: of cells, as plain text.
        note: what stands in a comment above it.
        left: how many columns are of words, and begin at their left; numbers end at their right.

    Example:
        >>> print(latex(["name", "accuracy"], [["a_b", "85.4"]]))
        \\begin{tabular}{lr}
        \\toprule
        name & accuracy \\\\
        \\midrule
        a\\_b & 85.4 \\\\
        \\bottomrule
        \\end{tabular}
        <BLANKLINE>
    """
    comment = "".join(f"% {line}\n" for line in note.splitlines())
    columns = "l" * left + "r" * (len(heads) - left)
    lines = [" & ".join(map(escaped, cells)) + r" \\" for cells in (heads, *rows)]
    body = "\n".join([r"\toprule", lines[0], r"\midrule", *lines[1:], r"\bottomrule"])
    return f"{comment}\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\n"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]], *, note: str = "", left: int = 1) -> str:
    """The same as a Markdown table, with the note below it.

    Example:
        >>> print(markdown(["name", "accuracy"], [["a|b", "85.4"]]))
        | name | accuracy |
        | --- | ---: |
        | a\\|b | 85.4 |
        <BLANKLINE>
    """
    rule = ["---"] * left + ["---:"] * (len(heads) - left)
    lines = [
        f"| {' | '.join(cells)} |"
        for cells in (list(map(_cell, heads)), rule, *(map(_cell, r) for r in rows))
    ]
    below = f"\n{note}\n" if note else ""
    return "\n".join(lines) + "\n" + below


def _cell(text: str) -> str:
    plain = " ".join(text.split())
    for letter in "\\`*_[]<|":
        plain = plain.replace(letter, f"\\{letter}")
    return plain
