"""Files of analogies.

Source: the form of word2vec's questions-words.txt.
"""

from __future__ import annotations

from pathlib import Path

from embedlab.quality import Question
from experiments.intrinsic.lines import numbered


def read_questions(path: Path, encoding: str = "utf-8") -> tuple[Question, ...]:
    """Reads analogies, four words a line, in sections that begin with `: NAME`.

    Lines before the first of either that begin with // or # are remarks.

    Args:
        path: the file. Where it has no sections, its name is the only one.
        encoding: of the file.

    Raises:
        ValueError: a line has another form, with its number; or there is no question.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "family.txt"
        >>> _ = path.write_text(": kin\\nking queen man woman\\n")
        >>> read_questions(path)
        (Question(a='king', b='queen', c='man', d='woman', section='kin'),)
    """
    found: list[Question] = []
    section, begun = path.stem, False
    for number, line in numbered(path, "--analogies", encoding):
        if not begun and line.startswith(("//", "#")):
            continue
        begun = True
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4:
            raise ValueError(
                f"{path}, line {number}: {line[:60]!r} has {len(words)} words; write four, as in "
                "'king queen man woman', or ': NAME' to begin a section"
            )
        a, b, c, d = words
        found.append(Question(a, b, c, d, section))
    if not found:
        raise ValueError(f"{path}: there is no question in it; give four words a line")
    return tuple(found)
