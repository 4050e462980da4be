"""What is handed down still arrives when the parent's stream is that of an older backup."""

from __future__ import annotations

from pathlib import Path

from deploy.nats.in_step import Behind, Parent, behind, mend
from deploy.nats.streams import connected
from tests.integration.two_tiers import SECRETS, TierServer, county_and_prefecture

LETTER = "to.zhaosu.doorstep.ili.handover.issue.offered.v1"


def parent_at(server: TierServer) -> Parent:
    steward = server.url("steward_uplink", SECRETS.steward)
    return Parent(f"http://127.0.0.1:{server.site.monitor_port}", server.services_url, steward)


async def handed_down(server: TierServer, first: int) -> list[tuple[str, bytes]]:
    """Event id and content of what stands in the stream from ``first`` on."""
    async with connected(server.url("steward_uplink", SECRETS.steward)) as client:
        js = client.jetstream(timeout=5)
        last = (await js.stream_info("DOWN_zhaosu")).state.last_seq
        found = [await js.get_msg("DOWN_zhaosu", number) for number in range(first, last + 1)]
    return [((each.headers or {})["ce-id"], each.data or b"") for each in found]


async def test_a_stream_that_went_back_is_filled_to_where_the_child_goes_on_and_said_again(tmp_path: Path) -> None:
    _, prefecture = county_and_prefecture(tmp_path)
    prefecture.start()
    try:
        await prefecture.declare_own()
        parent = parent_at(prefecture)
        # Emptied by the restore: only its count moves on.
        assert await mend(parent, Behind("zhaosu", last=0, taken=4)) == 0
        async with connected(prefecture.services_url) as client:
            for number in range(3):
                headers = {"Nats-Msg-Id": f"e{number}", "ce-id": f"e{number}"}
                stored = await client.jetstream().publish(LETTER, str(number).encode(), headers=headers)
        assert stored.seq == 7, "after what the child had taken"
        said = [(f"e{number}", str(number).encode()) for number in range(3)]
        # Put back once more: the child has taken more than twice as many as there are.
        assert await mend(parent, Behind("zhaosu", last=7, taken=15)) == 8 + 3
        assert await handed_down(prefecture, 16) == said, "each once, in order, where the child goes on"
        assert await behind(parent, ["zhaosu"]) == []
    finally:
        prefecture.kill()
