"""Tracks of landmarks → classes, by an embedding of the codes of their frames, or by the frames themselves.

    python -m experiments.video [CONFIG.py] --workdir DIR [--data.path tracks.csv --data.label gesture …]

Exit status as of `experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from __future__ import annotations

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("video"))
