"""From documents to the batches that a step is given."""
