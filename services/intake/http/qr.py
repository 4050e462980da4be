"""QR codes as SVG, drawn here so that no address of a resident's page goes to anybody else."""

from __future__ import annotations

import io

import segno


def svg(address: str) -> bytes:
    """The QR code of ``address``, dark on white whatever the page's colours, since cameras want that."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True
    )
    return drawn.getvalue()


def data_uri(address: str) -> str:
    """The same, to stand in an ``<img>`` of a page that must not be asked for twice."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4, dark="#000", light="#fff")
