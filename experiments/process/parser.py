"""How a program reads its words: what is wrong with them is told as any other mistake."""

from __future__ import annotations

import argparse
from typing import NoReturn

from experiments.errors import Mistake


class Parser(argparse.ArgumentParser):
    """argparse's own, whose errors are a `Mistake`: one paragraph, in place of usage and an exit.

    Example:
        >>> made = Parser("convert", "Rewrites vectors.")
        >>> made.parse_args(["--no"])
        Traceback (most recent call last):
        experiments.errors.Mistake: unrecognized arguments: --no; `convert --help` lists what can be given
    """

    def __init__(self, command: str, described: str | None, hint: str = "", *, add_help: bool = True) -> None:
        """Takes no word yet.

        Args:
            command: that starts the program.
            described: what `--help` says first, as it stands.
            hint: the command that lists what can be given, where it is another than `command --help`.
            add_help: whether argparse itself answers `--help`, by an exit.
        """
        super().__init__(
            command,
            description=described,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=add_help,
            allow_abbrev=False,
        )
        self._hint = hint or f"{command} --help"

    def error(self, message: str) -> NoReturn:
        """Raises what is wrong.

        Args:
            message: in the words of argparse.

        Raises:
            Mistake: always.
        """
        raise Mistake(f"{message}; `{self._hint}` lists what can be given")
