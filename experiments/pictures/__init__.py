"""Pictures: patches as words of a codebook, and what the pictures are classes of."""
