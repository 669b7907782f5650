"""Tables whose columns are read by an embedding: their rows, their words, their sides and their leaks."""
