"""House rules that a machine can hold: docstrings, examples, and what may lie in the repository."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import functools
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
    if isinstance(value, property):
        return []
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif not inspect.isclass(value):
        names = list(inspect.signature(plain(value)).parameters)
    elif "__init__" in vars(value) and not is_protocol(value):
        names = list(inspect.signature(value.__init__).parameters)
    else:
        names = []
    # What linen adds to every module's fields is not the author's to explain.
    added = {"parent", "name"} if inspect.isclass(value) else set()
    return [name for name in names if not name.startswith("_") and name not in {"self", "cls", *added}]


def section(doc: str, *titles: str) -> str:
    """The text of the first of the named sections that there is; else nothing."""
    for title in titles:
        found = re.search(rf"^{title}:(.*?)(?=^\S|\Z)", doc, re.MULTILINE | re.DOTALL)
        if found:
            return found[1]
    return ""


def takes_arrays(value: typing.Any) -> bool:
    """Whether its annotations speak of arrays, so that its docstring must speak of shapes."""
    value = value.fget if isinstance(value, property) else value
    notes = getattr(value if inspect.isclass(value) else plain(value), "__annotations__", {})
    return any(re.search(r"(?<!Key)Array\b|ndarray", str(note)) for note in notes.values())


def raises(value: typing.Any) -> bool:
    """Whether its own body raises: with `raise`, or through the helpers that check a field."""
    if is_protocol(value):
        return False
    if inspect.isclass(value):
        written = "__post_init__" if dataclasses.is_dataclass(value) else "__init__"
        return inspect.isfunction(vars(value).get(written)) and raises(vars(value)[written])
    value = value.fget if isinstance(value, property) else value
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(plain(value))))))
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    helped = any(re.fullmatch(r"(?:\w+\.)?require(_\w+)?", name) for name in called)
    return helped or any(isinstance(node, ast.Raise) for node in nodes)


def without_summary(doc: str) -> Iterator[str]:
    lines = doc.splitlines() or [""]
    if not lines[0].rstrip().endswith((".", ":", "?")):
        yield "a one-line summary that ends in a full stop"
    if len(lines) > 1 and lines[1].strip():
        yield "an empty line after the summary"


def unexplained(value: typing.Any, docs: list[str]) -> Iterator[str]:
    """What a caller has to know that none of the docstrings say: arguments, shapes, errors."""
    named = "".join(section(doc, "Args", "Attributes") for doc in docs)
    missing = [key for key in parameters(value) if not re.search(rf"^\s+[*\w, ]*\b{key}\b.*:", named, re.M)]
    if missing:
        yield f"Args or Attributes for {', '.join(missing)}"
    if takes_arrays(value) and not any(re.search(r"\[[^\]\n]*\]|scalar", doc) for doc in docs):
        yield "shapes, as in float [n, dim]"
    if raises(value) and not any(section(doc, "Raises") for doc in docs):
        yield "Raises"


def docstring(value: typing.Any) -> str:
    return inspect.cleandoc(value.__doc__ or "")


def faults(value: typing.Any) -> Iterator[str]:
    """What its docstring lacks. The source may be named once, in the module's docstring."""
    doc = docstring(value)
    yield from without_summary(doc)
    yield from unexplained(value, [doc])
    if is_protocol(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return
    if ">>>" not in section(doc, "Example", "Examples"):
        yield "an Example that runs"
    home = docstring(sys.modules[value.__module__])
    if not any(section(text, "Reference", "References", "Source", "Sources") for text in (doc, home)):
        yield "a Reference or Source"


def methods(owner: type) -> Iterator[tuple[str, typing.Any]]:
    """Public methods and properties written in a class, and what calling an object of it does."""
    for name, member in vars(owner).items():
        if isinstance(member, functools.cached_property):
            member = property(member.func)
        if name != "__call__" and name.startswith("_"):
            continue
        if isinstance(member, property):
            yield name, member
        elif inspect.isroutine(member):
            yield name, getattr(owner, name)


def named_elsewhere(doc: str) -> list[str]:
    """Docstrings of the functions that it refers to, as in "See `embedlab.embed`." """
    return [docstring(named(name)) for name in re.findall(r"\bSee `(embedlab(?:\.\w+)+)`", doc)]


def named(name: str) -> typing.Any:
    """What a dotted name stands for: an attribute of a module before a module."""
    home, _, last = name.rpartition(".")
    return getattr(module(home) if home in MODULES else named(home), last)


def method_faults(owner: type, name: str, method: typing.Any) -> Iterator[str]:
    """What the docstring of a class's method lacks.

    The class may list a property among its attributes, and show a method in its own example; a class that
    can be called shows that in any. Where the docstring says "See" and a function, that one's sections
    count as well.
    """
    doc = docstring(method)
    listed = isinstance(method, property) and re.search(rf"^    {name}: ", docstring(owner), re.M)
    if is_inherited(owner, name) or (listed and not doc):
        return
    yield from without_summary(doc)
    if is_said_by_a_protocol(owner, name, method):
        return
    yield from unexplained(method, [doc, *named_elsewhere(doc)])
    if is_protocol(owner) or isinstance(method, property):
        return
    shown = section(docstring(owner), "Example", "Examples")
    by_owner = ">>>" in shown and (name == "__call__" or f".{name}(" in shown)
    if not by_owner and ">>>" not in section(doc, "Example", "Examples"):
        yield "an Example that runs, here or at the class"


def is_said_by_a_protocol(owner: type, name: str, method: typing.Any) -> bool:
    """Whether a protocol documents, once for all classes, a member of this name and these arguments."""
    if is_protocol(owner):
        return False
    said = (vars(protocol)[name] for protocol in PROTOCOLS if name in vars(protocol))
    return any(parameters(one) == parameters(method) for one in said)


def is_inherited(owner: type, name: str) -> bool:
    """Whether another package's class declares the method, and so says what it is for."""
    parents = [parent for parent in owner.__mro__[1:] if name in vars(parent)]
    return any(not parent.__module__.startswith("embedlab") for parent in parents)


PROTOCOLS = [value for name in MODULES for _, value in public(name) if is_protocol(value)]


@pytest.mark.parametrize("name", [*MODULES, *EXPERIMENTS])
def test_module_has_a_docstring(name: str) -> None:
    assert (module(name).__doc__ or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("name", MODULES)
def test_public_docstrings_are_whole(name: str) -> None:
    require_whole({f"{name}.{key}": list(faults(value)) for key, value in public(name)})


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_of_methods_are_whole(name: str) -> None:
    classes = [(key, value) for key, value in public(name) if inspect.isclass(value)]
    require_whole(
        {
            f"{name}.{key}.{member}": list(method_faults(value, member, method))
            for key, value in classes
            for member, method in methods(value)
        }
    )


def require_whole(found: dict[str, list[str]]) -> None:
    assert not any(found.values()), "\n".join(
        f"{key} lacks {'; '.join(lacks)}" for key, lacks in found.items() if lacks
    )


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


class Lacking:
    """Methods that lack what their names say."""

    def everything(self, table: jaxtyping.Float[np.ndarray, "rows dim"]) -> float:
        """Adds"""
        if table.ndim != 2:
            raise ValueError("table: give a matrix")
        return float(table.sum())

    def argument(self, ids: list[int], *, factor: int) -> None:
        """See `embedlab.embed`.

        Example:
            >>> 1
            1
        """

    @property
    def summary(self) -> int:
        return 1

    def index(self, something_else: int) -> None:
        """Has the name of a method of a protocol, and other arguments."""


class Whole:
    """Methods that lack nothing, each for another reason.

    Attributes:
        listed: a number.

    Example:
        >>> Whole().shown()

    Source: none.
    """

    def shown(self) -> None:
        """Is in the example above."""

    def elsewhere(self, ids: list[int]) -> None:
        """See `embedlab.embed`.

        Example:
            >>> Whole().elsewhere([1])
        """

    def num_ids(self, buffers: dict[str, typing.Any]) -> int:
        """Is a protocol's."""
        return 1

    @property
    def listed(self) -> int:
        return 1


def test_faults_are_found() -> None:
    assert list(faults(whole)) == []
    assert len(list(faults(lacking))) == 4


def test_faults_of_methods_are_found() -> None:
    found = {name: list(method_faults(Lacking, name, method)) for name, method in methods(Lacking)}
    assert {name: len(lacks) for name, lacks in found.items()} == {
        "everything": 5,
        "argument": 1,
        "summary": 1,
        "index": 2,
    }
    assert found["argument"] == ["Args or Attributes for factor"]
    assert len(list(methods(Whole))) == 4
    assert not any(list(method_faults(Whole, name, method)) for name, method in methods(Whole))


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


PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "api" not in page.parts),
]


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
