"""The parts of the page, one file each, in the order in which they stand.

A further part is one file, with a function that takes `Given` and `Options` and gives a `Section` or None,
and one line in `experiments.page.page`.
"""
