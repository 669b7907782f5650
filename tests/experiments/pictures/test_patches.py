"""Patches, their contrast, whitening, and the words that they become."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.pictures.patches import Patches, areas
from experiments.pictures.tokens import Tokens, Visual
from experiments.pictures.whitening import Whitening
from experiments.study.codebook import Codes


def drawn(count: int = 6, side: int = 9, channels: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, side, side, channels)).astype(np.float32)


@pytest.mark.parametrize(("size", "stride", "margin"), [(3, 1, 0), (3, 2, 1), (4, 3, 2), (9, 1, 0)])
def test_patches_are_those_cut_one_by_one(size: int, stride: int, margin: int) -> None:
    pictures = drawn()
    wide = np.pad(pictures, ((0, 0), (margin, margin), (margin, margin), (0, 0)), mode="edge")
    found = Patches(size, stride, margin, contrast=0).cut(pictures)
    assert found.shape[1:3] == Patches(size, stride, margin).shape(9, 9)
    for row in range(found.shape[1]):
        for column in range(found.shape[2]):
            top, left = row * stride, column * stride
            patch = wide[:, top : top + size, left : left + size]
            assert (found[:, row, column] == patch.reshape(len(pictures), -1)).all()


def test_contrast_and_brightness_are_taken_out() -> None:
    patches = Patches(size=3, contrast=1e-6)
    pictures = drawn()
    np.testing.assert_allclose(patches.cut(pictures), patches.cut(pictures / 2 + 0.3), atol=1e-4)
    assert (Patches(size=3).cut(np.full((1, 3, 3, 1), 0.5, np.float32)) == 0).all()


def test_pictures_smaller_than_a_patch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"patches\.size=10: pictures are 9 × 9 pixels"):
        Patches(size=10).cut(drawn())


def test_areas_cover_the_grid() -> None:
    found = areas(7, 5, 3)
    assert {tuple(area) for area in found.reshape(-1, 2).tolist()} == {
        (r, c) for r in range(3) for c in range(3)
    }
    assert (np.diff(found[:, 0, 0]) >= 0).all()


def test_whitened_patches_have_no_correlation_and_come_back_from_what_is_kept() -> None:
    mixed = np.random.default_rng(0).normal(size=(5000, 4)) @ np.random.default_rng(1).normal(size=(4, 4))
    white = Whitening.fit(mixed)
    covariance = np.cov(white(mixed).T)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-3
    assert (Whitening.of(white.kept())(mixed) == white(mixed)).all()
    with pytest.raises(ValueError, match="are alike"):
        Whitening.fit(np.ones((5, 4)))


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("positions", ["none", "only", "beside"])
def test_words(whiten: bool, positions) -> None:
    settings = Tokens(Patches(3, 3, contrast=0), Codes(codes=7, standardise=False), whiten, 2, positions)
    pictures = drawn()
    visual = Visual.fit(settings, pictures[:4])
    words = visual.words(pictures)
    again = Visual.of(settings, visual.kept())
    assert again.words(pictures[4:]) == words[4:], "alone as among others, and from what is kept"
    assert {len(one) for one in words} == {18 if positions == "beside" else 9}
    codes = visual.codebook.numbers(_read(visual, pictures[0]))[:, 0]
    plain = [f"v{code}" for code in codes]
    places = [f"@{min(r * 2 // 3, 1)},{min(c * 2 // 3, 1)}" for r in range(3) for c in range(3)]
    placed = [word + place for word, place in zip(plain, places, strict=True)]
    beside = [word for both in zip(plain, placed, strict=True) for word in both]
    assert words[0] == {"none": plain, "only": placed, "beside": beside}[positions]


def _read(visual: Visual, picture: np.ndarray) -> np.ndarray:
    rows = np.stack(
        [picture[r : r + 3, c : c + 3].reshape(-1) for r in range(0, 9, 3) for c in range(0, 9, 3)]
    )
    return visual.whitening(rows) if visual.whitening else rows


def test_a_codebook_sees_so_many_patches_and_parts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Tokens(Patches(3, 3), Codes(codes=5, standardise=False, rows=20))
    pictures = drawn(12)
    words = Visual.fit(settings, pictures).words(pictures)
    monkeypatch.setattr("experiments.pictures.tokens._AT_ONCE", 1)
    assert Visual.fit(settings, pictures).words(pictures) == words


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        (Patches, {"size": 0}, "^size="),
        (Patches, {"margin": 6}, "^margin="),
        (Patches, {"contrast": float("nan")}, "^contrast="),
        (Tokens, {"codes": Codes(books=2)}, r"^codes\.books="),
        (Tokens, {"grid": 0}, "^grid="),
        (Tokens, {"positions": "all"}, "^positions="),
        (Tokens, {"patches": 3}, "^patches="),
    ],
)
def test_settings_that_are_none_are_refused(kind, fields, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        kind(**fields)
