"""Configs as files, words of a command line, and JSON."""
