"""Genes: sequences of DNA as words of k letters, and what they are classes of."""
