"""Emoji: the sheet of pictures of an emoji-data package, and the categories that Unicode parts them in.

Source: the form of the packages emoji-datasource-* (emoji.json, and sheets such as sheet_twitter_32.png).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from embedlab.checks import require_count
from experiments.checks import require_bool
from experiments.data.files import existing_file
from experiments.pictures.image import opened, pixels
from experiments.pictures.source import Pictures, Scaled, Source, Tell
from experiments.tasks import CLASSES, Task

_MOST_BYTES = 2**26  # of the JSON
#: Swatches of skin, which are parts of other emoji.
_PARTS = "Component"


class Place(NamedTuple):
    """An emoji, and where its picture lies.

    Attributes:
        name: in words and underscores.
        category: that Unicode puts it in.
        sign: number of the emoji that it is a variant of, itself included.
        column: of the sheet, from 0.
        row: likewise.
    """

    name: str
    category: str
    sign: int
    column: int
    row: int


@Source.register_subclass("emoji")
@dataclasses.dataclass(frozen=True)
class Emoji(Scaled):
    """Emoji with their categories. An emoji and its variants in other colours of skin stay on one side.

    Swatches of skin (Unicode's category Component) are passed over: they are no signs by themselves.

    Attributes:
        path: the file emoji.json of an emoji-data package.
        sheet: its sheet of pictures; empty for sheet_twitter_32.png beside it.
        size: pixels of a picture's side in the sheet; a border of one pixel surrounds each.
        variants: whether variants in other colours of skin are rows as well.

    Raises:
        ValueError: no path, a size or switch that is none, or a field of `Source` is wrong.

    Example:
        >>> Emoji(path="emoji.json").size
        32
    """

    usual: ClassVar[float] = 0.9

    path: str = ""
    sheet: str = ""
    size: int = 32
    variants: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count("size", self.size)
        require_bool("variants", self.variants)

    def load(self, task: Task = CLASSES, tell: Tell | None = None) -> Pictures:
        """See `Source.load`."""
        path = existing_file("path", self.path, holds="the emoji of an emoji-data package")
        beside = str(path.with_name("sheet_twitter_32.png"))
        where = existing_file("sheet", self.sheet or beside, holds="a sheet of pictures")
        places = [place for place in _places(path, self.variants) if place.category != _PARTS]
        if not places:
            raise ValueError(f"{path}: holds no emoji; give the file emoji.json of an emoji-data package")
        sheet, reader, found, kept = opened(where), task.reader(), [], []
        for number, place in enumerate(places):
            drawn = self._cell(path, where, sheet, place)
            if drawn.getchannel("A").getextrema()[1] == 0:
                continue  # this vendor draws none
            reader.add(place.category)
            found.append(pixels(drawn, self.side, self.grey))
            kept.append(place)
            if tell and number % 100 == 0:
                tell(number, len(places))
        if not kept:
            raise ValueError(f"{where}: all is blank; give a sheet of pictures of --data.size={self.size}")
        labels, classes = reader.finish()
        blank = len(places) - len(kept)
        return self.gathered(
            "emoji",
            [place.name for place in kept],
            np.stack(found),
            labels,
            classes,
            task,
            joined=np.array([place.sign for place in kept]),
            notes=(f"{blank:,} emoji without a picture were passed over.",) if blank else (),
        )

    def _cell(self, path: Path, where: Path, sheet: Any, place: Place) -> Any:
        pitch = self.size + 2
        left, top = pitch * place.column + 1, pitch * place.row + 1
        if left + self.size > sheet.size[0] or top + self.size > sheet.size[1]:
            raise ValueError(
                f"{path}: {place.name!r} lies at column {place.column}, row {place.row}, beyond the sheet "
                f"{where} of {sheet.size[0]} × {sheet.size[1]} pixels; give the sheet of this "
                f"package, and its --data.size (it is {self.size})"
            )
        return sheet.crop((left, top, left + self.size, top + self.size))


def _places(path: Path, variants: bool) -> Iterator[Place]:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path}: has more than {_MOST_BYTES:,} bytes; give the file emoji.json")
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: is no JSON ({error}); give the file emoji.json") from None
    if not isinstance(listed, list):
        raise ValueError(f"{path}: is no list of emoji; give the file emoji.json of an emoji-data package")
    for number, one in enumerate(listed):
        where = f"{path}, emoji {number + 1}"
        if not isinstance(one, dict):
            raise ValueError(f"{where}: is no object; give the file emoji.json of an emoji-data package")
        name, category = (_text(where, one, key) for key in ("short_name", "category"))
        yield Place(name, category, number, *_cell_of(where, one))
        others = one.get("skin_variations") if variants else None
        for key, variant in (others if isinstance(others, dict) else {}).items():
            if isinstance(variant, dict):
                yield Place(f"{name}_{key}", category, number, *_cell_of(f"{where}, {key}", variant))


def _text(where: str, one: dict[str, Any], key: str) -> str:
    value = one.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: has no {key!r} in words; mend the file, or leave this emoji out")
    return value.strip()


def _cell_of(where: str, one: dict[str, Any]) -> tuple[int, int]:
    found = tuple(one.get(key) for key in ("sheet_x", "sheet_y"))
    if not all(type(value) is int and 0 <= value < 2**16 for value in found):
        raise ValueError(f"{where}: sheet_x and sheet_y are {found}, no whole numbers of at least 0")
    return found  # type: ignore[return-value]
