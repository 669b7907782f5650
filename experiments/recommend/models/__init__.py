"""The models: what each makes of the words of a user or an item, and what it minimises.

All of them read one embedding, whose vectors are `(f, b)`: factors, and a bias as their last component.

Source: as named below.
"""

from experiments.recommend.models.base import Goal, Layers, Model
from experiments.recommend.models.factors import Biases, Factorisation, Machine
from experiments.recommend.models.rankers import Bpr, TwoTower

__all__ = ["Biases", "Bpr", "Factorisation", "Goal", "Layers", "Machine", "Model", "TwoTower"]
