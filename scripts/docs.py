"""Writes the API reference from the docstrings, as pages that need no network, into docs/api.

PYTHONPATH=. python scripts/docs.py [--output DIR]
"""

from __future__ import annotations

import argparse
import pkgutil
import warnings
from pathlib import Path

import pdoc

import embedlab


def modules() -> list[str]:
    """The package and each public part of it. By name: pdoc would leave out what `__all__` does not list."""
    inner = [part.name for part in pkgutil.iter_modules(embedlab.__path__, "embedlab.")]
    return ["embedlab", *(name for name in inner if "._" not in name)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the API reference from the docstrings.")
    parser.add_argument("--output", type=Path, default=Path("docs/api"), help="folder (default docs/api)")
    output = parser.parse_args().output
    # Python does not resolve the annotations of a dataclass's __init__; pdoc then prints them as written.
    warnings.filterwarnings("ignore", message="Error parsing type annotation")
    pdoc.render.configure(docformat="google")
    pdoc.pdoc(*modules(), output_directory=output)
    print(f"{len(modules())} modules in {output / 'index.html'}")


if __name__ == "__main__":
    main()
