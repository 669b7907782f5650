"""Libraries that only some programs need: asked for where they are used, named where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from experiments.errors import Mistake


def needed(module: str, extra: str, what: str) -> ModuleType:
    """A module of an optional library.

    Args:
        module: to import.
        extra: of this project, that installs it.
        what: needs it, as the beginning of a sentence.

    Raises:
        Mistake: it is not installed; says which extra to install.

    Example:
        >>> needed("math", "report", "A square root").sqrt(9)
        3.0
        >>> needed("nowhere", "report", "A table of runs")
        Traceback (most recent call last):
        experiments.errors.Mistake: A table of runs needs nowhere, which is not installed. It comes with: pip
        install 'embedlab[report]' (in a checkout: pip install -e '.[report]').
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Mistake(
            f"{what} needs {module}, which is not installed. It comes with: pip install 'embedlab[{extra}]' "
            f"(in a checkout: pip install -e '.[{extra}]')."
        ) from error
