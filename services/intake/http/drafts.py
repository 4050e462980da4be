"""What was sent, as the use cases take it: places looked up, contact and dates checked."""

from __future__ import annotations

from services.intake.entry import Intake, check_channel
from services.intake.http.bodies import IssueIn, LikelyIn, ReceptionIn
from services.intake.usecases.likely import LikelySame, Place
from services.intake.usecases.receive import Visitor
from services.intake.usecases.submit import Draft, check_contact
from shared.db.idempotency import Key
from shared.web.auth import Claims


async def draft_of(intake: Intake, claims: Claims | None, issue: IssueIn, key: Key | None) -> Draft:
    """The draft of an issue. Raises DomainError or Forbidden naming what is wrong with it."""
    check_channel(claims, issue.channel)
    if claims is None:
        places = await intake.places()
    else:
        places = await intake.places_with(issue.station, issue.community)
    location = places.locate(issue.station, issue.community)
    places.check_category(issue.category)
    joins = await intake.likely.find(Place(location, issue.category), issue.join) if issue.join else None
    return Draft(
        location=location,
        category=issue.category,
        words=issue.words,
        language=issue.language,
        channel=issue.channel,
        anonymous=issue.anonymous,
        contact=check_contact(issue.anonymous, issue.contact.contact() if issue.contact else None),
        reception_id=issue.reception,
        recorded_by=claims.subject if claims else None,
        recorded_at=intake.paper_date(claims, issue.recorded_at),
        key=key,
        joins=joins,
    )


async def likely_to(intake: Intake, asked: LikelyIn) -> list[LikelySame]:
    """The likely same issues. Raises DomainError naming what is wrong with the place or the category."""
    places = await intake.places()
    location = places.locate(asked.station, asked.community)
    places.check_category(asked.category)
    return await intake.likely.to(Place(location, asked.category), asked.words)


async def visitor_of(intake: Intake, claims: Claims, reception: ReceptionIn, key: Key | None) -> Visitor:
    """The reception to register. Raises DomainError; what is wrong with its issue is named ``issue.…``."""
    places = await intake.places_with(reception.station, reception.community)
    location = places.locate(reception.station, reception.community)
    at = intake.paper_date(claims, reception.recorded_at)
    issue = None
    if reception.issue is not None:
        told = reception.issue
        places.check_category(told.category, field="issue.category")
        lies = places.locate(reception.station, told.community or location.community, within="issue.")
        place = Place(lies, told.category)
        issue = Draft(
            location=lies,
            category=told.category,
            words=told.words,
            language=told.language or reception.language,
            channel=reception.channel,
            anonymous=told.anonymous,
            contact=check_contact(
                told.anonymous, told.contact.contact() if told.contact else None, field="issue.contact"
            ),
            recorded_by=claims.subject,
            recorded_at=at,
            joins=await intake.likely.find(place, told.join, field="issue.join") if told.join else None,
        )
    return Visitor(
        location=location,
        channel=reception.channel,
        language=reception.language,
        recorded_by=claims.subject,
        recorded_at=at,
        issue=issue,
        key=key,
    )
