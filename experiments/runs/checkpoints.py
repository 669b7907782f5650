"""Checkpoints of a run: arrays by Orbax, with a digest of every file, since Orbax sees no flipped bit.

checkpoints/120/                the state after 120 steps
checkpoints/120/live/, best/    the parts of the state: arrays on the device, as Orbax writes them
checkpoints/120/host.npz        small arrays of the host
checkpoints/120/manifest.json   size and SHA-256 of every file, and what must not change between two starts

A checkpoint is written under a hidden name, and renamed when its last byte is on the disk: one that has its
number is whole, or was damaged later.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp

from embedlab.files import sync, write_whole
from experiments.errors import RunFailure, Unwritable
from experiments.process import stopping
from experiments.runs import arrays, manifest, refusals

_KEPT = 2
_HOST, _MANIFEST = "host.npz", "manifest.json"
_UNFINISHED, _REPLACED, _DAMAGED, _OLD = ".unfinished", ".replaced-", ".damaged-", ".old-"
_FORMAT = 1


@dataclasses.dataclass(frozen=True, eq=False)
class Restored:
    """What a checkpoint held.

    Attributes:
        step: its number.
        state: the arrays on the device, by part.
        host: the small arrays of the host.
    """

    step: int
    state: dict[str, Any]
    host: dict[str, np.ndarray]


class Checkpoints:
    """The newest two states of a run, in a folder. Used in a `with`, so that Orbax's threads end.

    Attributes:
        folder: where they lie, one subfolder a step.
        facts: what must be the same when a state is restored, by name, as JSON values.
        also: further files that only grow; they are to be on the disk before a checkpoint counts, and to
            begin as they were then when it is restored.
    """

    def __init__(
        self,
        folder: Path,
        *,
        create: bool = True,
        facts: Mapping[str, Any] | None = None,
        also: tuple[Path, ...] = (),
    ) -> None:
        """Opens a folder.

        Args:
            folder: of the checkpoints.
            create: whether to write there; else the folder stays as it is.
            facts: see the attribute.
            also: see the attribute.

        Raises:
            RunFailure: there is a file in its place.
        """
        for name in ("absl", "asyncio"):  # Orbax reports every step of every save, asyncio lost errors
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.folder = folder.resolve()
        if self.folder.exists() and not self.folder.is_dir():
            raise RunFailure(
                f"{self.folder}: this is a file, where the folder of checkpoints is expected. Put the folder "
                "back; or remove the file, and the command that trained it begins anew."
            )
        self.facts = dict(facts or {})
        self.also = also
        if create:
            self._clear()

    def __enter__(self) -> Checkpoints:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_orbax" in self.__dict__:
            self._orbax.close()

    @functools.cached_property
    def _orbax(self) -> Any:
        return arrays.checkpointer()

    @property
    def steps(self) -> list[int]:
        """The steps of the states that there are, in their order."""
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(int(path.name) for path in found if path.name.isdecimal())

    @property
    def latest(self) -> int | None:
        """The step of the newest state; None if there is none."""
        return max(self.steps, default=None)

    def save(self, step: int, state: Mapping[str, Any], host: Mapping[str, np.ndarray] | None = None) -> None:
        """Writes the state of a step; when this returns, it is on disk. One of the same step is replaced.

        Args:
            step: its number.
            state: its parts by name, each a pytree of arrays on the device.
            host: small arrays of the host, which keep their types.

        Raises:
            Unwritable: it can't be written. What was saved before stays.
        """
        place, beside = self._place(step), self.folder / _UNFINISHED
        try:
            with stopping.finished_first():
                self._write(beside, step, state, host or {})
                self._commit(beside, place)
        except (OSError, ValueError, RuntimeError) as error:  # tensorstore says a full disk with a ValueError
            shutil.rmtree(beside, ignore_errors=True)  # room for what the user wants to save instead
            raise Unwritable(
                f"{place}: the checkpoint can't be written ({arrays.first_line(error)}). Free "
                "some space there, or give yourself the right to write; the checkpoint before it stays, and "
                "the same command goes on from there."
            ) from error

    def restore(self, like: Mapping[str, Any], *, on_host: bool = False) -> Restored | None:
        """The newest state, on this device; None if there is none. Every file is held against its digest.

        Args:
            like: those of its parts that are wanted, of arrays of the same shapes and types, or of their
                shapes alone.
            on_host: whether its arrays stay in the memory of the host, as NumPy's.

        Raises:
            RunFailure: it is damaged, or a file beside it lacks what was in it then.
            Mistake: it is of other facts, or its arrays have other shapes or types.
        """
        step = self.latest
        if step is None:
            return None
        content, place = self._verified(step), self._place(step)
        refusals.require_same(place, content["facts"], self.facts)
        refusals.require_begun(place, self.also, content.get("also", {}))
        for name, part in like.items():
            refusals.require_same(place, content["arrays"][name], arrays.described(part), whole=True)
        try:
            with arrays.lost_errors_unseen():
                state = {
                    name: arrays.read(self._orbax, place / name, part, on_host) for name, part in like.items()
                }
            with np.load(place / _HOST, allow_pickle=False) as stored:
                host = dict(stored)
        except Exception as error:  # of many types, by what is damaged
            raise self._damaged(step, str(place), error) from error
        return Restored(step, state, host)

    def verify(self) -> None:
        """Holds the newest state against its digests, if there is one; nothing is restored.

        Raises:
            RunFailure: it is damaged, or a file beside it lacks what was in it then.
        """
        if (step := self.latest) is not None:
            refusals.require_begun(self._place(step), self.also, self._verified(step).get("also", {}))

    def require_same_facts(self) -> None:
        """Refuses what `restore` would refuse of the newest state, where its facts alone tell.

        Raises:
            Mistake: it is of other facts.
        """
        step = self.latest
        with contextlib.suppress(manifest.Altered):  # which is told where it is restored
            if step is not None:
                content = manifest.read(self._place(step) / _MANIFEST)
                refusals.require_same(self._place(step), content["facts"], self.facts)

    def _write(
        self, beside: Path, step: int, state: Mapping[str, Any], host: Mapping[str, np.ndarray]
    ) -> None:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with arrays.lost_errors_unseen():
            for name, part in state.items():
                arrays.write(self._orbax, beside / name, part)
        packed = io.BytesIO()
        np.savez(packed, **dict(host))  # type: ignore[arg-type]
        write_whole({beside / _HOST: lambda file: file.write(packed.getbuffer())})
        names = manifest.files_below(beside)
        content = {
            "format": _FORMAT,
            "step": step,
            "facts": self.facts,
            "versions": {"jax": jax.__version__, "orbax": ocp.__version__},
            "arrays": {name: arrays.described(part) for name, part in state.items()},
            "files": manifest.describe(beside, names),
            "also": {file.name: manifest.describe_bytes(file.read_bytes()) for file in self._present()},
        }
        sync(*(beside / name for name in names))
        manifest.write(beside / _MANIFEST, content)
        sync(*(folder for folder in beside.rglob("*") if folder.is_dir()), beside)

    def _commit(self, beside: Path, place: Path) -> None:
        """Gives what is written its number, and lets older ones go."""
        sync(*self._present())
        replaced = self.folder / f"{_REPLACED}{place.name}"
        if place.exists():
            place.rename(replaced)  # put back by `_clear` if the next line is not reached
        beside.rename(place)
        sync(self.folder)
        old = [self._place(step) for step in self.steps[:-_KEPT]]
        for path in old:  # renamed first: half of one would be taken for a damaged one
            gone = self.folder / f"{_OLD}{path.name}"
            shutil.rmtree(gone, ignore_errors=True)  # what a kill left of it
            path.rename(gone)
            shutil.rmtree(gone)
        for path in [replaced, *self.folder.glob(f"{_DAMAGED}*")]:
            shutil.rmtree(path, ignore_errors=True)

    def _clear(self) -> None:
        """Puts away what a process left that was killed while it saved."""
        for path in (self.folder / _UNFINISHED, *self.folder.glob(f"{_OLD}*")):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f"{_REPLACED}*"):
            place = self.folder / path.name.removeprefix(_REPLACED)
            if place.exists():
                shutil.rmtree(path)
            else:
                path.rename(place)

    def drop_damaged(self) -> int | None:
        """Sets the newest checkpoint aside, if it is damaged, until the next one is written.

        Returns:
            Its step; None where there is nothing to set aside.

        Raises:
            RunFailure: there is none before it, or that one is damaged too.
        """
        step = self.latest
        if step is None:
            return None
        try:
            self._verified(step)
        except RunFailure:
            older = self.steps[:-1]
            if not older:
                raise
            self._verified(older[-1])
            self._place(step).rename(self.folder / f"{_DAMAGED}{step}")
            return step
        return None

    def _verified(self, step: int) -> dict[str, Any]:
        """The manifest of a step, all of whose files are as they were written.

        Raises:
            RunFailure: one is not.
        """
        place = self._place(step)
        try:
            content = manifest.read(place / _MANIFEST)
            present = [name for name in manifest.files_below(place) if name != _MANIFEST]
            manifest.verify(place, content["files"], present)
            if (content["format"], content["step"]) != (_FORMAT, step):
                of = f"it is of format {content['format']} and step {content['step']}"
                raise manifest.Altered(place / _MANIFEST, of)
        except manifest.Altered as error:
            raise self._damaged(step, str(error.path), error.why) from None
        return content

    def _place(self, step: int) -> Path:
        return self.folder / str(step)

    def _damaged(self, step: int, named: str, error: Exception | str) -> RunFailure:
        older = [other for other in self.steps if other < step]
        return refusals.damaged(self._place(step), older, named, error)

    def _present(self) -> list[Path]:
        """The further files that there are."""
        return [file for file in self.also if file.exists()]
