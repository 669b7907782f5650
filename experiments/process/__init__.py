"""How a program begins, is told to stop, ends, and trains with others."""
