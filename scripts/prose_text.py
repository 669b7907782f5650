"""Writes the documentation strings of installed packages as a text: real English to pretrain on at once.

    PYTHONPATH=. python scripts/prose_text.py prose.txt
    python -m experiments.pretrain configs/pretrain.py --corpus.path prose.txt --corpus.split words \\
        --train.epochs 5 --workdir runs/prose

A document is a line; there are 1.6 million words in the packages that `pip install 'embedlab[experiments]'`
brings, some more or fewer by their versions. Names of packages are masked, as for `configs/quickstart.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from embedlab.files import write_whole
from experiments.data.docstrings import PACKAGES, documents


def main() -> int:
    """Writes the file; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", type=Path, help="the file to write")
    parser.add_argument("--packages", default=",".join(PACKAGES), help=f"some of {', '.join(PACKAGES)}")
    given = parser.parse_args()
    unknown = sorted(set(given.packages.split(",")) - PACKAGES.keys())
    if unknown:
        parser.error(f"--packages: there is no {', '.join(unknown)}; choose among {', '.join(PACKAGES)}")
    # Some hold line breaks that a text file would not give back as one line.
    lines = [" ".join(text.split()) for name in given.packages.split(",") for text in documents(name)]
    try:
        write_whole({given.path: lambda file: file.write("".join(f"{line}\n" for line in lines).encode())})
    except OSError as error:
        parser.error(f"{given.path}: can't be written ({error.strerror}); give another path")
    print(f"{given.path}: {len(lines):,} documents, {sum(line.count(' ') + 1 for line in lines):,} words")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
