"""Pretrained vectors on their way into a model's tables."""
