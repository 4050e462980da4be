"""``python -m deploy.monitoring.dashboard``: prints the Grafana dashboard that lies beside this file."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Literal

Unit = Literal["short", "s", "reqps", "percentunit", "dateTimeFromNow"]

_OF = 'body=~"$body"'
_WIDTH, _HEIGHT = 12, 8


@dataclass(frozen=True)
class Panel:
    """One picture: its title, what Prometheus is asked, and the unit of the answer."""

    title: str
    ask: str
    legend: str
    unit: Unit
    kind: Literal["timeseries", "stat"] = "timeseries"


PANELS = (
    Panel("Answering", f'up{{job="doorstep", {_OF}}}', "{{body}} {{instance}}", "short", "stat"),
    Panel("Events put aside", f"doorstep_parked_events{{{_OF}}}", "{{body}} {{service}}", "short", "stat"),
    Panel(
        "Requests",
        f"sum by (body, service) (rate(doorstep_http_requests_total{{{_OF}}}[5m]))",
        "{{body}} {{service}}",
        "reqps",
    ),
    Panel(
        "Failed requests",
        f'sum by (body, service) (rate(doorstep_http_requests_total{{{_OF}, status=~"5.."}}[5m]))',
        "{{body}} {{service}}",
        "reqps",
    ),
    Panel(
        "Time to answer, 99 of 100",
        f"histogram_quantile(0.99, sum by (body, service, le) (rate(doorstep_http_seconds_bucket{{{_OF}}}[5m])))",
        "{{body}} {{service}}",
        "s",
    ),
    Panel(
        "Slowest routes, 99 of 100",
        "topk(10, histogram_quantile(0.99, sum by (body, route, le) "
        f"(rate(doorstep_http_seconds_bucket{{{_OF}}}[5m]))))",
        "{{body}} {{route}}",
        "s",
    ),
    Panel("Events to be said", f"doorstep_outbox_rows{{{_OF}}}", "{{body}} {{service}}", "short"),
    Panel("Oldest event to be said", f"doorstep_outbox_oldest_seconds{{{_OF}}}", "{{body}} {{service}}", "s"),
    Panel("Events to be heard", f"doorstep_consumer_pending{{{_OF}}}", "{{body}} {{service}} {{durable}}", "short"),
    Panel(
        "Letters",
        f"sum by (body, kind, state) (increase(doorstep_notice_tries_total{{{_OF}}}[1h]))",
        "{{body}} {{kind}} {{state}}",
        "short",
    ),
    Panel(
        "Days off known until",
        f"doorstep_days_off_known_until_timestamp_seconds{{{_OF}}} * 1000",
        "{{body}}",
        "dateTimeFromNow",
        "stat",
    ),
)


def dashboard() -> dict[str, object]:
    """The dashboard as Grafana imports it."""
    return {
        "title": "Doorstep",
        "uid": "doorstep",
        "schemaVersion": 39,
        "tags": ["doorstep"],
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {
            "list": [
                {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
                {
                    "name": "body",
                    "type": "query",
                    "label": "Body",
                    "datasource": _source(),
                    "query": 'label_values(up{job="doorstep"}, body)',
                    "refresh": 2,
                    "multi": True,
                    "includeAll": True,
                },
            ]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }


def _source() -> dict[str, str]:
    return {"type": "prometheus", "uid": "${source}"}


def _panel(number: int, panel: Panel) -> dict[str, object]:
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "datasource": _source(),
        "gridPos": {"x": number % 2 * _WIDTH, "y": number // 2 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": _source(), "expr": panel.ask, "legendFormat": panel.legend}],
    }


def text() -> str:
    """The file's content."""
    return json.dumps(dashboard(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
