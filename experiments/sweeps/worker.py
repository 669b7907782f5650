"""A worker: a process that imports once and runs one trial after the other, as its driver tells it.

    python -m experiments.sweeps.worker CONNECTION LIFELINE LOCK

Started by `experiments.sweeps.pool` alone, which gives it the numbers of two open files: a connection, over
which jobs come and what came of them goes, and a pipe that says by its end that the driver is gone, and with
it the worker.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from experiments.process import stopping

# Linux gives a process 65,530 maps of memory, of which every compiled function takes several: past the last
# one XLA crashes. Trials of other settings are other functions.
_MANY_MAPS = 35_000


def main() -> int:
    """Works until there are no more jobs; returns the exit status."""
    connection, lifeline, lock = Connection(int(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3])
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    try:
        with stopping.heard("what was saved stays", importing=True):
            try:
                _work(connection, lock)
            except stopping.Stopped as error:
                return error.status
            except Exception:
                if stopping.asked():  # a library may make another error of a stop
                    return stopping.reason().status
                raise
    except stopping.Stopped as error:
        return error.status
    return 0


def _work(connection: Connection, lock: Path) -> None:
    from experiments.process.devices import import_jax, require_devices

    import_jax()
    from experiments.sweeps import trial
    from experiments.sweeps.store import shared

    def asks(step: int, value: float) -> bool:
        connection.send((step, value))
        return bool(connection.recv())

    require_devices()
    with shared(lock):
        stopping.imported()
        connection.send(None)  # ready
        while True:
            try:
                job = connection.recv()
            except EOFError:
                return
            connection.send(trial.run(job, asks))
            forget()


def forget() -> None:
    """Forgets compiled functions where there are very many in this process."""
    maps = Path("/proc/self/maps")
    if maps.exists() and maps.read_bytes().count(b"\n") > _MANY_MAPS:
        import jax

        jax.clear_caches()
        gc.collect()


def _end_with(lifeline: int) -> None:
    """Ends this process at once when the driver's has ended, however it did: nothing is torn by that."""
    while os.read(lifeline, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main())
