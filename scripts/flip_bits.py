"""Damages a real checkpoint at random, and checks that none of it is ever restored.

    PYTHONPATH=. python scripts/flip_bits.py [--flips 1000] [--seed 0]

A small classifier is trained on documentation strings for a few steps. Then, each by itself, single bits of
the files of its checkpoint are flipped, every file is cut at random and emptied, lengthened, removed, and one
too many is added; after each the checkpoint is restored as a run would go on from it. Exit status 0 if every
one of them was refused, by the name of the file, and the checkpoint as it was is restored in the end; else 1.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import embedlab
from experiments.comparisons.single import prepare
from experiments.config import Config, Quality, Text, Train
from experiments.data import Docstrings
from experiments.documents.material import read
from experiments.errors import RunFailure
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import facts
from experiments.training.lexicon import lexicon
from experiments.training.placement import placement
from experiments.training.train import fit

CONFIG = Config(
    embedlab.Hashed(300, 8, buckets=90),
    data=Docstrings(packages=("optax", "flax", "rich"), max_share=1.0),
    text=Text(max_length=16),
    train=Train(steps=20, evaluate_every=10, batch=32, update="sparse"),
    quality=Quality(rows=100),
)


def trained(folder: Path) -> tuple[Checkpoints, dict[str, object]]:
    """The checkpoints of a small run, and the form of what they hold."""
    material = read(CONFIG)
    made = prepare(lexicon(CONFIG.embedding, material, "embedding"), material)
    sides = [made.labelled(rows) for rows in (material.splits.train, material.splits.valid)]
    checkpoints = Checkpoints(folder, facts=facts(made.lexicon.vocabulary))
    buffers = made.lexicon.buffers
    fit(made.model, CONFIG.train, *sides, seed=0, buffers=buffers, checkpoints=checkpoints)
    return checkpoints, placement(made.model, CONFIG.train, buffers).like(0)


@contextlib.contextmanager
def changed(file: Path, content: bytes | None) -> Iterator[None]:
    """Within, a file has this content, or is not there."""
    before = file.read_bytes() if file.exists() else None
    file.unlink() if content is None else file.write_bytes(content)
    yield
    file.unlink(missing_ok=True) if before is None else file.write_bytes(before)


def damages(
    files: list[Path], flips: int, draw: np.random.Generator
) -> Iterator[tuple[str, Path, bytes | None]]:
    """Kinds of damage, the file, and what becomes of it."""
    sizes = np.array([file.stat().st_size for file in files])
    for number in range(flips):
        # Half of them anywhere, half in a file drawn first: most of the files are short.
        weights = sizes / sizes.sum() if number % 2 else (sizes > 0) / (sizes > 0).sum()
        file = files[draw.choice(len(files), p=weights)]
        content = bytearray(file.read_bytes())
        content[draw.integers(len(content))] ^= 1 << draw.integers(8)
        yield "flipped", file, bytes(content)
    for file, size in zip(files, sizes, strict=True):
        content = file.read_bytes()
        if size:
            yield "cut", file, content[: draw.integers(1, size)] if size > 1 else b""
            yield "emptied", file, b""
        yield "lengthened", file, content + b"\0"
        yield "removed", file, None
    yield "added", files[0].with_name("another"), b""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--flips", type=int, default=1000, help="bits, one at a time (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is damaged (default 0)")
    args = parser.parse_args()
    tried: collections.Counter[str] = collections.Counter()
    silent: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        checkpoints, like = trained(Path(temporary) / "checkpoints")
        place = checkpoints.folder / str(checkpoints.latest)
        files = sorted(path for path in place.rglob("*") if path.is_file())
        print(f"A checkpoint of {len(files)} files, {sum(file.stat().st_size for file in files):,} bytes")
        for kind, file, content in damages(files, args.flips, np.random.default_rng(args.seed)):
            tried[kind] += 1
            with changed(file, content):
                try:
                    checkpoints.restore(like)
                    silent.append(f"{kind}: {file}")
                except RunFailure as error:
                    if not str(error).startswith(f"{file}: "):
                        silent.append(f"{kind}: {file}, but told was {error}")
        whole = checkpoints.restore(like) is not None
    print(", ".join(f"{count:,} {kind}" for kind, count in tried.items()), end="; ")
    print(f"{len(silent)} restored silently or not named" + "".join(f"\n  {line}" for line in silent[:10]))
    return int(bool(silent) or not whole)


if __name__ == "__main__":
    raise SystemExit(main())
