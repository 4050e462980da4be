"""Whatever comes as a photograph is a plain JPEG afterwards, or is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.consultation.photos import LONGEST_EDGE, developed
from shared.errors import DomainError


def encoded(kind: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGBA")]
)
def test_every_kind_becomes_a_jpeg(kind: str, mode: str) -> None:
    picture = developed(encoded(kind, (40, 20), mode))
    with Image.open(io.BytesIO(picture.content)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (40, 20))


# Each picture is a second's work of a busy machine at most, which is no fault of the picture.
@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5000), st.integers(1, 5000))
def test_sides_keep_their_measure_and_their_limit(width: int, height: int) -> None:
    picture = developed(encoded("PNG", (width, height), "1"))
    assert max(picture.width, picture.height) <= max(LONGEST_EDGE, 1)
    if max(width, height) <= LONGEST_EDGE:
        assert (picture.width, picture.height) == (width, height)


@given(st.binary(max_size=300))
def test_anything_else_is_refused_with_its_field(content: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        developed(content)
    assert (refusal.value.code, refusal.value.field) == ("photo-not-readable", "photos")


def test_a_torn_file_is_refused() -> None:
    whole = encoded("PNG", (300, 300))
    with pytest.raises(DomainError):
        developed(whole[: len(whole) // 2])
