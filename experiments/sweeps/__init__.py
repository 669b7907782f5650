"""Searches over settings: what a sweep file says, and what runs it.

from experiments.sweeps import Asha, LogFloat, Sweep, Tpe

def sweep():
    return Sweep("configs/trec.py", {"train.rate": LogFloat(1e-4, 1e-2)}, Tpe(), Asha(200), trials=40)
"""

from experiments.sweeps.space import Choice, Float, Int, LogFloat, LogInt
from experiments.sweeps.strategy import Asha, Grid, Hyperband, Median, Random, Tpe
from experiments.sweeps.sweep import Sweep

__all__ = [
    "Asha",
    "Choice",
    "Float",
    "Grid",
    "Hyperband",
    "Int",
    "LogFloat",
    "LogInt",
    "Median",
    "Random",
    "Sweep",
    "Tpe",
]
