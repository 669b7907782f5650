"""What is asked of vectors without a task: sets of pairs, analogies, categories and outliers, and answers."""
