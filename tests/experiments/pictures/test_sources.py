"""Sources of pictures: files of many kinds, what is wrong with them, which of them are alike."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.pictures.alike import alike_groups
from experiments.pictures.emoji import Emoji
from experiments.pictures.files import Folders, Listed
from experiments.pictures.image import opened, pixels
from experiments.pictures.source import Digits


def saved(path: Path, seed: int = 0, size: tuple[int, int] = (12, 12), mode: str = "RGB", **fields) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).convert(mode).save(path, **fields)
    return path


@pytest.mark.parametrize(
    ("name", "mode"), [("a.png", "RGBA"), ("a.jpg", "CMYK"), ("a.gif", "P"), ("a.bmp", "1")]
)
def test_pictures_of_many_kinds_are_read(tmp_path: Path, name: str, mode: str) -> None:
    found = pixels(opened(saved(tmp_path / name, mode=mode)), 8, grey=False)
    assert found.shape == (8, 8, 3) and found.dtype == np.float32
    assert 0 <= found.min() < found.max() <= 1


def test_a_picture_of_the_size_asked_for_is_not_touched(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png")
    wanted = np.asarray(Image.open(path), np.float32) / 255
    assert (pixels(opened(path), 12, grey=False) == wanted).all()


def test_a_wide_picture_lies_in_the_middle_of_white() -> None:
    found = pixels(Image.new("RGBA", (8, 4), (0, 0, 0, 255)), 4, grey=True)[..., 0]
    assert found.tolist() == [[1] * 4, [0] * 4, [0] * 4, [1] * 4]


def test_what_is_transparent_is_white() -> None:
    assert (pixels(Image.new("RGBA", (4, 4), (9, 9, 9, 0)), 4, grey=True) == 1).all()


def huge_png() -> bytes:
    """A PNG whose header says 100,000 × 100,000 pixels, and that holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.png", size=(64, 64)).read_bytes()
    faults = {
        "text.png": (b"not a picture", "no picture of a form that is read"),
        "bomb.png": (huge_png(), "pixels"),
        "cut.png": (whole[: len(whole) // 2], "can't be read as a picture"),
        "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture of a form"),
        "empty.png": (b"", "no picture of a form"),
    }
    for name, (raw, told) in faults.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(ValueError, match=told) as caught:
            opened(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("pipe.png", "none.png"):
        with pytest.raises(ValueError, match="no such ordinary file"):
            opened(tmp_path / name)
    deep = io.BytesIO()
    Image.fromarray(np.full((4, 4), 40_000, np.uint16)).save(deep, "PNG")
    (tmp_path / "deep.png").write_bytes(deep.getvalue())
    with pytest.raises(ValueError, match="more than 8 bits"):
        opened(tmp_path / "deep.png")


def test_damaged_bytes_end_in_a_sentence(tmp_path: Path) -> None:
    whole = bytearray(saved(tmp_path / "whole.jpg", size=(32, 32)).read_bytes())
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(60):
        raw = bytearray(whole)
        for place in rng.integers(0, len(raw), 5).tolist():
            raw[place] ^= int(rng.integers(1, 256))
        (tmp_path / "a.jpg").write_bytes(raw)
        try:
            pixels(opened(tmp_path / "a.jpg"), 8, grey=False)
        except ValueError as error:
            refused += 1
            assert "a.jpg: " in str(error)
    assert refused


def test_a_folder_of_folders(tmp_path: Path) -> None:
    for seed, name in enumerate(["b/1.png", "a/deep/1.JPG", "a/2.gif", "b/2.png"]):
        saved(tmp_path / name, seed)
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    (tmp_path / "a" / ".DS_Store").write_text("no picture")
    found = Folders(path=str(tmp_path), side=6, grey=True).load()
    assert found.pixels.shape == (4, 6, 6, 1)
    assert [found.dataset.classes[label] for label in found.dataset.labels] == ["a", "a", "b", "b"]
    assert found.dataset.notes == ("2 files that are no pictures by their endings were passed over.",)


def test_a_table_of_pictures(tmp_path: Path) -> None:
    saved(tmp_path / "in" / "1.png", 1)
    saved(tmp_path / "2.png", 2)
    table = tmp_path / "signs.csv"
    table.write_text("file,kind,part\nin/1.png,x,train\n2.png,y,test\nin/1.png,x,dev\n")
    found = Listed(str(table), picture="file", label="kind", split="part", side=6).load()
    assert found.dataset.groups.tolist() == [0, 1, 0]
    assert (found.dataset.test_rows.tolist(), found.dataset.valid_rows.tolist()) == ([1], [2])
    table.write_text("file,kind\nin/1.png,x\nno.png,y\n")
    with pytest.raises(ValueError, match=r"signs\.csv, line 3, column 'file': .*no\.png: there is no such"):
        Listed(str(table), picture="file", label="kind").load()
    with pytest.raises(ValueError, match=r"--data\.label='knd'.*'kind'"):
        Listed(str(table), picture="file", label="knd").load()


@pytest.mark.parametrize("path", ["", "nowhere", "."])
def test_a_folder_without_pictures_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"--data\.path="):
        Folders(path=path).load()


def test_pictures_alike_are_found_by_a_chain() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 8, 8, 3)).astype(np.float32)
    near = [one + 0.05 * rng.random((8, 8, 3)).astype(np.float32), one * 0.5 + 0.2]
    flat = [np.full((8, 8, 3), shade, np.float32) for shade in (0.1, 0.9)]
    pictures = np.stack([one, other, *near, *flat, flat[0]])
    assert alike_groups(pictures, 0.95).tolist() == [0, 1, 0, 0, 2, 3, 2]
    assert alike_groups(pictures, 1).tolist() == [0, 1, 2, 3, 4, 5, 4]
    assert alike_groups(pictures, 1, joined=np.array([0, 0, 1, 2, 3, 4, 5])).tolist() == [0, 0, 1, 2, 3, 4, 3]


