"""Portraits: drawn anew from what was sent, and nothing that was sent does harm."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from common import uploads
from common.models import AuditEntry
from practitioners import photos
from practitioners.models import Photo, Practitioner
from practitioners.photos import NotAPhoto, Why
from tests.desk.people import make_desk
from tests.pages.reading import faults, read


def picture(size: tuple[int, int] = (400, 300), kind: str = "PNG", mode: str = "RGB", **wishes: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, wishes.pop("colour", None)).save(out, kind, **wishes)  # type: ignore[arg-type]  # for Pillow
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def red_and_blue(drawn: Image.Image, across: int) -> tuple[bool, bool]:
    """Whether there is much of each in the middle line of a portrait."""
    pixel = drawn.getpixel((across, 240))
    assert isinstance(pixel, tuple)
    return pixel[0] > 128, pixel[2] > 128


JPEG = picture(kind="JPEG")
BAD: dict[str, tuple[Callable[[], bytes], Why]] = {
    "a few words": (lambda: b"hello", Why.NOT_A_PICTURE),
    "a drawing in XML": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        Why.NOT_A_PICTURE,
    ),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", Why.NOT_A_PICTURE),
    "a GIF": (lambda: picture(kind="GIF"), Why.NOT_A_PICTURE),
    "a TIFF": (lambda: picture(kind="TIFF"), Why.NOT_A_PICTURE),
    "half a JPEG": (lambda: JPEG[: len(JPEG) // 2], Why.NOT_A_PICTURE),
    "half a PNG": (lambda: picture()[:-40], Why.NOT_A_PICTURE),
    "the beginning of a PNG": (lambda: picture()[:20], Why.NOT_A_PICTURE),
    "fifty thousand each way": (lambda: png(50_000, 50_000, chunk(b"IDAT", zlib.compress(b"\0"))), Why.TOO_LARGE),
    "a little more than allowed": (lambda: png(4001, 4000, chunk(b"IDAT", zlib.compress(b"\0"))), Why.TOO_LARGE),
    "a long strip": (lambda: png(1_000_000, 16, chunk(b"IDAT", zlib.compress(b"\0"))), Why.TOO_SMALL),
    "a dot": (lambda: picture((1, 1)), Why.TOO_SMALL),
    "a large header without a picture": (lambda: png(4000, 4000), Why.NOT_A_PICTURE),
    "a comment that unpacks to 64 MB": (
        lambda: png(200, 200, chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * (1 << 26)))),
        Why.NOT_A_PICTURE,
    ),
    "a JPEG of a thousand scans": (lambda: JPEG + b"\xff\xda" * 1000, Why.NOT_A_PICTURE),
    "a JPEG of a thousand scans that says it has a second picture": (
        lambda: picture(kind="MPO", save_all=True, append_images=[Image.new("RGB", (400, 300))]) + b"\xff\xda" * 1000,
        Why.NOT_A_PICTURE,
    ),
    "more than 2 MB": (lambda: JPEG + b"\0" * photos.MOST_BYTES, Why.TOO_HEAVY),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_portrait_is_refused_with_its_reason(name: str) -> None:
    make, why = BAD[name]

    with pytest.raises(NotAPhoto) as refusal:
        photos.draw(make())

    assert refusal.value.why is why


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_usual_picture_becomes_two_squares(kind: str, mode: str) -> None:
    drawn = photos.draw(picture(kind=kind, mode=mode))

    for data, side in ((drawn.large, 480), (drawn.small, 160)):
        assert (opened(data).format, opened(data).size, opened(data).mode) == ("WEBP", (side, side), "RGB")


def test_as_many_pixels_as_allowed_are_drawn() -> None:
    assert opened(photos.draw(picture((4000, 4000), "JPEG")).large).size == (480, 480)


def test_what_is_see_through_stands_on_white() -> None:
    colour = opened(photos.draw(picture(mode="RGBA", colour=(0, 0, 0, 0))).large).getpixel((240, 240))

    assert colour == (255, 255, 255)


def test_of_what_moves_the_first_picture_is_kept() -> None:
    red, blue = (Image.new("RGB", (300, 300), colour) for colour in ("red", "blue"))
    for kind in ("WEBP", "PNG"):
        out = io.BytesIO()
        red.save(out, kind, save_all=True, append_images=[blue, blue], duration=100)

        drawn = opened(photos.draw(out.getvalue()).large)

        assert getattr(drawn, "n_frames", 1) == 1
        assert red_and_blue(drawn, 240) == (True, False)


def test_a_picture_taken_sideways_is_turned_and_nothing_hidden_is_kept() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    exif[0x010F] = "canary-camera"
    upper_half_red = Image.new("RGB", (400, 400), "blue")
    upper_half_red.paste("red", (0, 0, 400, 200))
    out = io.BytesIO()
    upper_half_red.save(out, "JPEG", exif=exif, comment=b"canary-comment", icc_profile=b"canary-profile")

    drawn = photos.draw(out.getvalue())

    assert red_and_blue(opened(drawn.large), 400) == (True, False)
    assert red_and_blue(opened(drawn.large), 80) == (False, True)
    for data in (drawn.large, drawn.small):
        assert b"canary" not in data
        assert not opened(data).getexif()


def test_a_cameras_notes_may_be_nonsense() -> None:
    """A resolution as words: what reads it, or writes it again, stumbles."""
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x02"
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    resolution = struct.pack(">HHI4s", 0x011A, 2, 4, b"abc\0")
    out = io.BytesIO()
    upper_half_red = Image.new("RGB", (400, 400), "blue")
    upper_half_red.paste("red", (0, 0, 400, 200))
    upper_half_red.save(out, "JPEG", exif=b"Exif\x00\x00" + tiff + turned + resolution + bytes(4))

    assert red_and_blue(opened(photos.draw(out.getvalue()).large), 400) == (True, False)


def test_words_in_a_png_are_not_kept() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "canary")

    drawn = photos.draw(picture(pnginfo=words))

    assert b"canary" not in drawn.large + drawn.small


def test_a_page_in_the_tail_of_a_picture_is_not_kept() -> None:
    drawn = photos.draw(JPEG + b"<script>canary</script>")

    assert b"canary" not in drawn.large + drawn.small


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 10**6), st.binary(min_size=1, max_size=12))
def test_whatever_is_broken_in_a_file_ends_in_a_picture_or_a_reason(kind: str, at: int, junk: bytes) -> None:
    data = bytearray(_noise(kind))
    at %= len(data)
    data[at : at + len(junk)] = junk

    try:
        drawn = photos.draw(bytes(data))
    except NotAPhoto:
        return
    assert opened(drawn.small).size == (160, 160)


_NOISE: dict[str, bytes] = {}


def _noise(kind: str) -> bytes:
    if kind not in _NOISE:
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 3
        Image.effect_noise((200, 180), 80).convert("RGB").save(out, kind, exif=exif)
        _NOISE[kind] = out.getvalue()
    return _NOISE[kind]


# --- The pages --------------------------------------------------------------------------------------------------------


def upload(data: bytes, name: str = "me.jpg") -> dict[str, object]:
    return {"photo": SimpleUploadedFile(name, data, "image/jpeg")}


@pytest.fixture
def practitioner(db: None) -> Practitioner:
    return make_desk(is_published=True)


def test_a_photo_is_shown_to_everybody_and_may_be_kept_for_ever(
    mine: Client, practitioner: Practitioner, client: Client
) -> None:
    response = mine.post("/desk/settings/photo/", upload(JPEG))

    assert (response.status_code, response["Location"]) == (303, "/desk/settings/profile/")
    photo = Photo.objects.get()
    for size in ("large", "small"):
        answer = client.get(f"/photos/{photo.token}-{size}.webp")
        assert answer.content == bytes(getattr(photo, size))
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {part.strip() for part in answer["Cache-Control"].split(",")} == {
            "public",
            "max-age=31536000",
            "immutable",
        }
        assert not answer.cookies
    assert f"/photos/{photo.token}-small.webp" in mine.get("/desk/settings/profile/").content.decode()
    assert f"/photos/{photo.token}-large.webp" in client.get(f"/p/{practitioner.slug}/").content.decode()
    assert AuditEntry.objects.get().action == "practitioner.photo_changed"


@pytest.mark.parametrize("address", ["{}-huge.webp", "{}-small.png", "{}.webp", "nobody-small.webp", "{}-small.webpx"])
def test_what_is_not_there_is_not_found(mine: Client, client: Client, address: str) -> None:
    mine.post("/desk/settings/photo/", upload(JPEG))

    assert client.get("/photos/" + address.format(Photo.objects.get().token)).status_code == 404


def test_another_photo_has_another_address_and_the_old_one_is_gone(mine: Client, client: Client) -> None:
    mine.post("/desk/settings/photo/", upload(JPEG))
    before = Photo.objects.get().token

    mine.post("/desk/settings/photo/", upload(picture(colour="red")))

    assert Photo.objects.get().token != before
    assert client.get(f"/photos/{before}-large.webp").status_code == 404


def test_a_photo_can_be_taken_away(mine: Client, client: Client) -> None:
    mine.post("/desk/settings/photo/", upload(JPEG))

    for _ in range(2):
        assert mine.post("/desk/settings/photo/", {"remove": "yes"}).status_code == 303

    assert not Photo.objects.exists()
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")][1:] == ["practitioner.photo_removed"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello", "This is no picture we can read."),
        (b"", "This is no picture we can read."),
        (picture((10, 10)), "The picture is too small."),
        (png(50_000, 50_000, chunk(b"IDAT", b"")), "The picture has more than 16 million pixels."),
        (JPEG + b"\0" * (2 << 20), "The file is larger than 2 MB."),
        (JPEG + b"\0" * (10 << 20), "The file is larger than 2 MB."),
    ],
)
def test_a_bad_file_is_told_at_its_field_and_the_old_photo_stays(mine: Client, data: bytes, said: str) -> None:
    mine.post("/desk/settings/photo/", upload(JPEG))

    response = mine.post("/desk/settings/photo/", upload(data))

    page = read(response)
    assert response.status_code == 200
    assert said in page.text
    assert page.title.startswith("Error:")
    assert faults(page) == []
    assert Photo.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("fields", [{}, {"photo": "just words"}])
def test_no_file_at_all_is_told(mine: Client, fields: dict[str, str]) -> None:
    assert "Choose a picture first." in read(mine.post("/desk/settings/photo/", fields)).text


def test_far_more_than_any_page_takes_is_a_page_that_says_so(mine: Client) -> None:
    response = mine.post("/desk/settings/photo/", upload(b"\0" * (13 << 20)))

    assert response.status_code == 400
    assert read(response).every("h1")


def test_more_text_than_any_page_takes_is_a_page_that_says_so(mine: Client) -> None:
    response = mine.post("/desk/settings/profile/", {"bio": "x" * (3 << 20)})

    assert response.status_code == 400


def test_many_files_are_not_kept_in_memory(mine: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    complete = uploads.Bounded.file_complete

    def watched(handler: uploads.Bounded, file_size: int) -> object:
        file = complete(handler, file_size)
        kept.append(len(file.read()))
        file.seek(0)
        return file

    monkeypatch.setattr(uploads.Bounded, "file_complete", watched)
    files = {f"photo{number}": SimpleUploadedFile("x", b"\0" * (2 << 20)) for number in range(5)}

    mine.post("/desk/settings/photo/", files)

    assert sum(kept) == uploads.MOST_KEPT
