"""No alert and no picture asks for what no body shows: each name and label is looked for in a body's own registry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from deploy.body import build_services
from deploy.body_config import prepare_body
from deploy.machine import Machine
from deploy.monitoring import dashboard
from deploy.topology import SAMPLE, SERVICES
from services.notify.domain import State

HERE = Path(dashboard.__file__).parent
OF_THE_SCRAPE = {"up": {"job", "instance", "body"}}
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
_NAME = re.compile(r"\b(doorstep_\w+|up)\b(?:\{([^}]*)\})?")


@cache
def shown() -> dict[str, set[str]]:
    """Every metric of a body and its labels; those of the scrape are on all."""
    registry = CollectorRegistry()
    with TemporaryDirectory() as folder:
        build_services(prepare_body(Machine(Path(folder)), SAMPLE, SAMPLE.body("zhaosu"), sample=True), registry)
    found = dict(OF_THE_SCRAPE)
    for collector, names in registry._collector_to_names.items():
        kind, labels = collector._type, set(collector._labelnames)  # type: ignore[attr-defined]
        extra = {"le"} if kind == "histogram" else set()
        wanted = {collector._name + suffix for suffix in _SUFFIXES[kind]}  # type: ignore[attr-defined]
        found |= dict.fromkeys(wanted & set(names), labels | extra | OF_THE_SCRAPE["up"])
    return found


def rules() -> list[dict[str, Any]]:
    content = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def asked() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in rules())
    yield from ((panel.title, panel.ask) for panel in dashboard.PANELS)


@pytest.mark.parametrize(("where", "expression"), list(asked()), ids=lambda text: text[:30])
def test_every_metric_and_label_exists(where: str, expression: str) -> None:
    names = _NAME.findall(expression)
    assert names, f"{where} asks for nothing"
    for name, matchers in names:
        assert name in shown(), f"{where} asks for {name}, which no body shows"
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        for grouped in re.findall(r"by \(([^)]*)\)", expression):
            labels |= {label.strip() for label in grouped.split(",")}
        assert labels <= shown()[name], f"{where}: {name} has no label {labels - shown()[name]}"


def test_an_alert_says_whom_it_is_about_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["do"]
        grouped = re.findall(r"by \(([^)]*)\)", rule["expr"])
        known = set.intersection(*(shown()[name] for name, _ in _NAME.findall(rule["expr"])))
        if grouped:
            known = {label.strip() for label in grouped[0].split(",")} - {"le"}
        used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert used and used <= known, f"{rule['alert']} names {used - known}"


def test_the_state_of_a_letter_that_alerts_is_one_that_letters_have() -> None:
    [expression] = [rule["expr"] for rule in rules() if rule["alert"] == "DoorstepLettersFail"]
    assert set(re.findall(r'state="([\w-]+)"', expression)) <= {state.value for state in State}


def test_the_dashboard_is_the_one_that_its_program_makes() -> None:
    assert (HERE / "dashboard.json").read_text(encoding="utf-8") == dashboard.text()
    assert len(json.loads(dashboard.text())["panels"]) == len(dashboard.PANELS)


def test_every_service_is_asked() -> None:
    [job] = yaml.safe_load((HERE / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert job["job_name"] == "doorstep"
    [targets] = [one["targets"] for one in job["static_configs"]]
    assert targets == [f"{service}:8000" for service in SERVICES]
