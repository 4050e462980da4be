"""The delivery log for programs and for people."""
