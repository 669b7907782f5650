"""Files of pictures: opened without trust, brought to one size.

Reference: Pillow's `DecompressionBombError` (a small file may stand for a huge picture).
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from experiments.extras import needed

#: Endings of files that are taken for pictures in folders.
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
#: Pixels of a picture, at most: the header tells, before any is unpacked.
MOST_PIXELS = 2**26
# No formats that run another program, as EPS does.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
_FAULTS = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, OverflowError)


def opened(path: Path, most: int = MOST_PIXELS) -> Any:
    """The first picture of a file as Pillow has it, in RGBA, turned as its camera says.

    Args:
        path: the file.
        most: pixels that it may have.

    Raises:
        ValueError: it can't be read, is no picture of a form that is read, is damaged, or is too large.
    """
    image = needed("PIL.Image", "pictures", "Reading pictures")
    if not os.path.isfile(path):  # a pipe would block; `Path.is_file` has errors of its own
        raise ValueError(f"{path}: there is no such ordinary file; give the path of a picture")
    operations = needed("PIL.ImageOps", "pictures", "Reading pictures")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are checked here, and of odd metadata
        try:
            with image.open(path, formats=_FORMATS) as found:
                width, height = found.size
                if width * height > most:
                    raise _Refused(
                        f"{path}: {width:,} × {height:,} pixels, where {most:,} are the most; make it smaller"
                    )
                if found.mode in ("I", "F") or found.mode.startswith("I;"):
                    raise _Refused(
                        f"{path}: its pixels have more than 8 bits ({found.mode}); convert it to 8 bits"
                    )
                return operations.exif_transpose(found).convert("RGBA")
        except _Refused as refused:
            raise ValueError(str(refused)) from None
        except image.DecompressionBombError:
            raise ValueError(f"{path}: it has more than {most:,} pixels; make it smaller") from None
        except image.UnidentifiedImageError:
            known = ", ".join(_FORMATS)
            raise ValueError(
                f"{path}: it is no picture of a form that is read ({known}); convert it"
            ) from None
        except _FAULTS as error:
            why = getattr(error, "strerror", None) or error
            raise ValueError(f"{path}: it can't be read as a picture ({why}); save it again") from None


class _Refused(Exception):
    """What is wrong with a picture whose header is whole."""


def pixels(found: Any, side: int, grey: bool) -> Float32[np.ndarray, "side side channels"]:
    """A picture's pixels in [0, 1], float32 [side, side, channels], on white where it is transparent.

    It is scaled to fit, by averages where it shrinks, and lies in the middle of a white square.

    Args:
        found: a picture of Pillow, in RGBA.
        side: pixels of the square.
        grey: whether colours become one channel; else there are three.
    """
    image: Any = needed("PIL.Image", "pictures", "Reading pictures")
    if max(found.size) != side:
        scale = side / max(found.size)
        size = [max(1, round(scale * length)) for length in found.size]
        found = found.resize(size, image.Resampling.BOX if scale < 1 else image.Resampling.BILINEAR)
    square = image.new("RGBA", (side, side), "white")
    square.alpha_composite(found, ((side - found.size[0]) // 2, (side - found.size[1]) // 2))
    values = np.asarray(square.convert("L" if grey else "RGB"), np.float32) / np.float32(255)
    return values.reshape(side, side, -1)
