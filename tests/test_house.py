"""House rules that a machine can hold: docstrings, examples, and what may lie in the repository."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import jaxtyping
import numpy as np
import pytest

import embedlab

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def module_names(package: str) -> list[str]:
    """Every public module of a top-level package, by the files that there are."""
    files = (path.relative_to(ROOT).with_suffix("") for path in sorted((ROOT / package).rglob("*.py")))
    names = (".".join(part for part in file.parts if part != "__init__") for file in files)
    return [name for name in names if "._" not in name]


MODULES = module_names("embedlab")
EXPERIMENTS = module_names("experiments")


def module(name: str) -> types.ModuleType:
    # Not by attribute: a package may export a function of the same name as its submodule.
    return importlib.import_module(name)


# --- docstrings --------------------------------------------------------------------------------------


def public(name: str) -> Iterator[tuple[str, typing.Any]]:
    """Public functions and classes written in a module: those of `__all__`, else without underscore."""
    home = module(name)
    for key in getattr(home, "__all__", vars(home)):
        value = getattr(home, key)
        written_here = getattr(value, "__module__", None) == name
        if written_here and not key.startswith("_") and (inspect.isclass(value) or callable(value)):
            yield key, value


def is_protocol(value: typing.Any) -> bool:
    return bool(getattr(value, "_is_protocol", False))


def plain(value: typing.Any) -> typing.Any:
    """The function under `jit` and other wrappers."""
    return inspect.unwrap(value)


def parameters(value: typing.Any) -> list[str]:
    """Names that the docstring must explain: arguments of a function, fields of a class."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif not inspect.isclass(value):
        names = list(inspect.signature(plain(value)).parameters)
    elif "__init__" in vars(value) and not is_protocol(value):
        names = list(inspect.signature(value.__init__).parameters)
    else:
        names = []
    # self, and what linen adds to every module's fields, are not the author's to explain.
    added = {"self", "parent", "name"} if inspect.isclass(value) else set()
    return [name for name in names if not name.startswith("_") and name not in added]


def section(doc: str, *titles: str) -> str:
    """The text of the first of the named sections that there is; else nothing."""
    for title in titles:
        found = re.search(rf"^{title}:(.*?)(?=^\S|\Z)", doc, re.MULTILINE | re.DOTALL)
        if found:
            return found[1]
    return ""


def takes_arrays(value: typing.Any) -> bool:
    """Whether its annotations speak of arrays, so that its docstring must speak of shapes."""
    notes = getattr(value if inspect.isclass(value) else plain(value), "__annotations__", {})
    return any(re.search(r"Array\b|ndarray", str(note)) for note in notes.values())


def raises(value: typing.Any) -> bool:
    """Whether its own body raises: with `raise`, or through the helpers that check a field."""
    if inspect.isclass(value):
        checks = vars(value).get("__post_init__")
        return checks is not None and raises(checks)
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(plain(value))))))
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    helped = any(re.fullmatch(r"(?:\w+\.)?require(_\w+)?", name) for name in called)
    return helped or any(isinstance(node, ast.Raise) for node in nodes)


