"""How good the embeddings of a comparison are, beside the accuracy that they buy."""
