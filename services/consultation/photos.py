"""Photographs are encoded anew when they come: a telephone writes place, time and owner into every one of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import DomainError

MOST_BYTES = 10 * 1024 * 1024
"""Of one photograph as it is sent; telephones make them of 3 to 8 MB."""
MOST_AT_ONCE = 4
MOST_PIXELS = 60_000_000
"""More than any telephone makes: a small file may unpack to something that fills the memory."""
LONGEST_EDGE = 1600
"""Pixels: a house number can still be read, and a page of six loads on a bad line."""
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP")
_NOT_A_PICTURE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    # A warning where nobody makes it an error; the number of pixels is looked at anyway.
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as it is kept: JPEG with nothing in it but the picture, sizes in pixels."""

    content: bytes
    width: int
    height: int
    digest: str
    """SHA-256 of what was sent, hex: the same photograph sent twice is one."""


def developed(sent: bytes) -> Picture:
    """``sent`` turned upright, made small enough and encoded anew.

    Raises DomainError on ``photos`` for what is too large or no picture that is understood here.
    """
    if len(sent) > MOST_BYTES:
        raise DomainError(
            "photo-too-large", "A photograph may have at most {most} megabytes.", field="photos", most=MOST_BYTES >> 20
        )
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _not_readable()
            opened.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            picture = _on_white(upright)
    except _NOT_A_PICTURE as error:
        raise _not_readable() from error
    encoded = BytesIO()
    # A new image, of which nothing but the pixels came over.
    picture.save(encoded, "JPEG", quality=QUALITY, optimize=True)
    return Picture(encoded.getvalue(), picture.width, picture.height, hashlib.sha256(sent).hexdigest())


def _on_white(image: Image.Image) -> Image.Image:
    """The pixels of ``image`` alone; what was transparent is white, as on paper."""
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen_through = image.convert("RGBA")
        plain.paste(seen_through, mask=seen_through)
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _not_readable() -> DomainError:
    return DomainError(
        "photo-not-readable", "This is not a photograph that can be read here (JPEG, PNG, WebP).", field="photos"
    )
