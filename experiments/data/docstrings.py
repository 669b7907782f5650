"""The documentation strings of installed packages: real English that needs no network.

A document is one documentation string of a module, class, function or method, and its label is the
package it belongs to. What is left of it is described in `experiments.data.prose`: sentences, with the
names of all packages masked. Vocabulary and house style remain, and are what there is to learn.

The texts are those of the versions installed, so figures compare between runs of one environment.

Source: the packages named in `PACKAGES`.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import gc
import hashlib
import importlib.metadata
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from embedlab.checks import require
from experiments.data.base import Dataset, Progress, Source
from experiments.data.cache import cached
from experiments.data.duplicates import near_duplicate_groups
from experiments.data.parse import docstrings, package_folder, source_files
from experiments.data.prose import MASK, masker, prose
from experiments.nearest import nearest_first
from experiments.tasks import CLASSES, Task


class Package(NamedTuple):
    """A package that is read, and what it is called in sentences.

    Attributes:
        folder: where it lies, as a dotted name.
        distribution: the name that it is installed by, whose version is the package's.
        distinctive: its names that are masked wherever they stand in an identifier.
        aliases: its names that are masked as whole words and between underscores.

    Example:
        >>> PACKAGES["numpy"].aliases
        ('np', 'onp')
    """

    folder: str
    distribution: str
    distinctive: tuple[str, ...]
    aliases: tuple[str, ...] = ()


#: What `pip install embedlab[experiments]` brings, and no other package: class name → package.
PACKAGES = {
    "flax": Package("flax", "flax", ("flax",), ("nn", "nnx", "linen")),
    "jax": Package("jax", "jax", ("jax", "pallas"), ("jnp", "jsp", "lax", "pl", "pltpu", "plgpu", "mosaic")),
    "numpy": Package("numpy", "numpy", ("numpy",), ("np", "onp")),
    "optax": Package("optax", "optax", ("optax",)),
    "orbax": Package("orbax.checkpoint", "orbax-checkpoint", ("orbax",), ("ocp",)),
    "rich": Package("rich", "rich", (), ("rich",)),
    "scipy": Package("scipy", "scipy", ("scipy",), ("sp", "sps")),
    "sklearn": Package(
        "sklearn", "scikit-learn", ("sklearn", "scikit"), ("scikit-learn", "scikit learn", "scikits")
    ),
    "tensorflow_datasets": Package(
        "tensorflow_datasets", "tensorflow-datasets", ("tfds", "tensorflow"), ("tf", "tensorflow datasets")
    ),
}

#: Raised when the reading changes, so that no older parse is taken from the cache.
PARSER_VERSION = 3
#: A document has at least so many words, the mask not counted.
MIN_WORDS = 8

_WORD = re.compile(r"\S*[^\W\d_]{2}\S*")
_GIVE_AWAY = masker(
    names=[alias for package in PACKAGES.values() for alias in package.aliases],
    anywhere=[name for package in PACKAGES.values() for name in package.distinctive],
)
# The first words of every second documentation string of jax.numpy, "JAX implementation of
# :func:`numpy.sum`.": a stamp that says which package it is, however its names are masked.
_STAMP = re.compile(rf"{MASK}(-backend)? implementation of .*?(\.(?=\s)|$)\s*")


@Source.register_subclass("docstrings")
@dataclasses.dataclass(frozen=True)
class Docstrings(Source):
    """Which package does a documentation string come from?

    Equal documents of one package are kept once. Near-duplicates, within a package or across (NumPy's words
    in jax.numpy), form groups, which a split keeps whole. The parse is cached under the packages' versions.

    Attributes:
        packages: names out of `PACKAGES`, each a class.
        max_share: largest share of all documents that one class may hold, in (0, 1]. Of a larger class those
            documents are kept whose hash is smallest: a sample that neither order nor seed changes.

    Raises:
        ValueError: where a name is unknown or given twice, or no data set can keep to the share.

    Example:
        >>> data = Docstrings(packages=("optax", "rich"), max_share=0.6).load()
        >>> data.classes, len(data.texts) > 500
        (('optax', 'rich'), True)
    """

    packages: tuple[str, ...] = tuple(PACKAGES)
    max_share: float = 0.3

    def __post_init__(self) -> None:
        for name in self.packages:
            known = nearest_first(name, list(PACKAGES))
            require(name in PACKAGES, "packages", self.packages, f"no package {name!r}; choose among {known}")
        several = len(set(self.packages)) == len(self.packages) >= 2
        require(several, "packages", self.packages, "name two or more, each once")
        share = not isinstance(self.max_share, bool) and math.isfinite(self.max_share)
        least = 1 / len(self.packages)
        require(
            share and least <= self.max_share <= 1,
            "max_share",
            self.max_share,
            f"give a share of 1/{len(self.packages)} (the number of packages) to 1",
        )

    def load(
        self, progress: Progress | None = None, task: Task = CLASSES, folder: Path | None = None
    ) -> Dataset:
        """Reads the packages' sources, or the cache. `progress` counts packages, then the grouping.

        They are few: whatever the folder, they are kept in memory.

        Raises:
            ValueError: where a package is not installed, or has no documents; or where the task can't learn
                the names of packages.
        """
        classes = tuple(sorted(self.packages))
        reader = task.reader(classes)
        key = {
            "parser": [PARSER_VERSION, MIN_WORDS, *sys.version_info[:2]],
            "versions": {name: _version(name) for name in classes},
        }
        found = cached("docstrings", key, lambda: _read(classes, progress))
        labels = np.array(found["labels"], np.int32)
        kept = _capped(found["texts"], labels, self.max_share)
        for label in labels[kept]:
            reader.add(classes[label])
        targets, names = reader.finish()
        return Dataset(
            name="docstrings",
            texts=tuple(found["texts"][i] for i in kept),
            labels=targets,
            classes=names,
            groups=np.unique(np.array(found["groups"])[kept], return_inverse=True)[1].astype(np.int32),
            near=True,
            task=task,
        )


def documents(name: str) -> list[str]:
    """The documents of one package: prose, masked, long enough, each once, in the order of its sources.

    A sentence "[package] implementation of [name]." is left out, whatever the package.

    Args:
        name: a key of `PACKAGES`.

    Raises:
        ValueError: where the package is not installed, or has no documents.

    Example:
        >>> len(documents("optax")) > 300
        True
    """
    files = source_files(package_folder(PACKAGES[name].folder))
    found = (_told_apart(text) for file in files for text in docstrings(file.read_bytes()))
    kept = dict.fromkeys(text for text in found if _num_words(text) >= MIN_WORDS)
    if not kept:
        raise ValueError(
            f"packages: {name!r} is installed without documentation strings in its sources; install it again "
            f"with `pip install --force-reinstall {PACKAGES[name].distribution}`"
        )
    return list(kept)


def _told_apart(docstring: str) -> str:
    """What is left of a documentation string to tell its package by."""
    return _STAMP.sub("", _GIVE_AWAY.sub(MASK, prose(docstring))).strip()


def _num_words(text: str) -> int:
    return sum(MASK not in word for word in _WORD.findall(text))


def _read(classes: tuple[str, ...], progress: Progress | None) -> dict[str, Any]:
    """All documents, and their groups."""
    tell = progress or (lambda done, total: None)
    texts, labels = [], []
    with _collector_off():
        for number, name in enumerate(classes):
            tell(number, len(classes) + 1)
            own = documents(name)
            texts += own
            labels += [number] * len(own)
        tell(len(classes), len(classes) + 1)
        groups = near_duplicate_groups(texts).tolist()
    tell(len(classes) + 1, len(classes) + 1)
    return {"texts": texts, "labels": labels, "groups": groups}


@contextlib.contextmanager
def _collector_off() -> Iterator[None]:
    """Syntax trees and shingles hold no cycles: looking for some is a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _version(name: str) -> str:
    """The version installed; the folder is looked for only where there is none, to raise its error."""
    try:
        return importlib.metadata.version(PACKAGES[name].distribution)
    except importlib.metadata.PackageNotFoundError:
        return f"unknown, in {package_folder(PACKAGES[name].folder)}"


def _capped(texts: list[str], labels: np.ndarray, max_share: float) -> np.ndarray:
    """Row numbers, ascending, such that no class holds more than its share of them.

    The cap is the largest m with `m ≤ max_share · Σ_c min(n_c, m)`.
    """
    counts = list(collections.Counter(labels.tolist()).values())
    fits = (m for m in range(max(counts), 1, -1) if m <= max_share * sum(min(n, m) for n in counts))
    cap = next(fits, 1)
    order = sorted(range(len(texts)), key=lambda i: hashlib.blake2b(texts[i].encode()).digest())
    room = collections.Counter(dict.fromkeys(labels.tolist(), cap))
    kept = []
    for i in order:
        if room[int(labels[i])]:
            room[int(labels[i])] -= 1
            kept.append(i)
    return np.sort(np.array(kept))
