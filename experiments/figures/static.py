"""Writes all figures and tables of some runs into a folder, for papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlab.files import write_whole
from experiments.errors import Mistake, placed
from experiments.figures.everything import draw_all
from experiments.figures.style import styled
from experiments.figures.tables import tables
from experiments.nearest import nearest_first
from experiments.runs.found_run import FoundRun

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
_DOTS = 200  # an inch, of what is no vector
# Nothing of the time or the machine in the files: the same runs give the same bytes.
_METADATA: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}


def formats(given: str) -> tuple[str, ...]:
    """The formats of a list with commas.

    Raises:
        Mistake: one is none of `FORMATS`.

    Example:
        >>> formats("png, pdf")
        ('png', 'pdf')
        >>> formats("pgn")
        Traceback (most recent call last):
        experiments.errors.Mistake: --formats pgn: there is no format 'pgn'; give some of 'png', 'svg',
        'pdf'
    """
    wanted = tuple(dict.fromkeys(word.strip().lower() for word in given.split(",") if word.strip()))
    for word in wanted or ("",):
        if word not in FORMATS:
            raise Mistake(
                f"--formats {given}: there is no format {word!r}; give some of {nearest_first(word, FORMATS)}"
            )
    return wanted


def write(
    runs: Sequence[FoundRun],
    folder: Path,
    wanted: Sequence[str] = FORMATS,
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Path]:
    """Writes `FIGURE.png`, … of each figure, and `TABLE.tex` and `TABLE.md` of each table.

    Args:
        runs: of `experiments.runs.found`.
        folder: made if it is not there; what it holds of the same names is replaced.
        wanted: some of `FORMATS`.
        settings: by the name of a figure, further arguments of its function.
        tell: told the name of each figure before it is drawn.

    Returns:
        The files.

    Raises:
        Mistake: matplotlib is not installed, the folder can't be made, or the runs hold nothing to show.
    """
    drawn = draw_all(runs, settings=settings, tell=tell)
    made = tables(runs)
    if not drawn and not made:
        raise Mistake(
            f"nothing to draw: none of {len(runs)} runs is finished with results, or logged a loss yet. "
            "Start them again by the commands that began them, or give other folders."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Mistake(
            f"--static {folder}: can't be made ({error.strerror}). Give a folder that can."
        ) from None
    files = []
    for name, figure in drawn.items():
        files += [_save(figure, folder / f"{name}.{form}", form) for form in wanted]
    for name, table in made.items():
        files += [
            _text(folder / f"{name}.tex", table.latex()),
            _text(folder / f"{name}.md", table.markdown()),
        ]
    return files


def _save(figure: Figure, path: Path, form: str) -> Path:
    with placed(path), styled():
        write_whole(
            {path: lambda file: figure.savefig(file, format=form, dpi=_DOTS, metadata=_METADATA[form])}
        )
    return path


def _text(path: Path, text: str) -> Path:
    with placed(path):
        write_whole({path: lambda file: file.write(text.encode())})
    return path
