"""What a parent hands down to one child is opened to that child alone."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.nats.server_config import server_config
from deploy.nats.site import ServerSecrets, ServerSite

SECRETS = ServerSecrets(services="s", reporting="r", steward="d", leaf="l", handover="h")


def _accounts(body: str) -> dict[str, dict[str, object]]:
    site = ServerSite(
        body=body,
        host="127.0.0.1",
        port=1,
        monitor_port=2,
        leaf_port=3,
        store=Path("store"),
        log=Path("log"),
        secrets=SECRETS,
        children={"zhaosu": "one", "tekes": "two"},
    )
    accounts: dict[str, dict[str, object]] = json.loads(json.dumps(server_config(site)))["accounts"]
    return accounts


def test_an_account_of_a_child_names_no_other_child() -> None:
    accounts = _accounts("ili")
    for child, other in (("zhaosu", "tekes"), ("tekes", "zhaosu")):
        rendered = json.dumps(accounts[f"C_{child}"])
        assert f"DOWN_{child}" in rendered and f"down.{child}.>" in rendered
        assert other not in rendered


def test_what_goes_down_is_opened_to_its_own_account_and_published_by_the_bodys_services_alone() -> None:
    exports = _accounts("ili")["UPLINK"]["exports"]
    assert isinstance(exports, list)
    for export in exports:
        subject = export.get("service") or export.get("stream")
        for child in ("zhaosu", "tekes"):
            if f"DOWN_{child}" in subject or subject.startswith(f"down.{child}."):
                assert export["accounts"] == [f"C_{child}"]
            if subject.startswith(f"to.{child}."):
                assert export["accounts"] == ["LOCAL"]
