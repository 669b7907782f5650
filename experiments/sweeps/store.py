"""Where a study is kept: SQLite in the sweep's folder, or a PostgreSQL server for several machines.

What must not be done by two at once is done under a lock that the system lets go when its holder dies,
however that is: of a file, or of the server's own (`pg_advisory_lock`). So whatever is half done when the
lock is got, was left by one that is dead.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, RunFailure

#: Seconds between two signs of life of a driver, and without one after which its trials are others'.
BEAT, GRACE = 10, 60
_EXPECTED = "postgresql://USER@HOST/DATABASE"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def optuna() -> Any:
    """The library, quiet.

    Raises:
        Mistake: it is not installed.
    """
    try:
        import optuna
    except ModuleNotFoundError:
        raise Mistake("a sweep needs Optuna: pip install 'embedlab[sweep]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    # Signs of life are given here, not by Optuna's own loop.
    warnings.filterwarnings("ignore", message="Heartbeat of storage")
    return optuna


class Store:
    """A place of studies.

    Attributes:
        told: what it is called where it is shown: without a password.
    """

    def __init__(self, place: str | Path) -> None:
        """Names a place; `open` opens it.

        Args:
            place: the path of an SQLite file, which need not be there; or a URL of SQLAlchemy's form.

        Raises:
            Mistake: it is no URL, or of another database.
        """
        optuna()
        import sqlalchemy

        if isinstance(place, Path):
            self._file: Path | None = place
            self._url = sqlalchemy.engine.URL.create("sqlite", database=str(place))
            self.told = str(place)
            return
        self.told = _hidden(place)
        parsed = _parsed(place)
        self._file = Path(parsed.database) if parsed.drivername == "sqlite" else None
        self._url = parsed if self._file else parsed.set(drivername="postgresql+psycopg")

    def open(self) -> Any:
        """The storage as Optuna has it; its tables are made if it has none.

        Raises:
            Mistake: the library of the server's is not installed, or the server can't be reached.
        """
        library = optuna()
        settings = {"connect_args": {"timeout": 60}} if self._file else {"pool_pre_ping": True}
        where = self.told if self._file else f"--storage {self.told}"
        refused: tuple[type[Exception], ...] = (OSError, RuntimeError, *_errors())
        try:
            with self.exclusively():  # two at once would make the same tables, and one of them fail
                return library.storages.RDBStorage(
                    self._url.render_as_string(hide_password=False),
                    engine_kwargs=settings,
                    heartbeat_interval=BEAT,
                    grace_period=GRACE,
                )
        except ImportError:
            raise Mistake(
                f"--storage {self.told}: PostgreSQL needs psycopg: pip install 'embedlab[postgres]'"
            ) from None
        except refused as error:  # a RuntimeError: it is of another version of Optuna
            raise Mistake(f"{where}: it can't be opened ({_first(error)})") from None

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Within, no other process is in here."""
        if self._file is not None:
            with _locked(self._file.with_name(f"{self._file.name}.lock")):
                yield
            return
        import sqlalchemy

        number = int.from_bytes(hashlib.sha256(b"embedlab sweeps").digest()[:8], "big", signed=True)
        engine = sqlalchemy.create_engine(self._url, poolclass=sqlalchemy.pool.NullPool)
        with engine.connect() as connection:  # whose end lets the lock go
            connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_lock(number)))
            yield


@contextlib.contextmanager
def reached(store: Store) -> Iterator[None]:
    """Within, an error of the database is told as a failure of the program; others are none of its.

    Raises:
        RunFailure: there was one.
    """
    try:
        yield
    except _errors() as error:
        cause: BaseException = error.__cause__ or error
        raise RunFailure(
            f"{store.told}: the study can't be read or written ({_first(cause)}). What was recorded stays; "
            "the same command goes on from there."
        ) from error


def _parsed(url: str) -> Any:
    """A URL in its parts; a `Mistake` if it is none, or of a database that will not do."""
    import sqlalchemy

    expected = f"--storage {_hidden(url)}: expected {_EXPECTED}"
    try:
        parsed = sqlalchemy.engine.make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):  # the latter of a port that is no number
        raise Mistake(expected) from None
    name = parsed.database or ""
    in_file = parsed.drivername == "sqlite" and name and not name.startswith((":", "file:"))
    if not in_file and parsed.drivername not in _POSTGRES:
        raise Mistake(f"{expected}, or no --storage for SQLite in --workdir")
    if "@" in (parsed.host or ""):
        raise Mistake(f"{expected}; a @ in a name or a password is written %40")
    return parsed


def _errors() -> tuple[type[Exception], ...]:
    import sqlalchemy

    return (sqlalchemy.exc.SQLAlchemyError, optuna().exceptions.StorageInternalError)


def _hidden(url: str) -> str:
    """A URL without its password, be it well formed or not.

    Example:
        >>> _hidden("postgresql://me:p@ss@host/db?password=it&x=1")
        'postgresql://me:***@host/db?password=***&x=1'
    """
    whole = re.sub(r"(//?[^:@/]+):[^/]*@", r"\1:***@", url)
    return re.sub(r"(password=)[^&]*", r"\1***", whole)


def _first(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Within, a file is locked together with others that call this.

    Args:
        path: of the file.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def wait_for_all(path: Path, patience: float = 30.0) -> None:
    """Waits until nobody is within `shared` any more.

    Args:
        path: of the file.
        patience: seconds.

    Raises:
        Mistake: somebody still is after that.
    """
    descriptor, deadline = os.open(path, os.O_RDWR | os.O_CREAT, 0o644), time.monotonic() + patience
    try:
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Mistake(
                        f"{path.parent}: workers of an earlier sweep are still at work there; stop them first"
                    ) from None
                time.sleep(0.05)
    finally:
        os.close(descriptor)
