"""Sequences of sounds: frames of recordings as the words of a codebook, or direct, and their class."""
