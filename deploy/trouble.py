"""What can go wrong in a way that whoever runs the command can do something about."""

from __future__ import annotations

from typing import ClassVar


class Trouble(Exception):
    """Ends the command with its text as the only message and ``exit_code`` as its status."""

    exit_code: ClassVar[int] = 1


class CalledWrongly(Trouble):
    """What was asked for does not exist or does not fit together."""

    exit_code = 2


class NothingUp(Trouble):
    """No instance is there, or it is not ready."""

    exit_code = 3
