"""The map of the embedding: words in the plane, side by side where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlab.base import ABSENT
from experiments.page import embedding_map, layouts
from experiments.page.embedding_map import EmbeddingMap
from experiments.page.packed import base64_of, coordinates, fractions
from experiments.page.sampled import SAMPLE
from experiments.page.section import Options, Section
from experiments.page.works import Given

_NAMES = {"pca": "the first two principal components", "tsne": "t-SNE", "umap": "UMAP"}
_MOST_CLASSES = 60


def section(given: Given, options: Options) -> Section | None:
    """All maps, and what their script needs."""
    with_vectors = [kind for kind in given.kinds if not kind.is_baseline and _has_vectors(kind.first.path)]
    made = [
        found
        for kind in with_vectors[: options.maps]
        if (
            found := embedding_map.make(
                kind, layout=options.layout, points=options.points, k=options.neighbours, seed=options.seed
            )
        )
    ]
    if not made:
        return None
    table = _Words()
    data = {"maps": [_packed(each, made[0], table) for each in made]}
    values = {
        "names": [each.label for each in made],
        "left_out": [kind.label for kind in with_vectors[options.maps :]],
        "notes": _notes(made, options.layout),
        "layout": _NAMES[options.layout],
        "k": options.neighbours,
    }
    return Section("map", "Map of the embedding", "map.html.j2", values, data | {"words": table.words})


def _has_vectors(path: Any) -> bool:
    return bool((path / "vectors" / "vectors.npy").is_file())


class _Words:
    """The words of all maps, each once, by a number."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        """The number of a word, which is given one where it has none."""
        found = self._numbers.setdefault(word, len(self.words))
        if found == len(self.words):
            self.words.append(word)
        return found


def _packed(made: EmbeddingMap, first: EmbeddingMap, table: _Words) -> dict[str, Any]:
    """A map as its script reads it; words by their numbers in the table."""
    numbers = np.array([table.number(made.words[row]) for row in made.rows], np.uint32)
    near = np.array(
        [
            [_NONE if row == ABSENT else table.number(made.words[row]) for row in rows]
            for rows in made.neighbours
        ],
        np.uint32,
    ).reshape(made.neighbours.shape)
    longest = float(made.norms.max(initial=0.0)) or 1.0
    found: dict[str, Any] = {
        "label": made.label,
        "words": base64_of(numbers),
        "places": base64_of(coordinates(_turned(made, first))),
        "k": made.neighbours.shape[1],
        "neighbours": base64_of(near),
        "cosines": base64_of(fractions(made.cosines)),
        "norms": base64_of(fractions(made.norms / longest)),
        "longest": longest,
        "clusters": base64_of(made.clusters.astype(np.uint8)),
        "rank": made.counts is None,
    }
    if made.counts is not None:
        found["counts"] = base64_of(made.counts.astype(np.uint32))
    if made.classes is not None and 0 < len(made.class_names) <= _MOST_CLASSES:
        found |= {"classes": base64_of(made.classes.astype(np.int16)), "class_names": list(made.class_names)}
        found["told"] = "kind of word" if made.are_kinds else "class that holds it most"
    return found


_NONE = 2**32 - 1


def _turned(made: EmbeddingMap, first: EmbeddingMap) -> np.ndarray:
    """The places, turned so that words lie where they do on the first map, as far as turning goes."""
    if made is first:
        return made.places
    words, others = ([each.words[row] for row in each.rows] for each in (made, first))
    return layouts.aligned(made.places, words, first.places, others)


def _notes(made: Sequence[EmbeddingMap], layout: str) -> list[str]:
    """Which words are drawn, and what the layout was given."""
    told = [
        f"Of {each.label} the {len(each.rows):,} {'first' if each.counts is None else 'most frequent'} "
        f"of {len(each.words):,} words are drawn."
        for each in made
        if each.is_sample
    ] or ["All words of the table are drawn."]
    if layout != "pca":
        most = layouts.COMPONENTS
        told.append(f"Vectors of more than {most} numbers went through PCA to {most} before.")
        if any(len(each.rows) > SAMPLE for each in made):
            told.append(
                f"Of more than {SAMPLE:,} words so many, by chance, were laid out, "
                "and the others placed among them."
            )
    return told
