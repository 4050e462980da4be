"""Logs are for everybody who runs a machine, so they hold nothing of a resident; metrics are shared."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO

import structlog
from prometheus_client import CollectorRegistry, generate_latest

from shared.observe import Metrics, configure


@contextmanager
def _logging() -> Iterator[StringIO]:
    """Logs as a machine reads them, from inside; what was configured before is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stderr(StringIO()) as shown:
        configure("INFO", body="zhaosu", service="intake")
        try:
            yield shown
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.reset_defaults()


def _only_line(shown: StringIO) -> dict[str, object]:
    (line,) = shown.getvalue().splitlines()
    said: dict[str, object] = json.loads(line)
    return said


def test_a_line_is_an_object_with_its_ids() -> None:
    with _logging() as shown:
        with structlog.contextvars.bound_contextvars(request_id="r-1", service="routing"):
            structlog.get_logger().info("assigned", reference="ZS-1")
        structlog.get_logger().debug("not shown")
    line = _only_line(shown)
    assert line["event"] == "assigned"
    assert (line["request_id"], line["body"], line["service"]) == ("r-1", "zhaosu", "routing")


def test_the_standard_library_s_lines_look_the_same() -> None:
    with _logging() as shown:
        logging.getLogger("uvicorn.error").warning("address %s", "in use")
        logging.getLogger("httpx").info("GET http://desk.test/track/secret")
    line = _only_line(shown)
    assert (line["event"], line["level"], line["service"]) == ("address in use", "warning", "intake")


def test_a_traceback_shows_no_local_variables() -> None:
    words = "what the resident wrote"
    with _logging() as shown:
        try:
            raise RuntimeError(len(words))
        except RuntimeError:
            structlog.get_logger().exception("failed")
    assert "RuntimeError" in shown.getvalue()
    assert words not in shown.getvalue()


def test_services_of_one_process_share_a_registry() -> None:
    registry = CollectorRegistry()
    intake, routing = Metrics(registry, "intake"), Metrics(registry, "routing")
    intake.answered("GET", "/livez", 204, 0.001)
    routing.answered("GET", "/livez", 204, 0.001)
    routing.outbox_depth.set(3)
    routing.pending("routing-issue-submitted-v1").set(2)
    shown = generate_latest(registry).decode()
    assert shown.count("# HELP doorstep_http_requests_total") == 1
    assert 'doorstep_http_requests_total{method="GET",route="/livez",service="routing",status="204"} 1.0' in shown
    assert 'doorstep_outbox_rows{service="routing"} 3.0' in shown
