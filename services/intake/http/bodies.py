"""What intake's API takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.domain import Contact
from shared.contracts.words import Channel, Rating
from shared.web.fields import AwareUTC, Code, Language, Text

WORDS_AT_MOST = 4000
REASON_AT_MOST = 2000

Words = Annotated[str, Text(WORDS_AT_MOST)]
ReasonText = Annotated[str, Text(REASON_AT_MOST)]
Name = Annotated[str, Text(100)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[+0-9][0-9 ()-]{2,31}$")]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        # One mailbox and nothing that could be a second one, a header or a display name.
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
LikelyId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{24}$")]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=12)]


class Input(BaseModel):
    """A request body; a field it does not have is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ContactIn(Input):
    """How to answer; a phone number or an e-mail address is needed."""

    name: Name | None = None
    phone: Phone | None = None
    email: Email | None = None

    def contact(self) -> Contact:
        return Contact(self.name, self.phone, self.email)


class IssueIn(Input):
    """A resident's issue. ``station`` or ``community`` is needed; the other follows from it."""

    station: Code | None = None
    community: Code | None = None
    category: Code | None = None
    words: Words
    language: Language
    channel: Channel = "web"
    anonymous: bool = False
    contact: ContactIn | None = None
    reception: Id | None = Field(default=None, description="The reception it came of, registered before")
    recorded_at: AwareUTC | None = Field(default=None, description="The paper record's own date; officers only")
    join: LikelyId | None = Field(
        default=None, description="The id of a likely same issue that is joined instead of raising one more"
    )


class LikelyIn(Input):
    """What is about to be raised, and where; nothing of it is kept."""

    station: Code | None = None
    community: Code | None = None
    category: Code | None = None
    words: Words


class GroupingIn(Input):
    """Why two issues are the same matter, or why not; kept here, and said in no event."""

    reason: ReasonText


class JoiningIn(GroupingIn):
    """The same, and which issue it is joined to."""

    to: Reference = Field(description="The reference of the other issue")


class ReceivedIssueIn(Input):
    """An issue that came of a reception; what is left out is as in the reception."""

    community: Code | None = None
    category: Code | None = None
    words: Words
    language: Language | None = None
    anonymous: bool = False
    contact: ContactIn | None = None
    join: LikelyId | None = Field(default=None, description="As for an issue that is raised by itself")


class ReceptionIn(Input):
    """A resident was received, whether an issue came of it or not."""

    station: Code
    community: Code | None = None
    channel: Channel
    language: Language
    issue: ReceivedIssueIn | None = None
    recorded_at: AwareUTC | None = None


class RatingIn(Input):
    """What the resident thinks of the outcome."""

    rating: Rating
    reason: ReasonText | None = None
    recorded_at: AwareUTC | None = None


class ReopeningIn(Input):
    """Why it is not solved."""

    reason: ReasonText
    recorded_at: AwareUTC | None = None


class ConfirmationIn(Input):
    """It is as the answer says; a word more may be added."""

    reason: ReasonText | None = None
    recorded_at: AwareUTC | None = None


class WithdrawalIn(Input):
    """Nothing needs to be said."""

    recorded_at: AwareUTC | None = None


class ErasureIn(Input):
    """Nothing needs to be said."""


class ReceiptOut(BaseModel):
    """Show the code to the resident once, and to nobody else: it is the right to follow and to withdraw."""

    reference: str
    tracking_code: str


class ReceptionOut(BaseModel):
    """The reception, and the receipt of the issue that came of it."""

    id: str
    reference: str | None = None
    tracking_code: str | None = None


class StandingOut(BaseModel):
    """Where an issue stands after the resident's move."""

    reference: str
    state: str
    outcome: str | None
    rating: str | None
    word: str | None = Field(default=None, description="confirmed or disputed; null while it is awaited")


class LikelyOut(BaseModel):
    """An issue that may be the same: nothing of what was written, nothing of who wrote it."""

    id: str = Field(description="Says nothing by itself; give it back as `join`")
    category: str | None
    community: str
    submitted_on: date
    state: str
    outcome: str | None
    residents: int = Field(description="How many residents raised it")


class LikelyListOut(BaseModel):
    """The likeliest first, at most five."""

    items: list[LikelyOut]


class GroupedOut(BaseModel):
    """Where an issue stands after it was joined or split."""

    reference: str
    state: str
    joined_to: str | None


class ErasedOut(BaseModel):
    """The words and the contact are gone; the facts stay."""

    reference: str
    erased: bool


class LineOut(BaseModel):
    """A dated step; ``code`` is its department, outcome or rating."""

    at: datetime
    step: str
    code: str | None


class CanOut(BaseModel):
    """What the resident can do now."""

    rate: bool
    confirm: bool
    reopen: bool
    withdraw: bool


class ProgressOut(BaseModel):
    """How far a commitment had come."""

    at: datetime
    text: str


class CommitmentOut(BaseModel):
    """What somebody undertook for this issue."""

    by: str
    what: str
    due_on: date
    state: str
    overdue: bool = Field(description="The day is past, and nothing came of it yet")
    settled_at: datetime | None
    evidence: str | None
    reason: str | None
    progress: list[ProgressOut]


class ToldOut(BaseModel):
    """What was written for the resident on the way; pictures are at ``/track/<tracking code>/photos/<id>``."""

    id: str
    at: datetime
    kind: str
    text: str | None
    photos: list[str]


class JoinedOut(BaseModel):
    """The issue is worked on together with others' of the same matter."""

    at: datetime
    residents: int


class TrackedOut(BaseModel):
    """An issue as its resident follows it."""

    reference: str
    state: str = Field(description="Where the work on it stands; of a joined issue, on the one that it is joined to")
    joined: JoinedOut | None = Field(default=None, description="Null for an issue that is worked on by itself")
    outcome: str | None
    submitted_at: datetime
    timeline: list[LineOut]
    answer: str | None
    answer_available: bool = Field(description="False while the service that keeps the answer cannot be reached")
    competent: str | None = Field(default=None, description="Who is competent, where this body is not")
    commitments: list[CommitmentOut]
    entries: list[ToldOut] = Field(default_factory=list, description="What was written for the resident on the way")
    rating: str | None
    word: str | None = Field(description="What the resident says of the closing: confirmed, disputed or silent")
    word_until: datetime | None = Field(description="Until when it can be confirmed or reopened")
    can: CanOut
    erased: bool
    with_body: str = Field(description="The body that has it now: this one, or the one that it was handed to")
    offered_to: str | None = Field(default=None, description="The body that is asked to take it and has not said yet")
