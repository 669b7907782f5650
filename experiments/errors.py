"""How a run ends that does not end well."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class Mistake(ValueError):
    """A user's mistake: one paragraph that says what, where, what was expected and how to mend. Status 2."""


class RunFailure(RuntimeError):
    """A failure that is no mistake of the user's, such as a loss that is not a number. Status 1."""


@contextlib.contextmanager
def mistakes() -> Iterator[None]:
    """Within, a ValueError is about what the user gave; elsewhere it would be a defect, and shows itself."""
    try:
        yield
    except ValueError as error:
        raise Mistake(str(error)) from error
