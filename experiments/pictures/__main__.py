"""Pictures → classes, by an embedding of their patches.

    python -m experiments.pictures [CONFIG.py] --workdir DIR [--data.type folders --data.path signs …]

Exit status as of `experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from __future__ import annotations

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("pictures"))