def test_digits() -> None:
    found = Digits().load()
    assert np.bincount(found.dataset.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert found.dataset.groups.max() + 1 == 1797, "no two are equal"


def sheet(tmp_path: Path, listed: object, size: int = 4) -> Path:
    wide = np.zeros((3 * (size + 2), 3 * (size + 2), 4), np.uint8)
    for cell in range(8):  # the ninth is blank
        top, left = (1 + (size + 2) * number for number in divmod(cell, 3))
        noise = np.random.default_rng(cell).integers(0, 256, (size, size, 3))
        wide[top : top + size, left : left + size, :3], wide[top : top + size, left : left + size, 3] = (
            noise,
            255,
        )
    Image.fromarray(wide).save(tmp_path / "sheet_twitter_32.png")
    path = tmp_path / "emoji.json"
    path.write_text(json.dumps(listed))
    return path


def entry(name: str, column: int, row: int, category: str = "Food", **more) -> dict:
    return {"short_name": name, "category": category, "sheet_x": column, "sheet_y": row, **more}


def test_emoji_lie_where_the_file_says(tmp_path: Path) -> None:
    other = {"1F3FB": {"sheet_x": 1, "sheet_y": 1}}
    listed = [
        *(entry("a", 2, 1), entry("b", 0, 0, "Flags", skin_variations=other)),
        *(entry("c", 2, 2), entry("d", 1, 0, "Component")),
    ]
    path = sheet(tmp_path, listed)
    found = Emoji(path=str(path), size=4, side=4, variants=True).load()
    assert found.dataset.texts == ("a", "b", "b_1F3FB")
    assert found.dataset.groups.tolist() == [0, 1, 1]
    assert found.dataset.notes == ("1 emoji without a picture were passed over.",)
    for place, cell in enumerate((5, 0, 4)):
        noise = np.random.default_rng(cell).integers(0, 256, (4, 4, 3))
        np.testing.assert_allclose(found.pixels[place], noise / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ({}, "is no list"),
        ([3], "emoji 1: is no object"),
        ([entry("a", 0, 0), {"short_name": "b"}], "emoji 2: has no 'category'"),
        ([entry("a", 0, -1)], r"sheet_x and sheet_y are \(0, -1\)"),
        ([entry("a", 3, 0)], "column 3, row 0, beyond the sheet"),
        ([entry("a", 0, 0, "Component")], "holds no emoji"),
        ([entry("a", 2, 2)], "all is blank"),
    ],
)
def test_emoji_that_are_malformed(tmp_path: Path, listed: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Emoji(path=str(sheet(tmp_path, listed)), size=4, side=4).load()


def test_emoji_of_a_package(data_dir: Path) -> None:
    found = Emoji(path=str(data_dir / "emoji_captions" / "emoji.json")).load()
    assert found.pixels.shape == (1906, 32, 32, 3)
    assert len(found.dataset.classes) == 9
    clocks = [place for place, name in enumerate(found.dataset.texts) if name.startswith("clock")]
    assert len({int(found.dataset.groups[place]) for place in clocks[:12]}) == 1
