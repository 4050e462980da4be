"""What can go wrong with a backup, beside what its manifest finds."""

from __future__ import annotations

from deploy.trouble import CalledWrongly, Trouble


class NotCopied(Trouble):
    """A database could not be copied or brought back; the text says which, and what its own tool said."""


class NotEmpty(CalledWrongly):
    """The folder that was named for a new backup has something in it."""


class Foreign(CalledWrongly):
    """The backup is of another body than the one that is here."""


class StillRunning(Trouble):
    """The body must not run while it is replaced."""
