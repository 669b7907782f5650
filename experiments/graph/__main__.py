"""Learns a graph from a config or from flags alone, beside its rivals and baselines, and writes a table.

    python -m experiments.graph [CONFIG.py] --workdir DIR [--data.path edges.csv …]

Exit status as of `experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("graph"))
