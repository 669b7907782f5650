"""Users × items: what a user would rate an item, and which items to show to them."""

from experiments.recommend.application import APPLICATION

__all__ = ["APPLICATION"]
