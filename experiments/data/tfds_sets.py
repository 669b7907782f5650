"""Sets that TensorFlow Datasets has prepared on this machine, found by their folders.

A set lies in `DATA_DIR/NAME[/CONFIG]/VERSION`, with a file `features.json`. Finding it so needs neither
TensorFlow nor the code that prepared it, and asks no network.

Source: TensorFlow Datasets 4.9, as it lays out `data_dir`.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
from pathlib import Path
from typing import NamedTuple

from embedlab.checks import require
from experiments.nearest import nearest_first
from experiments.paths import expanded

_NAME = re.compile(
    r"(?P<name>[a-zA-Z]\w*)(/(?P<config>[\w+.-]*\w[\w+.-]*))?(:(?P<version>(\d+|\*)(\.(\d+|\*)){2}))?"
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class Wanted(NamedTuple):
    """What a name asks for: `glue/sst2:2.*.*`.

    Attributes:
        name: the set.
        config: its variant; empty for the only one.
        version: three numbers, of which any may be `*`; empty for the latest.
    """

    name: str
    config: str = ""
    version: str = ""


class Prepared(NamedTuple):
    """A set that is prepared.

    Attributes:
        name: the set.
        config: its variant; empty where it has none.
        version: three numbers.
        folder: where it lies.
    """

    name: str
    config: str
    version: str
    folder: Path

    @property
    def full_name(self) -> str:
        """How it is asked for."""
        return f"{self.name}{'/' if self.config else ''}{self.config}:{self.version}"


def parse_name(name: str) -> Wanted:
    """Parts a name as TensorFlow Datasets writes it.

    Args:
        name: `imdb_reviews`, `glue/sst2`, `glue/sst2:2.0.0` or `imdb_reviews:1.*.*`.

    Raises:
        ValueError: where it is no such name.

    Example:
        >>> parse_name("glue/sst2:2.0.0")
        Wanted(name='glue', config='sst2', version='2.0.0')
    """
    found = _NAME.fullmatch(name)
    remedy = "give NAME, NAME/CONFIG or NAME/CONFIG:VERSION, as imdb_reviews or glue/sst2:2.0.0"
    require(found is not None, "name", name, remedy)
    assert found is not None
    return Wanted(found["name"], found["config"] or "", found["version"] or "")


def default_data_dir() -> Path:
    """Where TensorFlow Datasets keeps its sets: `TFDS_DATA_DIR`, else `~/tensorflow_datasets`.

    Example:
        >>> isinstance(default_data_dir(), Path)
        True
    """
    return expanded(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets")


def prepared(data_dir: Path, name: str = "*") -> list[Prepared]:
    """The sets that are prepared in a folder, by name, variant and version.

    Args:
        data_dir: the folder.
        name: of one set; all by default.

    Example:
        >>> prepared(Path(__file__).parent)
        []
    """
    found = []
    for pattern in (f"{name}/*/features.json", f"{name}/*/*/features.json"):
        for file in data_dir.glob(pattern):
            first, *config, version = file.parent.relative_to(data_dir).parts
            if _VERSION.fullmatch(version):
                found.append(Prepared(first, "".join(config), version, file.parent))
    return sorted(found, key=lambda one: (one.name, one.config, _numbers(one.version)))


def find(name: str, data_dir: Path) -> Prepared:
    """The prepared set that a name asks for, of several versions the latest.

    Args:
        name: as `parse_name` takes it.
        data_dir: where sets lie.

    Raises:
        ValueError: where it is not prepared there; says how to prepare it, and what is. Or where it is there
            in several variants, of which none is named.
    """
    wanted = parse_name(name)
    versions = [one for one in prepared(data_dir, wanted.name) if _fits(one.version, wanted.version)]
    fit = [one for one in versions if one.config == wanted.config]
    if not fit and not wanted.config and len({one.config for one in versions}) == 1:
        fit = versions
    if fit:
        return fit[-1]
    if versions and not wanted.config:
        raise ValueError(
            f"tfds:{name}: prepared in {data_dir} in several variants; name one: "
            f"{', '.join(sorted({f'tfds:{one.name}/{one.config}' for one in versions}))}"
        )
    raise ValueError(_absent(name, wanted, data_dir))


def known_names() -> list[str]:
    """Names of the sets whose code comes with TensorFlow Datasets and runs without TensorFlow.

    Example:
        >>> "imdb_reviews" in known_names()
        True
    """
    spec = importlib.util.find_spec("tensorflow_datasets")  # not imported: that takes a second
    folders = spec.submodule_search_locations if spec else None
    return sorted(
        file.parent.name
        for folder in folders or ()
        for file in Path(folder, "datasets").glob("*/*_dataset_builder.py")
    )


def _absent(name: str, wanted: Wanted, data_dir: Path) -> str:
    """What to do where a set is not prepared."""
    sets = prepared(data_dir)
    names = [one.full_name for one in sets]
    if not data_dir.is_dir():
        there = f"There is no folder {data_dir}"
    else:
        there = f"Prepared there: {nearest_first(name, names)}" if names else "No set is prepared there"
    known = known_names()
    near = difflib.get_close_matches(wanted.name, [*known, *{one.name for one in sets}], 1, 0.8)
    other = bool(near) and near[0] != wanted.name
    meant, best = (f" (did you mean {near[0]}?)", near[0]) if other else ("", name)
    return (
        f"tfds:{name}: not prepared in {data_dir}{meant}, and nothing is downloaded while training. {there}; "
        f"name another place with --data.data_dir, or prepare the set, once and with a network: "
        f"python scripts/prepare_tfds.py tfds:{best} --data_dir {data_dir}. A file of your own needs no "
        f"network: python scripts/prepare_tfds.py FILE --name {wanted.name} --data_dir {data_dir}"
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _fits(version: str, wanted: str) -> bool:
    parts = zip(version.split("."), wanted.split("."), strict=True) if wanted else ()
    return all(want in ("*", have) for have, want in parts)
