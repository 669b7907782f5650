"""Graphs of nodes: the class of a node, and which nodes are linked, by walks or by a graph network."""
