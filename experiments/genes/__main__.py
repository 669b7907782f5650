"""Sequences of DNA → classes, by an embedding of their k-mers.

    python -m experiments.genes [CONFIG.py] --workdir DIR [--data.path cds.csv --data.label family …]

Exit status as of `experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from __future__ import annotations

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("genes"))
