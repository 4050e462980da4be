"""A child that has its own server in its hands, and a leaf's real credentials, against its parent as configured."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from nats.aio.msg import Msg

from deploy.nats.binary import find_server_binary
from deploy.nats.server_config import leaf_user
from deploy.topology import Topology
from tests.integration.two_tiers import free_ports
from tests.tree import Tree, body, leaf_password
from tests.tree_reporting import connected, held

SIBLINGS = Topology(
    (body("ili", "prefecture", None), body("zhaosu", "county", "ili"), body("xinyuan", "county", "ili"))
)
"""Zhaosu is the one that goes bad; it is never started, and its server is made by hand."""
EVENT = "issue.submitted.v1"
SIBLINGS_WORD = b"what-xinyuan-reports"

AS_ANOTHER_BODY = (
    f"doorstep.xinyuan.report.{EVENT}",
    f"doorstep.ili.report.{EVENT}",
    f"from.xinyuan.doorstep.xinyuan.report.{EVENT}",
    "deliver.xinyuan.anything",
    "$JS.FC.UP_xinyuan.anything",
    "$JS.ACK.UP_ili.reporting-report-v1.1.1.1.1.1",
)
QUESTIONS = (
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.INFO.UP_ili",
    "$JS.API.STREAM.MSG.GET.FROM_xinyuan",
    "$JS.API.STREAM.DELETE.FROM_xinyuan",
    "$JS.API.CONSUMER.CREATE.FROM_xinyuan",
    "$JS.ili.API.STREAM.MSG.GET.FROM_xinyuan",
    "$JS.ili.API.STREAM.PURGE.UP_ili",
    "$JS.xinyuan.API.STREAM.MSG.GET.UP_xinyuan",
    "$JS.xinyuan.API.CONSUMER.CREATE.UP_xinyuan",
    "$SYS.REQ.SERVER.PING",
)
"""What a JetStream, or a server, would answer to somebody who may ask."""


class Rogue:
    """A nats-server without accounts or permissions, linked to the parent with somebody's leaf credentials.

    It has no JetStream, so that whatever answers a question was the parent's server.
    """

    def __init__(self, folder: Path, parent_leaf: int, user: str, password: str) -> None:
        self.port, self.monitor = free_ports(2)
        self.url = f"nats://127.0.0.1:{self.port}"
        self._log = folder / f"rogue-{self.port}.log"
        self._config = folder / f"rogue-{self.port}.conf"
        self._config.write_text(
            json.dumps(
                {
                    "server_name": f"rogue-{self.port}",
                    "listen": f"127.0.0.1:{self.port}",
                    "http": f"127.0.0.1:{self.monitor}",
                    "log_file": str(self._log),
                    "leafnodes": {
                        "reconnect": "1s",
                        "remotes": [{"url": f"nats-leaf://{user}:{password}@127.0.0.1:{parent_leaf}"}],
                    },
                }
            )
        )

    @contextmanager
    def running(self) -> Iterator[Rogue]:
        process = subprocess.Popen([find_server_binary(), "-c", self._config], stderr=subprocess.DEVNULL)
        try:
            yield self
        finally:
            process.kill()
            process.wait()

    def is_linked(self, within: float) -> bool:
        """Whether its parent took it in, looked for until ``within`` seconds have passed."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{self.monitor}/leafz").json()["leafnodes"]:
                    return True
            except httpx.TransportError:
                pass  # it is just starting
            if "Authorization Violation" in (self._log.read_text() if self._log.exists() else ""):
                return False
            time.sleep(0.05)  # nothing tells when a link stands
        return False


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    """The parent and the honest sibling."""
    tree = Tree(SIBLINGS, tmp_path)
    try:
        for code in ("ili", "xinyuan"):
            tree[code].start()
        yield tree
    finally:
        for server in tree.servers.values():
            server.kill()


async def test_the_parents_server_takes_nothing_in_anothers_name_and_tells_nothing_of_a_sibling(
    tree: Tree, tmp_path: Path
) -> None:
    await asyncio.gather(tree["ili"].declare(), tree["xinyuan"].declare())
    rogue = Rogue(tmp_path, tree["ili"].site.leaf_port, leaf_user("zhaosu"), leaf_password("zhaosu"))
    overheard: list[bytes] = []
    answered: list[str] = []

    async def overhear(message: Msg) -> None:
        overheard.append(message.data)
        if message.subject.startswith("answer."):
            answered.append(QUESTIONS[int(message.subject.removeprefix("answer."))])

    with rogue.running():
        assert rogue.is_linked(10)
        async with (
            connected(rogue.url) as (client, _),
            connected(tree["xinyuan"].services_url) as (_, honest),
        ):
            await client.subscribe(">", cb=overhear)
            await client.flush()
            for subject in AS_ANOTHER_BODY:
                await client.publish(subject, b"forged", headers={"Nats-Msg-Id": subject})
            for number, question in enumerate(QUESTIONS):
                await client.publish(question, b"{}", reply=f"answer.{number}")
            await client.flush()
            await honest.publish(f"doorstep.xinyuan.report.{EVENT}", SIBLINGS_WORD, headers={"ce-id": "1"})
            # It rose over the same server after all of the above was sent, so whatever was to happen has happened.
            there = await held(tree["ili"], 1)
            await client.flush()
    assert there == [(f"from.xinyuan.doorstep.xinyuan.report.{EVENT}", "1")]
    assert not any(SIBLINGS_WORD in data for data in overheard), "a sibling's event was overheard"
    assert not answered
    async with connected(tree["ili"].reporting_url) as (_, jetstream):
        assert (await jetstream.stream_info("FROM_zhaosu")).state.messages == 0
        assert (await jetstream.stream_info("FROM_xinyuan")).state.messages == 1


async def test_a_child_signs_in_as_no_sibling(tree: Tree, tmp_path: Path) -> None:
    port = tree["ili"].site.leaf_port
    for user, password in ((leaf_user("xinyuan"), leaf_password("zhaosu")), ("services", "s"), ("steward_uplink", "d")):
        with Rogue(tmp_path, port, user, password).running() as rogue:
            assert not rogue.is_linked(5), f"{user} was taken in as a leaf"
