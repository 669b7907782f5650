"""JSON objects, one a line: read with care, their values named by keys and by points within.

Source: jsonlines.org; RFC 8259 (JSON).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

_LEVELS = 5  # of objects in objects, whose keys are named


def json_object(line: str) -> dict[str, Any]:
    """The object that a line holds.

    Args:
        line: of a file; its end may be there.

    Raises:
        ValueError: it is no JSON, no object, or more than is read; says how to mend it.

    Example:
        >>> json_object('{"id": 7}')
        {'id': 7}
    """
    try:
        # With its end a line that breaks off would be two.
        found = json.loads(line.rstrip("\r\n"), object_pairs_hook=_each_once)
    except _Twice as error:
        raise ValueError(str(error)) from None
    except json.JSONDecodeError as error:
        raise ValueError(
            f"no JSON ({error.msg} at column {error.colno}); write one JSON object a line"
        ) from None
    except RecursionError:
        raise ValueError("nested too deeply; write an object of a few levels") from None
    except ValueError:
        raise ValueError("a number of too many digits; write it as a string") from None
    if not isinstance(found, dict):
        raise ValueError(
            f"a JSON {type(found).__name__} where an object is expected; write one object a line "
            f"(`jq -c '.[]'` makes them of one array)"
        )
    return found


class _Twice(Exception):
    """A key stands twice in one object."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of some pairs; JSON lets a key stand twice, and no reader knows which value is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise _Twice(f"the key {twice!r:.60} stands twice in one object; leave one of the two out")
    return found


def value_at(found: dict[str, Any], key: str) -> Any:
    """The value of a key, or of `outer.inner`.

    Args:
        found: the object.
        key: its key, or keys by points.

    Raises:
        KeyError: there is none.

    Example:
        >>> value_at({"meta": {"body": "x"}, "a.b": 1}, "meta.body"), value_at({"a.b": 1}, "a.b")
        ('x', 1)
    """
    value: Any = found
    for part in [key] if key in found else key.split("."):
        if not isinstance(value, dict):
            raise KeyError(key)
        value = value[part]
    return value


def keys_within(found: dict[str, Any], outer: str = "", levels: int = _LEVELS) -> Iterator[str]:
    """The keys whose values are no objects, those within others by points.

    Args:
        found: the object.
        outer: what stands before each.
        levels: of objects in objects, at most.

    Example:
        >>> list(keys_within({"id": 1, "meta": {"body": "x", "date": {}}}))
        ['id', 'meta.body', 'meta.date']
    """
    for key, value in found.items():
        if isinstance(value, dict) and value and levels > 1:
            yield from keys_within(value, f"{outer}{key}.", levels - 1)
        else:
            yield outer + key
