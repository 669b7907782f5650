"""Finds the documentation strings of an installed package without importing it.

Source files are parsed with `ast`: nothing in them runs, so a package that is slow to import, or that
wants an accelerator, is read all the same, and the result depends on the files alone.

Source: Python's language reference (what a documentation string is).
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

# Tests say little in words, and vendored code is another package's prose under the wrong label.
_LEFT_OUT = re.compile(
    r"""_?(
        tests? | testing | testutils? | conftest | test_\w+ | \w+_tests? | \w+_test_utils? | \w*test_util |
        externals? | vendor(ed)? | third_party | array_api_(compat|extra) | pyprima
    )""",
    re.VERBOSE,
)
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it.

    Args:
        package: its dotted name; below the first part it is a path, so that a namespace package
            (`orbax.checkpoint`) is found as well.

    Raises:
        ValueError: where no such package is installed.

    Example:
        >>> package_folder("optax").name
        'optax'
    """
    top, *below = package.split(".")
    spec = importlib.util.find_spec(top)
    for location in spec.submodule_search_locations or () if spec else ():
        folder = Path(location, *below)
        if folder.is_dir():
            return folder
    raise ValueError(
        f"package={package!r}: not installed in this environment; install the experiments' needs with "
        f"`pip install 'embedlab[experiments]'`, or leave it out of `packages`"
    )


def source_files(folder: Path) -> list[Path]:
    """The Python files below a folder, tests and vendored code left out, in the order of their paths.

    Args:
        folder: a package's folder.

    Example:
        >>> source_files(package_folder("optax"))[0].name
        '__init__.py'
    """
    found = []
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        if not any(_LEFT_OUT.fullmatch(part) for part in parts):
            found.append((parts, path))
    return [path for _, path in sorted(found)]  # rglob's order is the file system's


def docstrings(source: bytes) -> list[str]:
    """The documentation strings of one source file, in its order, indentation cleaned.

    Those of the module, its classes, functions and methods, and the strings handed to `add_newdoc`, which
    is how NumPy and SciPy document what is written in C. A file that this Python cannot parse has none.

    Args:
        source: what the file holds.

    Example:
        >>> docstrings(b'"The module."\\ndef f():\\n  "The function."\\nadd_newdoc("m", "g", "In C.")')
        ['The module.', 'The function.', 'In C.']
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in other people's strings
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [inspect.cleandoc(text) for text in _found(tree)]


def _found(node: ast.AST) -> Iterator[str]:
    """Walks statements only: expressions hold no docstrings, and are most of a tree."""
    if isinstance(node, _DOCUMENTED) and (text := ast.get_docstring(node, clean=False)):
        yield text
    for name in ("body", "handlers", "orelse", "finalbody"):
        for child in getattr(node, name, ()):
            if isinstance(child, ast.Expr):
                yield from _added(child.value)
            else:
                yield from _found(child)


def _added(value: ast.expr) -> Iterator[str]:
    """The texts of `add_newdoc(place, name, text | (method, text) | [(method, text), …])`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "add_newdoc":
        last = value.args[-1] if value.args else None
        entries = last.elts if isinstance(last, ast.List) else [last]
        for entry in entries:
            text = entry.elts[-1] if isinstance(entry, ast.Tuple) and entry.elts else entry
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value
