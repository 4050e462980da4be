"""How a body joins a parent: its authority, invitations, the desk that admits, and what becomes of the link."""
