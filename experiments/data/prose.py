"""Turns a documentation string into prose that does not name its package.

Code gives a package away through its import lines, and is not language: doctests, fenced and literal
blocks and formulas go. What a sentence calls a package by is masked: names, aliases (`np`, `nn`), dotted
paths (`jax.numpy.sum` becomes `_pkg_.sum`: a path of modules is a signature too) and web addresses.
Style is left as it is ("Parameters" here, "Args:" there, `array_like`, `pytree`): how a package writes,
and about what, is the signal to be learnt.

Source: reStructuredText and Markdown as the packages write them; the choice of what is prose is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: What a name is replaced by.
MASK = "_pkg_"

_FENCE = re.compile(r"^\s*(```|~~~).*?(^\s*\1[^\S\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(  # directives whose indented block is no prose
    r"\.\. (code(-block)?|sourcecode|math|plot|ipython|doctest|test\w+|autosummary|image|figure)::"
)
_DIRECTIVE = re.compile(r"^\s*\.\. (version\w+|deprecated)::\s*v?[\d.]*\w*|^\s*\.\. [\w-]+::")
_UNDERLINE = re.compile(r"^\s*([-=~^\"*#+])\1{2,}[\s\-=~^\"*#+]*$")
_INLINE = re.compile(r":math:`[^`]*`|(?:https?://|www\.|doi:)\S+|:[a-z]+(?::[a-z]+)?:(?=`)")


def prose(docstring: str) -> str:
    """The sentences of a documentation string.

    Drops doctests with their output (up to the next blank line), fenced blocks, literal blocks (indented
    after `::`), code, formula and listing directives, underlines of headings, the markers of other
    directives and roles (their text stays), and web addresses. White space is folded.

    Args:
        docstring: with its indentation cleaned.

    Example:
        >>> prose("Adds numbers.\\n\\nExamples\\n--------\\n>>> add(1, 2)\\n3\\n\\nSee https://x.org/y too.")
        'Adds numbers. Examples See too.'
    """
    lines = _without_blocks(_FENCE.sub("", docstring).splitlines())
    return " ".join(_INLINE.sub(" ", "\n".join(lines)).split())


def _without_blocks(lines: Iterable[str]) -> Iterator[str]:
    """Lines outside of doctests and literal blocks, without mark-up that is no word."""
    doctest, block = False, None  # block: the indentation of the line that opened a literal block
    for line in lines:
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if block is not None and text and indent <= block:
            block = None
        doctest = bool(text) and (doctest or text.startswith((">>>", "In [")))
        if not text or doctest or block is not None or _UNDERLINE.match(line):
            continue
        opens_code = _BLOCK.match(text) is not None
        if opens_code or (text.endswith("::") and not text.startswith("..")):
            block = indent
        if not opens_code:
            yield _DIRECTIVE.sub("", line)


def masker(names: Iterable[str], anywhere: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds what gives a package away; replace its matches by `MASK`.

    A match is a whole identifier that holds a name, with the dotted or slashed path that it begins up to
    the last part (`np.linalg` of `np.linalg.norm`). Case does not matter.

    Args:
        names: aliases, and names that are also parts of ordinary words: they are found between word
            boundaries and underscores (`np`, `np_dtype`, not `inputs`), since a reader may part
            identifiers at their underscores.
        anywhere: names so distinctive that they are found within any identifier (`jaxpr`).

    Example:
        >>> pattern = masker(["np", "numpy"], ["jax"])
        >>> pattern.sub(MASK, "Like np.linalg.norm, to_np, NumPy and jaxpr; not inputs.")
        'Like _pkg_.norm, _pkg_, _pkg_ and _pkg_; not inputs.'
    """
    words, parts = _either(names), _either(anywhere)
    between = rf"(?:\w*_)?{words}(?:_\w*)?(?!\w)"
    name = rf"(?:{between}|\w*?{parts}\w*)"  # "scikit-learn" before its "scikit"
    return re.compile(rf"(?<!\w){name}(?:(?:[./]\w+)+(?=[./]\w))?", re.IGNORECASE)


def _either(names: Iterable[str]) -> str:
    """One of the names, the longest that fits; of no names, what matches nowhere."""
    return f"(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True)) or '(?!)'})"
