"""Config files: Python files with a function `config()`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, overload

from experiments.config import Config
from experiments.errors import Mistake
from experiments.settings.schema import did_you_mean

_C = TypeVar("_C")


@overload
def load(path: str) -> Config: ...
@overload
def load(path: str, kind: type[_C], function: str = ...) -> _C: ...
def load(path: str, kind: Any = Config, function: str = "config") -> Any:
    """Runs a Python file, and returns what its `config()` returns.

    Args:
        path: the file.
        kind: the config's class.
        function: name of the function, where it is another.

    Raises:
        Mistake: where there is no such file, it raises, it has no such function, or that raises or returns
            something else than such a config.

    Example:
        >>> load("configs/quikstart.py")
        Traceback (most recent call last):
        experiments.errors.Mistake: configs/quikstart.py: there is no such file...
    """
    file = Path(path)
    if not file.is_file():
        known = [str(other) for other in sorted(file.parent.glob("*.py"))]
        raise Mistake(
            f"{path}: there is no such file{did_you_mean(str(file), known) or ';'} "
            f"Give the path of a Python file that has a function {function}()"
        )
    if file.suffix != ".py":
        raise Mistake(
            f"{path}: this is no Python file; give one, whose name ends in .py, with a {function}()"
        )
    module = _module(file)
    make = getattr(module, function, None)
    wanted = f"{kind.__module__.removesuffix('.experiment')}.{kind.__name__}"
    if not callable(make):
        raise Mistake(f"{path}: it has no function {function}(); write one that returns an {wanted}")
    try:
        made = make()
    except (Exception, SystemExit) as error:
        raise Mistake(f"{path}: its {function}() raised {type(error).__name__}: {error}") from error
    if not isinstance(made, kind):
        raise Mistake(
            f"{path}: its {function}() returned {type(made).__name__}, expected an {wanted}; "
            f"end it with `return {kind.__name__}(…)`"
        )
    return made


def _module(file: Path) -> ModuleType:
    """The file as a module, under a name that hides no other."""
    name = f"_config_file_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses written in the file look themselves up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise Mistake(f"{file}: running it raised {type(error).__name__}: {error}") from error
    return module
