"""The page of runs: one file that opens offline in any browser. See `experiments.page.program`."""
