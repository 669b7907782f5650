"""Learns to tell one column of a table from the others; run it with --help."""

import sys

from experiments.study.program import main

if __name__ == "__main__":
    sys.exit(main("columns"))
