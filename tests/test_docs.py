"""Pages, docstrings and comments: the names in them exist, links lead somewhere, what is claimed is run.

That their examples pass is tested with the docstrings' examples, in test_house.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "api" not in page.parts),
]
DOCS = PAGES[1:]


def fenced(text: str, language: str) -> list[str]:
    """The blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def resolves(name: str) -> bool:
    """Whether a dotted name is a module or an attribute of one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(value, part):
                return False
            value = getattr(value, part)
        return True
    return False


def test_resolves() -> None:
    assert resolves("embedlab.nnx.Embed")
    assert not resolves("embedlab.nnx.Embedding")
    assert not resolves("embedlab.nowhere")


def not_there(text: str) -> list[str]:
    """Names of the library in a text that stand for nothing."""
    names = set(re.findall(r"\bembedlab(?:\.[A-Za-z_]\w*)+", text))
    return sorted(name for name in names if not resolves(name))


def prose(source: str) -> Iterator[str]:
    """Docstrings and comments of a Python file."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_prose_is_found() -> None:
    source = '"""See `embedlab.a`."""\nx = "embedlab.b"  # no embedlab.c\ndef f():\n  "`embedlab.Dense`"\n'
    assert not_there("\n".join(prose(source))) == ["embedlab.a", "embedlab.c"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_exist(page: Path) -> None:
    missing = not_there(page.read_text(encoding="utf-8"))
    assert not missing, f"{page.name} names what is not there: {missing}"


@pytest.mark.parametrize("folder", ["embedlab", "experiments", "configs", "scripts"])
def test_names_in_docstrings_exist(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    texts = {path: "\n".join(prose(path.read_text(encoding="utf-8"))) for path in files}
    found = {str(path.relative_to(ROOT)): not_there(text) for path, text in texts.items()}
    missing = {path: names for path, names in found.items() if names}
    assert not missing, f"docstrings and comments name what is not there: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!\w+://|#)([^)#\s]+)", text)
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing, f"{page.name} links to what is not there: {missing}"


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_blocks_are_sessions_or_whole_python(page: Path) -> None:
    blocks = fenced(page.read_text(encoding="utf-8"), "python")
    sessions = [block for block in blocks if ">>>" in block]
    assert len(sessions) >= 5, "a page shows what it says"
    for block in blocks:
        if block in sessions:
            assert doctest.DocTestParser().get_examples(block)
        else:
            ast.parse(block)  # another library's side is not run, but it is Python


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_sessions_end_in_an_empty_line(page: Path) -> None:
    # Else Python's own doctest takes the closing fence for output: `python -m doctest docs/tutorial.md`.
    for block in fenced(page.read_text(encoding="utf-8"), "python"):
        assert ">>>" not in block or block.endswith("\n\n"), block
