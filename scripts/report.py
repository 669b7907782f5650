"""Makes one self-contained page of runs, or figures and tables of them for papers; `--help` says how.

    PYTHONPATH=. python scripts/report.py runs/quickstart -o report.html
    PYTHONPATH=. python scripts/report.py runs/quickstart --static figures

See docs/report.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from any folder

from experiments.figures import program as figures
from experiments.page import program as page


def main(words: list[str]) -> int:
    """Runs what the words ask for; returns the exit status."""
    return figures.main(words) if figures.is_meant(words) else page.main(words)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
