"""Learns triples of a knowledge graph, and ranks entities for what they lack.

    python -m experiments.graph.triples [CONFIG.py] --workdir DIR [--data.path facts.csv …]

Exit status as of `experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("triples"))
