"""Recommends items, or tells ratings; see docs/applications/recommend.md.

python -m experiments.recommend [CONFIG.py] --workdir DIR [--field.name VALUE …]
"""

from experiments.study.program import main

if __name__ == "__main__":
    raise SystemExit(main("recommend"))
