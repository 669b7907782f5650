"""Reads event files as tensorboardX writes them: records of a length, its check, a message and its check."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tensorboardX.proto.event_pb2 import Event


def events(folder: Path) -> Iterator[Any]:
    """The events of all files of a folder."""
    for file in sorted(folder.glob("events.out.tfevents.*")):
        data, place = file.read_bytes(), 0
        while place < len(data):
            (size,) = struct.unpack_from("<Q", data, place)
            event = Event()
            event.ParseFromString(data[place + 12 : place + 12 + size])
            place += 12 + size + 4
            yield event


def scalars(folder: Path) -> list[tuple[int, str, float]]:
    """Step, name and value of each number in them, in their order; of one that is there twice, both."""
    return [
        (event.step, value.tag, value.simple_value)
        for event in events(folder)
        for value in event.summary.value
        if value.WhichOneof("value") == "simple_value"
    ]
