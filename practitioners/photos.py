"""From the bytes of a picture someone sent to two small squares of our own: bytes in, bytes out.

What comes out was drawn anew, so nothing that was hidden in the file survives. Nothing big is unpacked before the file
has said how big it is, and one picture is drawn at a time.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from threading import Lock

from PIL import ExifTags, Image

from practitioners.models import Photo

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 16_000_000
LEAST_SIDE = 160  # pixels; less would only be blown up
FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 82
_FACE = (0.5, 0.4)  # where the middle of what is kept lies: faces are rather at the top
_SCAN = b"\xff\xda"
_MOST_SCANS = 64  # a JPEG may ask to be gone through thousands of times; cameras need ten
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, IndexError)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # twice as many are refused by Pillow itself, whoever asks
_one_at_a_time = Lock()


class Why(Enum):
    TOO_HEAVY = "too heavy"
    TOO_LARGE = "too large"
    TOO_SMALL = "too small"
    NOT_A_PICTURE = "not a picture"


class NotAPhoto(Exception):
    """This can't become a portrait."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Portrait:
    """The same square in two sizes, WebP."""

    large: bytes
    small: bytes


def draw(data: bytes) -> Portrait:
    """Raises NotAPhoto."""
    if len(data) > MOST_BYTES:
        raise NotAPhoto(Why.TOO_HEAVY)
    with _one_at_a_time:
        square = _square(_unpacked(data))
        return Portrait(_webp(square, Photo.SIZES["large"]), _webp(square, Photo.SIZES["small"]))


def _unpacked(data: bytes) -> Image.Image:
    """The first picture of a file, the right way up."""
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        _check(picture, data)
        picture.draft("RGB", (2 * Photo.SIZES["large"],) * 2)  # a large JPEG need not be unpacked in full
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise NotAPhoto(Why.TOO_LARGE) from None
    except _BROKEN:
        raise NotAPhoto(Why.NOT_A_PICTURE) from None
    return _upright(picture)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera says; of all that it says, nothing else is looked at."""
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a camera's notes may be broken in any way; the picture is none the worse
        turn = None
    return picture if turn is None else picture.transpose(turn)


def _check(picture: Image.Image, data: bytes) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise NotAPhoto(Why.TOO_LARGE)
    if min(width, height) < LEAST_SIDE:
        raise NotAPhoto(Why.TOO_SMALL)
    # A JPEG that says that more pictures follow goes by another name, so the others are named here.
    if picture.format not in {"PNG", "WEBP"} and data.count(_SCAN) > _MOST_SCANS:
        raise NotAPhoto(Why.NOT_A_PICTURE)


def _square(picture: Image.Image) -> Image.Image:
    """The middle of a picture, on white."""
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) * _FACE[0], (height - side) * _FACE[1]
    box, size = (left, top, left + side, top + side), (Photo.SIZES["large"],) * 2
    coloured = _with_colours(picture)
    return _on_white(coloured.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def _with_colours(picture: Image.Image) -> Image.Image:
    """In a mode that can be made smaller without jagged edges."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _webp(square: Image.Image, side: int) -> bytes:
    out = BytesIO()
    resized = square if square.width == side else square.resize((side, side), Image.Resampling.LANCZOS)
    resized.save(out, "WEBP", quality=_QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
