"""The life of an order, for the test over the whole table and for the page that draws it."""

from __future__ import annotations

from services.routing.domain.order import ORDER

TABLES = (ORDER,)
