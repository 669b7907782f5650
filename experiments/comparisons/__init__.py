"""What is run of a config: embeddings, seeds, folds and baselines."""
