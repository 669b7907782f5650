"""Codebooks: they know training alone, find the nearest centre, and come back from what is stored of them."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.study.codebook import Codebook, Codes, bigrams, fit, named, without_repeats


def rows(count: int = 300, columns: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, columns)) * 10.0 ** np.arange(columns)


def test_numbers_are_of_the_nearest_centre() -> None:
    data = rows()
    book = fit(Codes(codes=9, books=2), data)
    scaled = (data - data.mean(0)) / data.std(0)
    for place, part in enumerate((scaled[:, :3], scaled[:, 3:])):
        far = np.array([[((x - c) ** 2).sum() for c in book.centres[place]] for x in part])
        assert (book.numbers(data)[:, place] == far.argmin(1)).all()


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    first, again, other = (fit(Codes(codes=9, seed=seed), rows()) for seed in (0, 0, 1))
    assert (first.centres[0] == again.centres[0]).all()
    assert not np.array_equal(first.centres[0], other.centres[0])


def test_a_code_is_the_same_whatever_rows_stand_beside() -> None:
    data = rows(40_000, 3)
    book = fit(Codes(codes=50), data)
    whole = book.numbers(data)
    assert (np.concatenate([book.numbers(data[:17]), book.numbers(data[17:])]) == whole).all()
    assert book.numbers(data[:0]).shape == (0, 1)


def test_each_cluster_that_is_far_from_the_others_has_a_code() -> None:
    centres = 100.0 * np.arange(5)[:, None]
    data = np.concatenate([centre + rows(60, 1, seed) for seed, centre in enumerate(centres)])
    codes = fit(Codes(codes=5), data).numbers(data).reshape(5, 60)
    assert all(len(set(cluster)) == 1 for cluster in codes.tolist())
    assert len(set(codes[:, 0].tolist())) == 5


def test_fewer_distinct_rows_than_codes_are_a_code_each() -> None:
    data = np.repeat(rows(4, 2), 5, axis=0)
    book = fit(Codes(codes=100), data)
    assert len(book.centres[0]) == 4
    assert len(np.unique(book.numbers(data))) == 4


def test_a_column_that_is_always_the_same_is_no_matter() -> None:
    data = rows(50, 2)
    data[:, 1] = 1 / 3
    assert np.isfinite(fit(Codes(codes=4), data).centres[0]).all()


def test_only_some_rows_are_seen_where_there_are_many() -> None:
    data = rows(1000, 2)
    few = fit(Codes(codes=500, rows=100, standardise=False), data)
    assert {tuple(row) for row in few.centres[0]} <= {tuple(row) for row in data}
    assert len(few.centres[0]) == 100


def test_it_comes_back_from_what_is_kept() -> None:
    book = fit(Codes(codes=9, books=3), rows())
    again = Codebook.of(book.kept())
    assert [part.shape for part in again.centres] == [(9, 2), (9, 2), (9, 2)]
    assert (again.numbers(rows(seed=5)) == book.numbers(rows(seed=5))).all()


def test_what_was_not_stored_whole_is_refused() -> None:
    kept = fit(Codes(codes=9, books=3), rows()).kept()
    with pytest.raises(ValueError, match="lacks centres_1"):
        Codebook.of({name: kept[name] for name in ("mean", "scale", "centres_0", "centres_2")})
    with pytest.raises(ValueError, match="lacks"):
        Codebook.of({})
    with pytest.raises(ValueError, match="altered"):
        Codebook.of({**kept, "mean": kept["mean"][:2]})


@pytest.mark.parametrize(
    ("settings", "data", "said"),
    [
        (Codes(), np.zeros((0, 3)), "no training rows"),
        (Codes(books=2), np.zeros((5, 3)), "books=2: 3 columns can't be cut"),
        (Codes(), np.array([[np.nan]]), "not finite"),
    ],
)
def test_what_can_not_be_learnt_from_is_refused(settings: Codes, data: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit(settings, data)


def test_other_columns_than_were_fitted_are_refused() -> None:
    with pytest.raises(ValueError, match="6 columns"):
        fit(Codes(codes=4), rows()).numbers(rows(columns=5))


@pytest.mark.parametrize("field", ["codes", "books", "rows"])
def test_settings_that_are_none_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}=0"):
        Codes(**{field: 0})


def test_words_of_several_books_differ() -> None:
    codes = np.array([[3, 3]], np.int32)
    assert named(codes[:, :1], "s") == ["s3"]
    assert named(codes, "s") == ["s0_3", "s1_3"]
    assert bigrams([]) == []
    assert without_repeats(bigrams(["a"])) == ["a"]
