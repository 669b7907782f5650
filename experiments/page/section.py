"""A part of the page: its title, its template, and what is filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from experiments.page.works import Given


@dataclasses.dataclass(frozen=True)
class Options:
    """What a page is to be like.

    Attributes:
        title: of the page; empty for the names of the workdirs.
        layout: how the embedding is laid out in the plane: "pca", "tsne" or "umap".
        points: how many words a map shows at most.
        neighbours: how many nearest neighbours of a word are kept.
        maps: how many embeddings have a map at most.
        seed: of layouts and clusters.
    """

    title: str = ""
    layout: str = "pca"
    points: int = 50_000
    neighbours: int = 10
    maps: int = 8
    seed: int = 0


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        key: its anchor; lower-case letters.
        title: its heading.
        template: the file in `assets` that shows it.
        values: what the template is given.
        data: what its script is given, as JSON.
    """

    key: str
    title: str
    template: str
    values: Mapping[str, Any]
    data: Any = None


#: Makes a section of what is given, or None where there is nothing to show.
Maker = Callable[[Given, Options], Section | None]
