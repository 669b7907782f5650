"""Files of words by category, and of groups with outliers.

Source: the forms of the sets that are used: word and category a line; and Camacho-Collados & Navigli's 8-8-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedlab.quality import OutlierSet
from experiments.data.reading import text_lines
from experiments.intrinsic.lines import numbered, parted, require_file, separator

_HEADERS = {"category", "class", "label", "concept", "cluster"}


def read_categories(path: Path, encoding: str = "utf-8") -> tuple[tuple[str, str], ...]:
    """Reads words and their categories, one a line, parted by a tab, a comma or a blank.

    A first line `word category` is a header, and lines that begin with # are remarks.

    Args:
        path: the file.
        encoding: of the file.

    Raises:
        ValueError: a line has another form, with its number; or there are fewer than two categories.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "words.tsv"
        >>> _ = path.write_text("cat\\tanimal\\noak\\ttree\\n")
        >>> read_categories(path)
        (('cat', 'animal'), ('oak', 'tree'))
    """
    found: list[tuple[str, str]] = []
    sign: str | None = None
    first = True
    for number, line in numbered(path, "--categories", encoding):
        if line.startswith("#"):
            continue
        sign = separator(line) if first else sign
        fields = parted(line, sign)
        if first and len(fields) == 2 and fields[1].casefold() in _HEADERS:
            first = False
            continue
        first = False
        if len(fields) != 2 or not all(fields):
            raise ValueError(
                f"{path}, line {number}: {line[:60]!r} has {len(fields)} fields; write a word and its "
                "category, with a tab between"
            )
        found.append((fields[0], fields[1]))
    kinds = len({category for _, category in found})
    if kinds < 2:
        raise ValueError(f"{path}: {len(found)} words in {kinds} categories; give words of two or more")
    return tuple(found)


def read_outliers(paths: Sequence[Path], encoding: str = "utf-8") -> tuple[OutlierSet, ...]:
    """Reads groups: words that belong together, one a line, an empty line, and words that do not.

    Several groups of one file follow each other, with an empty line between.

    Args:
        paths: files, or folders of them (all their `.txt`).
        encoding: of the files.

    Raises:
        ValueError: a file or a folder holds no group, or a group has no outliers.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "colours.txt"
        >>> _ = path.write_text("red\\nblue\\n\\ndog\\n")
        >>> read_outliers([path])
        (OutlierSet(words=('red', 'blue'), outliers=('dog',), name='colours'),)
    """
    files = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    return tuple(group for file in files for group in _groups(file, encoding))


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.txt"))
    if not found:
        raise ValueError(f"--outliers {folder}: there is no .txt in this folder; give files, or their folder")
    return found


def _groups(path: Path, encoding: str) -> list[OutlierSet]:
    require_file(path, "--outliers")
    blocks: list[list[str]] = [[]]
    for line in text_lines(path, encoding, "--encoding"):
        if word := line.strip():
            blocks[-1].append(word)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if not blocks or len(blocks) % 2:
        raise ValueError(
            f"{path}: it holds {len(blocks)} blocks of words; write the words of a group, an empty line, and "
            "its outliers, so that there are two blocks a group"
        )
    several = len(blocks) > 2
    return [
        OutlierSet(tuple(words), tuple(outliers), f"{path.stem} {number}" if several else path.stem)
        for number, (words, outliers) in enumerate(zip(blocks[::2], blocks[1::2], strict=True), 1)
    ]