def faults(value: typing.Any) -> Iterator[str]:
    """What its docstring lacks. The source may be named once, in the module's docstring."""
    doc = inspect.cleandoc(value.__doc__ or "")
    lines = doc.splitlines() or [""]
    if not lines[0].rstrip().endswith((".", ":", "?")):
        yield "a one-line summary that ends in a full stop"
    if len(lines) > 1 and lines[1].strip():
        yield "an empty line after the summary"
    named = section(doc, "Args", "Attributes")
    missing = [key for key in parameters(value) if not re.search(rf"^\s+[*\w, ]*\b{key}\b.*:", named, re.M)]
    if missing:
        yield f"Args or Attributes for {', '.join(missing)}"
    if takes_arrays(value) and not re.search(r"\[[^\]\n]*\]|scalar", doc):
        yield "shapes, as in float [n, dim]"
    if raises(value) and not section(doc, "Raises"):
        yield "Raises"
    if is_protocol(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return
    if ">>>" not in section(doc, "Example", "Examples"):
        yield "an Example that runs"
    home = inspect.cleandoc(sys.modules[value.__module__].__doc__ or "")
    if not any(section(text, "Reference", "References", "Source", "Sources") for text in (doc, home)):
        yield "a Reference or Source"


@pytest.mark.parametrize("name", [*MODULES, *EXPERIMENTS])
def test_module_has_a_docstring(name: str) -> None:
    assert (module(name).__doc__ or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("name", MODULES)
def test_public_docstrings_are_whole(name: str) -> None:
    found = {key: list(faults(value)) for key, value in public(name)}
    found = {key: lacks for key, lacks in found.items() if lacks}
    text = "\n".join(f"{name}.{key} lacks {'; '.join(lacks)}" for key, lacks in found.items())
    assert not found, text


def documented_by_protocols() -> set[str]:
    """Names of methods that a protocol documents once for all classes that have them."""
    classes = [value for name in MODULES for _, value in public(name) if is_protocol(value)]
    return {key for value in classes for key in vars(value)}


@pytest.mark.parametrize("name", MODULES)
def test_public_methods_have_docstrings(name: str) -> None:
    inherited = documented_by_protocols()
    methods = [
        (f"{key}.{attribute}", method)
        for key, value in public(name)
        if inspect.isclass(value) and not is_protocol(value)
        for attribute, method in vars(value).items()
        if inspect.isroutine(method) and not attribute.startswith("_") and attribute not in inherited
    ]
    bare = [key for key, method in methods if not (inspect.getdoc(method) or "").strip()]
    assert not bare, f"{name}: no docstring at {', '.join(bare)}"


def lacking(value: int) -> int:
    """Doubles"""
    return 2 * value


def whole(table: jaxtyping.Float[np.ndarray, "rows dim"], factor: float) -> np.ndarray:
    """Scales a table.

    Args:
        table: float [rows, dim].
        factor: what to multiply by.

    Raises:
        ValueError: a factor below zero.

    Example:
        >>> whole(np.ones((1, 2)), 2)
        array([[2., 2.]])

    Source: none.
    """
    if factor < 0:
        raise ValueError(f"factor={factor}: give one of at least 0")
    return table * factor


def test_faults_are_found() -> None:
    assert list(faults(whole)) == []
    assert len(list(faults(lacking))) == 4


# --- examples ----------------------------------------------------------------------------------------


def run(test: doctest.DocTest) -> None:
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    with np.printoptions():  # an example that changes how arrays print changes it for itself alone
        failed = runner.run(test, out=report.append).failed
    assert failed == 0, "".join(report)


def examples(name: str) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder().find(module(name), name) if test.examples]


@pytest.mark.parametrize("name", [*MODULES, *EXPERIMENTS])
def test_examples_of_docstrings_run(name: str) -> None:
    for test in examples(name):
        run(test)


def test_no_example_is_passed_over() -> None:
    # doctest skips objects that it does not take for functions of the module: wrapped ones, say.
    documented = {f"{name}.{key}": value.__doc__ or "" for name in MODULES for key, value in public(name)}
    written = {key for key, doc in documented.items() if ">>>" in doc}
    assert written <= {test.name for name in MODULES for test in examples(name)}


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def python_blocks(text: str) -> str:
    """A page with all but its Python sessions blanked, so that line numbers stay."""
    kept, inside = [], False
    for line in text.splitlines():
        fence = line.strip().startswith("```")
        if fence:
            inside = not inside and line.strip() == "```python"
        kept.append(line if inside and not fence else "")
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_pages_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a page may write files
    text = python_blocks(page.read_text(encoding="utf-8"))
    name = str(page.relative_to(ROOT))
    run(doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, name, str(page), 0))


def test_python_blocks_keeps_lines() -> None:
    assert python_blocks("a\n```python\n>>> 1\n1\n```\n```bash\n>>> 2\n```\n") == "\n\n>>> 1\n1\n\n\n\n\n"


def test_shapes_are_checked_while_tests_run() -> None:
    with pytest.raises(jaxtyping.TypeCheckError):
        embedlab.gather({"table": np.ones((2, 2))}, "no lookups")  # type: ignore[arg-type]


# --- the repository ----------------------------------------------------------------------------------

# Written so that no pattern matches its own line.
FORBIDDEN = {
    "a package registry": r"pypi[.]org|pythonhosted[.]org|download[.]pytorch|index[-_]url|find[-]links",
    "a path of one machine": r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+|opt/pyp[i])/|/tm[p]/[a-z]",
}
LARGEST = 300_000  # bytes; data does not belong in the repository


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked cannot be listed")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str, tracked: list[Path]) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"{what} is named:\n" + "\n".join(found)


def test_forbidden_is_found() -> None:
    assert re.search(FORBIDDEN["a package registry"], "https://pypi" + ".org/simple")
    assert re.search(FORBIDDEN["a path of one machine"], "see /home" + "/someone/x")
    assert not re.search(FORBIDDEN["a path of one machine"], "../shared/wor" + "k/x")


def test_no_lock_file_and_no_data(tracked: list[Path]) -> None:
    assert "uv.lock" not in {path.name for path in tracked}
    large = [str(path.relative_to(ROOT)) for path in tracked if path.stat().st_size > LARGEST]
    assert not large, f"over {LARGEST:,} bytes: {large}"
