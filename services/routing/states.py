"""The lives of orders and handovers, for the test over the whole tables and for the pages that draw them."""

from __future__ import annotations

from services.routing.domain.handover import HANDOVER
from services.routing.domain.order import ORDER
from services.routing.domain.supervision import SUPERVISION

TABLES = (ORDER, HANDOVER, SUPERVISION)
