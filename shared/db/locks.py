"""Locks and limits by which the processes of one PostgreSQL database get along; a number means the same to all."""

from __future__ import annotations

_DOORSTEP = 0x646F6F72
"""Of the first of the two numbers of each of our locks, so that they meet nobody else's."""

LEADER = (_DOORSTEP, 1)
"""Held by the connection of the process that leads (``shared.db.leading``)."""
WRITER = (_DOORSTEP, 2)
"""Held by the transaction that writes: one at a time, as on SQLite, whichever process it is of."""

VANISHED_HOST_NOTICED = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""Server settings of a connection: a host that lost its power hangs up on nobody, so after 25 s it is asked for."""
STOPPED_WRITER_UNDONE = {"idle_in_transaction_session_timeout": "30s"}
"""Server settings of a writing connection: a process that was stopped in a transaction must not stop all others."""
