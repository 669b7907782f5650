"""The table of what the embeddings are like."""

import io

from rich.console import Console

from experiments.quality_table import quality_table

RUNS = {
    "dense": [
        {"test": {"accuracy_rare": 0.5}, "embedding": {"effective_rank": 10.0}},
        {"test": {"accuracy_rare": 0.7}, "embedding": {"effective_rank": 12.0}},
    ],
    "hashed": [{"test": {}, "embedding": {"collisions_whole": 1234.0}}],
}


def test_means_over_seeds_and_gaps() -> None:
    cells = dict(quality_table(RUNS).cells)
    assert cells["accuracy %, rare words"] == ("60.0", "")
    assert cells["effective rank"] == ("11", "")
    assert cells["words that collide wholly"] == ("", "1,234")
    assert "hubness" not in cells


def test_it_is_shown_whole_in_a_terminal() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(quality_table(RUNS).rich())
    shown = console.file.getvalue()
    for text in ("dense", "hashed", "accuracy %, rare words", "60.0", "1,234"):
        assert text in shown
