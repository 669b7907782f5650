"""Learns what usual events are, and scores how unusual others are; run it with --help."""

import sys

from experiments.study.program import main

if __name__ == "__main__":
    sys.exit(main("detect"))
