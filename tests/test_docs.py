"""The pages: what they name exists, what they link to is there, and what they claim is run.

That their examples pass is tested with the docstrings' examples, in test_house.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = set(re.findall(r"\bembedlab(?:\.[A-Za-z_]\w*)+", text))
    missing = sorted(name for name in names if not resolves(name))
    assert not missing, f"{page.name} names what is not there: {missing}"


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
