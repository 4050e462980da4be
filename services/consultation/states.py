"""The lives of everything in this service, for the test over the whole tables and for the pages that draw them."""

from __future__ import annotations

from services.consultation.domain import BRIEF, CASE, COMMITMENT, CONSULTATION, REFERRAL
from services.consultation.domain.deadlines import DEADLINE
from services.consultation.domain.handings import HANDING
from services.consultation.domain.topics import TOPIC

TABLES = (CASE, REFERRAL, CONSULTATION, COMMITMENT, BRIEF, HANDING, DEADLINE, TOPIC)
