"""A model, and the loop that trains it."""
