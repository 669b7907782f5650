"""What executors have in common."""

from __future__ import annotations

from experiments.sweeps.executor import cores, variables


def test_workers_share_the_cores() -> None:
    for workers in (1, 2, cores()):
        own = variables(cores() // workers)
        assert {own[name] for name in ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")} == {
            str(max(1, cores() // workers))
        }
