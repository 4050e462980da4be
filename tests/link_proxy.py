"""A link between two bodies that can be cut, and that writes down every byte that crosses it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


class LinkProxy:
    """Listens on :attr:`port` and passes everything on to ``target``, a port of this machine.

    Works in threads of its own, so that it goes on while a test waits for something else. With ``record`` every byte
    of either direction is appended to that file before it is passed on.
    """

    def __init__(self, target: int, *, record: Path | None = None, port: int = 0) -> None:
        self._target = target
        self._record = record
        self._writing = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut = False
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        """Where a child finds its parent."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="link", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End every connection, and every new one as soon as it is made."""
        with self._lock:
            self._cut = True
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._cut = False

    def recorded(self) -> bytes:
        """Every byte that crossed so far, in either direction."""
        assert self._record is not None
        with self._writing:
            return self._record.read_bytes() if self._record.exists() else b""

    def _accept(self) -> None:
        while True:
            try:
                child, _ = self._listener.accept()
            except OSError:
                return  # closed
            try:
                parent = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                child.close()
                continue
            with self._lock:
                if self._cut:
                    child.close()
                    parent.close()
                    continue
                self._open |= {child, parent}
            for one, other in ((child, parent), (parent, child)):
                threading.Thread(target=self._pass_on, args=(one, other), name="link", daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(_CHUNK):
                self._keep(data)
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(one)
        one.close()

    def _keep(self, data: bytes) -> None:
        if self._record is not None:
            with self._writing, self._record.open("ab") as record:
                record.write(data)
