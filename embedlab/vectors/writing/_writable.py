"""What writers write to: an open file, or what compresses into one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable


@runtime_checkable
class Writable(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes, /) -> int:
        """Takes some.

        Args:
            data: the bytes.

        Returns:
            How many they are.
        """
        ...


#: What writes a file's bytes.
Content: TypeAlias = Callable[[Writable], object]
