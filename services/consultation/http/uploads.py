"""Photographs that come with a form."""

from __future__ import annotations

import asyncio

from starlette.datastructures import UploadFile
from starlette.requests import Request

from services.consultation.photos import MOST_AT_ONCE, Picture, developed
from shared.errors import DomainError


async def pictures_of(request: Request) -> list[Picture]:
    """The photographs of a form. Raises DomainError on ``photos``."""
    form = await request.form()
    files = [each for each in form.getlist("photos") if isinstance(each, UploadFile) and each.size]
    try:
        if len(files) > MOST_AT_ONCE:
            raise DomainError(
                "too-many-photos-at-once", "At most {most} photographs at once.", field="photos", most=MOST_AT_ONCE
            )
        # In a thread, and one after another: unpacking takes a processor and much memory.
        return [await asyncio.to_thread(developed, await each.read()) for each in files]
    finally:
        # The fields are still read afterwards; the files are not.
        await form.close()
