"""How many steps a call takes, by how long the calls before it took."""

from __future__ import annotations

import itertools

from experiments.training.pace import Pace


def counts(seconds_a_step: float, left: int, most: int = 64) -> list[int]:
    now = [0.0]
    pace, found = Pace(most, clock=lambda: now[0]), []
    for _ in range(12):
        with pace(left) as count:
            now[0] += count * seconds_a_step
        found.append(count)
    return found


def test_quick_steps_are_taken_many_at_once_and_slow_ones_alone() -> None:
    assert counts(0.001, 1000) == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64]
    assert counts(0.1, 1000)[:4] == [1, 2, 4, 4]
    assert counts(2.0, 1000) == [1] * 12
    assert max(counts(0.001, 5)) == 5
    # A call takes as long as two of a quarter of a second, at most.
    for seconds in (0.003, 0.02, 0.13, 0.3):
        assert all(count * seconds <= 0.5 or count == 1 for count in counts(seconds, 1000))


def test_a_call_that_was_too_long_is_halved() -> None:
    now = [0.0]
    pace = Pace(64, clock=lambda: now[0])
    found = []
    for seconds in itertools.chain([0.1] * 5, [3.0] * 3):
        with pace(1000) as count:
            now[0] += seconds
        found.append(count)
    assert found == [1, 2, 4, 8, 16, 32, 16, 8]
