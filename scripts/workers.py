"""Other programs that train the model of `bench_step.py`, to be timed beside it.

A worker is started with OPTIMIZER ROWS DISTRIBUTION after its own words, prints a line that begins with
READY once it is warm, and answers each line `GO n` with `T seconds-a-step …` after n steps.
"""

from __future__ import annotations

import os
import shlex
import subprocess


class Worker:
    """A program that takes steps on demand.

    Attributes:
        process: the program, warm.
    """

    def __init__(self, command: str, *words: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(len(os.sched_getaffinity(0)))}
        own = [*shlex.split(command), *words]
        self.process = subprocess.Popen(
            own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout
        if not any(line.startswith("READY") for line in self.process.stdout):
            raise ValueError(f"{shlex.join(own)} ended without READY")

    def __call__(self, count: int) -> float:
        """Takes so many steps, and waits for their end; seconds a step."""
        assert self.process.stdin and self.process.stdout
        print(f"GO {count}", file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline().split()[1])

    def end(self) -> None:
        """Ends the program."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
