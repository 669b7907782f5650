"""What the applications of embeddings share whose ids are not the words of texts."""
