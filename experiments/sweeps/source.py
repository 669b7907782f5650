"""A config as the Python file that makes it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

_WIDTH = 100


def of(config: Any, told: str, command: str) -> str:
    """The text of a config file whose `config()` returns an equal config.

    Args:
        config: frozen dataclasses in each other, and plain values.
        told: what it is, for its first line.
        command: that runs it.

    Returns:
        The text: fields that have their defaults are left out.

    Example:
        >>> import embedlab
        >>> from experiments.config import Config
        >>> print(of(Config(embedlab.Dense(9, 2), seeds=(1,)), "A small one", "…").partition("def ")[2])
        config() -> Config:
            return Config(
                embedding=Dense(vocabulary=9, dim=2),
                seeds=(1,),
            )
        <BLANKLINE>
    """
    kinds: set[type] = set()
    body = _code(config, kinds, "    ", whole=True)
    imports = sorted(f"from {kind.__module__} import {kind.__name__}" for kind in kinds)
    text = f"{told}.\n\n    {command}\n".replace("\\", r"\\").replace('"""', r"\"\"\"")
    head = f'"""{text}"""\n'
    return "\n".join(
        [head, *imports, "", "", f"def config() -> {type(config).__name__}:", f"    return {body}", ""]
    )


def in_a_line(value: Any) -> str:
    """A value as Python has it, without fields that have their defaults.

    Args:
        value: a frozen dataclass, or a plain value.

    Example:
        >>> in_a_line((1, 2)), in_a_line(True)
        ('(1, 2)', 'True')
    """
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return _code(value, set(), "")
    return f"{type(value).__name__}({', '.join(_fields(value, set(), ''))})"


def _code(value: Any, kinds: set[type], indent: str, whole: bool = False) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kinds.add(type(value))
        return _call(value, kinds, indent, whole)
    if isinstance(value, tuple):
        items = [_code(item, kinds, indent) for item in value]
        return f"({', '.join(items)}{',' * (len(items) == 1)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_code(item, kinds, indent)}" for key, item in value.items()) + "}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def _call(value: Any, kinds: set[type], indent: str, whole: bool) -> str:
    inner = f"{indent}    "
    fields = _fields(value, kinds, inner)
    line = f"{type(value).__name__}({', '.join(fields)})"
    if not whole and len(line) + len(indent) <= _WIDTH and "\n" not in line:
        return line
    return f"{type(value).__name__}(\n" + "".join(f"{inner}{field},\n" for field in fields) + f"{indent})"


def _fields(value: Any, kinds: set[type], indent: str) -> list[str]:
    return [
        f"{field.name}={_code(getattr(value, field.name), kinds, indent)}"
        for field in dataclasses.fields(value)
        if field.init and getattr(value, field.name) != _default(field)
    ]


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
