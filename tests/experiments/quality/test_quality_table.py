"""The table of what the embeddings are like."""

import io

from rich.console import Console

from experiments.quality.quality_table import quality_table

RUNS = {
    "dense": [
        {"test": {"accuracy_rare": 0.5}, "embedding": {"effective_rank": 10.0}},
        {"test": {"accuracy_rare": 0.7}, "embedding": {"effective_rank": 12.0}},
    ],
    "hashed": [{"test": {}, "embedding": {"collisions_whole": 1234.0, "collisions_whole_predicted": 1200.0}}],
    "subword": [
        {
            "test": {},
            "embedding": {
                "ngrams": 90_000.0,
                "ngram_collisions_whole": 4321.0,
                "ngram_collisions_whole_predicted": 4300.0,
            },
        }
    ],
}


def test_means_over_seeds_and_gaps() -> None:
    cells = dict(quality_table(RUNS).cells)
    assert cells["accuracy %, rare words"] == ("60.0", "", "")
    assert cells["effective rank"] == ("11", "", "")
    assert "hubness" not in cells


def test_it_says_what_collides() -> None:
    cells = dict(quality_table(RUNS).cells)
    assert cells["words with the same rows"] == ("", "1,234", "")
    assert cells["… predicted, of words"] == ("", "1,200", "")
    assert cells["n-grams in all"] == ("", "", "90,000")
    assert cells["n-grams that share a row"] == ("", "", "4,321")
    assert cells["… predicted, of n-grams"] == ("", "", "4,300")


def test_churn_and_alignment_are_shown() -> None:
    found = {"alignment": 0.456, "neighbour_overlap_seeds": 0.123, "neighbour_overlap": 0.987}
    made = quality_table({"dense": [{"test": {}, "embedding": found}]})
    cells = dict(made.cells)
    assert cells["alignment of word and word + s"] == ("0.456",)
    assert "Alignment: 0 where" in made.caption
    assert cells["neighbours that another seed has %"] == ("12.3",)
    assert cells["… that the look before had %"] == ("98.7",)


def test_the_caption_says_which_words_are_measured() -> None:
    assert quality_table(RUNS).caption.endswith("defined in embedlab.quality.")
    caption = quality_table(RUNS, words=3198, sample=2000).caption
    assert "the same words for all: 2,000 of the 3,198 most frequent" in caption
    assert "Alignment" not in caption  # a row that the table does not have
    assert "for all: the 100 most frequent" in quality_table(RUNS, words=100, sample=100).markdown()


def test_it_is_shown_whole_in_a_terminal() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(quality_table(RUNS).rich())
    shown = console.file.getvalue()
    for text in ("dense", "hashed", "accuracy %, rare words", "60.0", "1,234"):
        assert text in shown
