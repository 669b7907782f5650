"""Writes figures and tables of runs, for papers; `--help` says how.

PYTHONPATH=. python scripts/report.py runs/quickstart --static figures
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from any folder

from experiments.figures.program import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
