"""Figures and tables in files: in every format, the same each time, with text that is data."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from experiments.figures.latex import escaped, latex, markdown
from experiments.figures.program import main
from experiments.figures.static import write
from experiments.figures.tables import tables
from experiments.runs.found import found

pytest.importorskip("matplotlib")
_NASTY = r"""\input{secret} $x_1$ & 50 % #1 {a} ~ ^ "q" `w` <b> | [2] * \\ 日本"""


@pytest.fixture(scope="module")
def folder(comparison: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("static") / "figures"
    write(found([comparison]), made, ("svg", "pdf", "png"))
    return made


def test_every_format_is_what_it_says(folder: Path) -> None:
    begin = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}
    for name in ("curves", "pareto", "embedding_map", "confusion"):
        for suffix, first in begin.items():
            assert (folder / name).with_suffix(suffix).read_bytes().startswith(first)


def test_text_in_vector_files_is_text(folder: Path) -> None:
    root = ElementTree.parse(folder / "pareto.svg").getroot()
    said = [text for text in root.itertext() if text.strip()]
    assert "tfidf-logistic" in said and "trainable bytes" in said
    assert b"/Type3" not in (folder / "pareto.pdf").read_bytes().replace(b" ", b"")  # letters as outlines


def test_tables_hold_what_the_comparison_says(comparison: Path, folder: Path) -> None:
    with (comparison / "table.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    lines = (folder / "results.tex").read_text().splitlines()
    cells = {(found := line.removesuffix(r" \\").split(" & "))[0]: found for line in lines if " & " in line}
    for name, row in rows.items():
        score, low, high = (100 * float(row[key]) for key in ("accuracy", "accuracy_low", "accuracy_high"))
        assert cells[name][1] == f"{score:.1f} {{[}}{low:.1f}, {high:.1f}]"
        assert cells[name][5] == f"{int(row['parameters']):,}"
    assert cells["small"][6] == "1.28 kB"
    assert f"| dense | {100 * float(rows['dense']['accuracy']):.1f} " in (folder / "results.md").read_text()


def test_what_a_user_wrote_is_no_command() -> None:
    made = latex(["name", "a"], [[_NASTY, "1"], ["[x]", "2"], ["*", "3"]])
    body = made.splitlines()
    assert len(body) == 9 and made.count("&") - made.count(r"\&") == 4
    assert r"\input" not in made and re.search(r"(?<!\\)[#%$](?!-)", made) is None
    assert body[5].startswith("{[}x]") and body[6].startswith("{*}")
    assert escaped("a\nb\x00") == "a b "
    assert r"\<img src=x\>" not in markdown(["a"], [["<img src=x>"]]) and r"\<img" in markdown(
        ["a"], [["<img>"]]
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(folder: Path, tmp_path: Path) -> None:
    nasty = latex(["name", "a"], [[_NASTY.replace("日本", "é"), "1"], ["[x]", "2"], ["*", "3"]])
    tex = [(folder / f"{name}.tex").read_text() for name in ("results", "quality")]
    head = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n"
    body = "\n\n".join([*tex, nasty])
    (tmp_path / "paper.tex").write_text(f"{head}{body}\n\\end{{document}}\n")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stdout[-2000:]


def test_names_of_one_paper(comparison: Path) -> None:
    made = tables(found([comparison]))
    assert list(made) == ["results", "quality"]
    assert made["quality"].heads[:2] == ["name", "effective rank"]
    assert [row[0] for row in made["quality"].rows] == ["dense", "small"]


def test_the_program_writes_the_same_bytes_again(
    comparison: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(comparison), "--static", str(tmp_path / "new" / "figures"), "--formats", "svg"]
    assert main(words) == 0
    names = {path.name for path in (tmp_path / "new" / "figures").iterdir()}
    assert {"curves.svg", "embedding_map.svg", "results.tex", "results.md"} <= names
    assert "curves.png" not in names
    for name in names:
        assert (tmp_path / "new" / "figures" / name).read_bytes() == (folder / name).read_bytes(), name
    assert "files, of curves, quality" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--static", "x"], "nowhere: there is no such folder"),
        (["{}", "--static", "x", "--formats", "jpg"], "there is no format 'jpg'"),
        (["{}", "--static", "x", "--layout", "mds"], "there is no such layout"),
        (["{}", "--static", "x", "--points", "0"], "--points 0"),
        (["{}", "--static", "x", "--colour"], "--colour"),
        (["{}", "--static", ""], "got an empty text"),
    ],
)
def test_mistakes_are_told(
    comparison: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(comparison) for word in words]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert err.startswith("error: ") and said in err and "Traceback" not in err
