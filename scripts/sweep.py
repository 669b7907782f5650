"""Searches over the settings of an experiment: many trials, judged on validation, side by side.

    PYTHONPATH=. python scripts/sweep.py configs/sweeps/trec.py --workdir runs/sweep [--workers 2]

What a sweep file says, what lies in the workdir, and how several machines share a search: docs/sweep.md.
Exit status as of `experiments.classify`; 1 as well where no trial came to its end. The same command goes on
where an earlier start was stopped, in whatever way.
"""

from __future__ import annotations

from experiments.sweeps.program import main

if __name__ == "__main__":
    raise SystemExit(main(described=__doc__))
