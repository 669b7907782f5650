"""Graphs: classes of nodes and links between them, and triples of knowledge graphs."""
