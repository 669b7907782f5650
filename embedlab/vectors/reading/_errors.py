"""What a reader says of a file that is not what it should be."""

from __future__ import annotations


class Damaged(ValueError):
    """A file's bytes are not those of its format; the message says what, where and how to mend it.

    `read` puts the file's name before it.
    """
