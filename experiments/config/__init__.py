"""What an experiment is told: typed frozen dataclasses that hold the library's own specs.

Each setting has one home. How many words there are, for one, is the embedding's `vocabulary`: the most
frequent words of the training documents, as many as it has ids for.
"""

from experiments.config.experiment import BAG, Config
from experiments.config.prior import Prior
from experiments.config.quality import Quality
from experiments.config.study import Study
from experiments.config.text import Text
from experiments.config.train import Optimizer, Train, Update
from experiments.config.transfer import Mode, Transfer

__all__ = [
    "BAG",
    "Config",
    "Mode",
    "Optimizer",
    "Prior",
    "Quality",
    "Study",
    "Text",
    "Train",
    "Transfer",
    "Update",
]
