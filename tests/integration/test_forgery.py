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

from deploy.nats.accounts import leaf_user
from deploy.nats.binary import find_server_binary
from deploy.topology import Topology
from tests.integration.two_tiers import SECRETS, free_ports
from tests.tree import Tree, body, leaf_password
from tests.tree_reporting import connected, held

SIBLINGS = Topology(
    (body("ili", "prefecture", None), body("zhaosu", "county", "ili"), body("xinyuan", "county", "ili"))
)
"""Zhaosu is the one that goes bad; it is never started, and its server is made by hand."""
EVENT = "issue.submitted.v1"
SIBLINGS_WORD = b"what-xinyuan-reports"
SIBLINGS_LETTER = b"what-is-handed-down-to-xinyuan"
ANSWERS = "$JSC.R.answer."
"""Where a child's server may hear a JetStream's answers: whatever is asked in vain was not lost on its way back."""
OWN_MAIL = "TIER.ili.API.CONSUMER.CREATE.DOWN_zhaosu.mine"
"""By which zhaosu's server asks for what is handed down to it, and is answered."""

AS_ANOTHER_BODY = (
    f"doorstep.xinyuan.report.{EVENT}",
    f"doorstep.ili.report.{EVENT}",
    f"from.xinyuan.doorstep.xinyuan.report.{EVENT}",
    "deliver.xinyuan.anything",
    "$JS.FC.UP_xinyuan.anything",
    "$JS.ACK.UP_ili.reporting-report-v1.1.1.1.1.1",
    "to.xinyuan.doorstep.ili.handover.issue.offered.v1",
    "down.xinyuan.anything",
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
    # What the parent hands down to a sibling: by its own names, and by those under which children may ask for theirs.
    "$JS.API.STREAM.MSG.GET.DOWN_xinyuan",
    "$JS.ili.API.STREAM.MSG.GET.DOWN_xinyuan",
    "$JS.ili.API.DIRECT.GET.DOWN_xinyuan.1",
    "TIER.ili.API.CONSUMER.CREATE.DOWN_xinyuan",
    "TIER.ili.API.CONSUMER.CREATE.DOWN_xinyuan.mine",
    "TIER.ili.API.STREAM.MSG.GET.DOWN_zhaosu",
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
    both = tree["ili"], tree["xinyuan"]
    await asyncio.gather(*(each.declare_own() for each in both))
    await asyncio.gather(*(each.declare() for each in both))
    rogue = Rogue(tmp_path, tree["ili"].site.leaf_port, leaf_user("zhaosu"), leaf_password("zhaosu"))
    overheard: list[bytes] = []
    answered: list[str] = []
    own_answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def overhear(message: Msg) -> None:
        overheard.append(message.data)
        if message.subject == f"{ANSWERS}own":
            own_answer.set_result(message.data)
        elif message.subject.startswith(ANSWERS):
            answered.append(QUESTIONS[int(message.subject.removeprefix(ANSWERS))])

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
                await client.publish(question, b"{}", reply=f"{ANSWERS}{number}")
            await client.flush()
            async with connected(tree["ili"].services_url) as (_, office):
                letter = "to.xinyuan.doorstep.ili.handover.issue.offered.v1"
                await office.publish(letter, SIBLINGS_LETTER, headers={"ce-id": "2"})
            async with connected(tree["xinyuan"].url("steward_uplink", SECRETS.steward)) as (_, mail):
                async with asyncio.timeout(60):
                    while not (await mail.stream_info("HAND_xinyuan")).state.messages:  # noqa: ASYNC110 - nothing tells
                        await asyncio.sleep(0.05)
                assert (await mail.get_msg("HAND_xinyuan", 1)).data == SIBLINGS_LETTER, "and no forged one before it"
            # The same words with its own name are answered, so it was the names.
            own = {"stream_name": "DOWN_zhaosu", "config": {"name": "mine", "deliver_subject": "down.zhaosu.x"}}
            await client.publish(OWN_MAIL, json.dumps(own).encode(), reply=f"{ANSWERS}own")
            said = json.loads(await asyncio.wait_for(own_answer, 10))
            assert "error" not in said, said
            await honest.publish(f"doorstep.xinyuan.report.{EVENT}", SIBLINGS_WORD, headers={"ce-id": "1"})
            # It rose over the same server after all of the above was sent, so whatever was to happen has happened.
            there = await held(tree["ili"], 1)
            await client.flush()
    assert there == [(f"from.xinyuan.doorstep.xinyuan.report.{EVENT}", "1")]
    assert not any(SIBLINGS_WORD in data for data in overheard), "a sibling's event was overheard"
    assert not any(SIBLINGS_LETTER in data for data in overheard), "what is handed to a sibling was overheard"
    assert not answered
    async with connected(tree["ili"].reporting_url) as (_, jetstream):
        assert (await jetstream.stream_info("FROM_zhaosu")).state.messages == 0
        assert (await jetstream.stream_info("FROM_xinyuan")).state.messages == 1


async def test_a_child_signs_in_as_no_sibling(tree: Tree, tmp_path: Path) -> None:
    port = tree["ili"].site.leaf_port
    for user, password in ((leaf_user("xinyuan"), leaf_password("zhaosu")), ("services", "s"), ("steward_uplink", "d")):
        with Rogue(tmp_path, port, user, password).running() as rogue:
            assert not rogue.is_linked(5), f"{user} was taken in as a leaf"
