"""The forms of a case's page: what the API takes, under field names that are unique on a page with several forms."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from services.consultation.inputs import (
    Audience,
    ContactInput,
    Input,
    InvitationInput,
    NoteInput,
    ReferralInput,
    ReminderInput,
    ReplyInput,
    SupervisionInput,
    VisitInput,
    Words,
)
from shared.web.fields import Code


class ContactForm(ContactInput):
    """A word with the resident."""

    text: Words | None = Field(default=None, validation_alias="contact_text")
    audience: Audience = Field(default="staff", validation_alias="contact_audience")


class VisitForm(VisitInput):
    """A look on site."""

    note: Words | None = Field(default=None, validation_alias="visit_note")
    audience: Audience = Field(default="staff", validation_alias="visit_audience")


class NoteForm(NoteInput):
    """A note."""

    text: Words = Field(validation_alias="note_text")
    audience: Audience = Field(default="staff", validation_alias="note_audience")


class InvitationForm(InvitationInput):
    """A further member."""

    member: Code = Field(validation_alias="invited")


class ReferralForm(ReferralInput):
    """A referral to a department."""

    note: Words | None = Field(default=None, validation_alias="referral_note")
    due_on: date | None = None


class ReminderForm(ReminderInput):
    """A reminder, and which department's it is."""

    department: Code = Field(validation_alias="reminded")
    text: Words | None = Field(default=None, validation_alias="reminder_text")


class SupervisionForm(SupervisionInput):
    """The body presses, and whom."""

    department: Code = Field(validation_alias="supervised")
    text: Words | None = Field(default=None, validation_alias="supervision_text")
    due_on: date | None = Field(default=None, validation_alias="new_due_on")


class RevocationForm(Input):
    """Whose links are no longer good."""

    department: Code = Field(validation_alias="revoked")


class ReplyForm(ReplyInput):
    """A reply, and which department's it is."""

    department: Code = Field(validation_alias="replying")
    text: Words | None = Field(default=None, validation_alias="reply_text")
    audience: Audience = Field(default="staff", validation_alias="reply_audience")


class DepartmentsReplyForm(Input):
    """What a department writes itself."""

    text: Words
