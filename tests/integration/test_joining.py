"""Joining a parent on real servers with real TLS: by one file, once, and ended again from either side."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.nats.accounts import leaf_user
from deploy.tiers.authority import fingerprint
from deploy.tiers.desk import connections, unlink
from deploy.tiers.invitation import BadInvitation, ClockOff, InvitationExpired, read_invitation
from deploy.tiers.inviting import BadChild, dismiss
from deploy.tiers.joining import JoinRefused, NotJoined, join, leave
from deploy.tiers.links import links
from deploy.tiers.own_body import OwnBody
from deploy.tiers.own_sites import OwnSites
from deploy.tiers.wire import LeafAddress, NoAnswer, ParentUnreachable, SignInRefused, ask, is_let_in
from tests.integration.own_tiers import RunningBody, make, running
from tests.integration.two_bodies import BodyRouting, routing_of, vault

REPORT = "from.zhaosu.doorstep.zhaosu.report.issue.submitted.v1"


async def lets_in(child: RunningBody) -> bool:
    """Whether the parent's server takes the secret that the child has now."""
    link = child.body.register.read().link
    assert link is not None
    address = LeafAddress(link.address, link.authority)
    return await is_let_in(address, user=leaf_user(child.body.code), secret=link.secret)


async def test_a_body_joins_by_one_file_and_its_reports_rise_over_tls(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        await child.report(range(3))
        file = await parent.invite(zhaosu, tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        assert fingerprint(read_invitation(file).authority) == fingerprint(ili.authority.certificate)
        assert abs(await child.join(file)) < timedelta(seconds=5)
        await child.report(range(3, 6))
        assert await parent.heard("zhaosu", 6) == [(REPORT, n) for n in range(6)]
        # Whoever was connected to the parent before the child came is still heard.
        await parent.report(range(1))
        assert [(one.body, one.side, one.state, one.events, one.lag) for one in await links(ili)] == [
            ("zhaosu", "child", "up", 6, 0)
        ]
        assert [(one.body, one.side, one.state, one.events, one.lag) for one in await links(zhaosu)] == [
            ("ili", "parent", "up", 6, 0)
        ]
        secret = read_invitation(file).secret
        for kept in (*ili.folder.rglob("*"), *zhaosu.folder.rglob("*")):
            assert not kept.is_file() or secret.encode() not in kept.read_bytes(), kept
        assert parent.pid is not None and await speaks_only_tls(ili.config.leaf_port)


async def test_issues_are_handed_both_ways_between_bodies_that_joined_while_they_ran(tmp_path: Path) -> None:
    region, ili, zhaosu = make(tmp_path, "region"), make(tmp_path, "ili"), make(tmp_path, "zhaosu")
    async with running(region, ili, zhaosu) as (top, parent, child), AsyncExitStack() as stack:
        vault_url, _ = stack.enter_context(vault())
        here, above, far = [
            await stack.enter_async_context(
                routing_of(
                    one.server(),
                    f"sqlite:///{tmp_path}/{one.body.code}.db",
                    datetime.now(UTC),
                    vault_url,
                    neighbour_bodies={},
                    neighbours_file=one.body.neighbours_file,
                )
            )
            for one in (child, parent, top)
        ]
        alone = {"reference": await here.submitted(), "text": "乡卫生室常用药长期短缺。"}
        await here.ordered(alone["reference"])
        assert (await here.ask("POST", "/api/v1/handovers", alone, 422))["code"] == "no-parent"
        # The command does no more than this: streams and neighbours are the running bodies' own to see to.
        await parent.join(await top.invite(ili, tmp_path))
        await child.join(await parent.invite(zhaosu, tmp_path))
        up = (await here.ask("POST", "/api/v1/handovers", alone, 201))["handover_id"]
        await above.until(up, "offered")
        await above.ask("POST", f"/api/v1/handovers/{up}/accept")
        await here.until(up, "accepted")
        await handed_on_and_answered(here, above, far, alone["reference"], up)
        below = {"reference": await above.submitted(), "text": "请就近查看。", "to": "zhaosu"}
        await above.ordered(below["reference"])
        down = (await above.ask("POST", "/api/v1/handovers", below, 201))["handover_id"]
        await here.until(down, "offered")
        await here.ask("POST", f"/api/v1/handovers/{down}/return", {"reason": "属于州级权限。"})
        assert (await above.until(down, "returned"))["reason"] == "属于州级权限。"
        for one in (ili, zhaosu):
            await until_all_is_down(one)
        for body, other in ((here, "ili"), (above, "zhaosu"), (here, "region")):
            names = await body.ask("GET", "/api/v1/roster/names")
            assert names["body"][other] == {"en": f"Body {other}"}
            assert (await body.ask("GET", "/api/v1/routing/parked", role="officer"))["items"] == []
        # A child that left is handed nothing new; what it took is still answered for.
        assert await leave(zhaosu)
        below["reference"] = await above.submitted()
        await above.ordered(below["reference"])
        assert (await above.ask("POST", "/api/v1/handovers", below, 422))["code"] == "not-a-neighbour"


async def until_all_is_down(body: OwnBody) -> None:
    """Wait until nothing is to be handed down that has not crossed; a server says so with its next heartbeat."""
    async with asyncio.timeout(20):
        while ("DOWN_zhaosu", 0) not in {(each.down_stream, each.down_lag) for each in await links(body)}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def handed_on_and_answered(
    here: BodyRouting, above: BodyRouting, far: BodyRouting, reference: str, first: str
) -> None:
    """What the county handed up goes on to the region and back: the county knows at each moment who has it."""
    await above.ordered(reference)
    sent = {"reference": reference, "text": "需要自治区统筹。", "to": "region"}
    on = (await above.ask("POST", "/api/v1/handovers", sent, 201))["handover_id"]
    await far.until(on, "offered")
    assert (await here.until(first, "accepted"))["holder"] == "ili", "who is only asked does not have it"
    await far.ask("POST", f"/api/v1/handovers/{on}/accept")
    for body in (here, above):
        await body.until(first, "accepted", holder="region")
    await far.ask("POST", f"/api/v1/handovers/{on}/answer", {"text": "已列入计划。", "outcome": "answered"})
    for body in (here, above):
        shown = await body.until(first, "accepted", holder="ili")
        assert [each["body"] for each in shown["stays"]] == ["ili", "ili", "region", "ili"]
    async with asyncio.timeout(10):
        while len(said := [each["holder"] for each in await here.said("handover.moved")]) < 4:
            pass  # the relay publishes what is committed
    assert said == [None, None, "region", "ili"], "what the resident's page is told"


async def speaks_only_tls(port: int) -> bool:
    """Whether the listener says nothing to whoever does not begin with a TLS handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"CONNECT {}\r\nPING\r\n")
        return b"INFO" not in await asyncio.wait_for(reader.read(200), 5)
    except ConnectionResetError:
        return True
    finally:
        writer.transport.abort()


async def test_a_file_is_used_once_by_whoever_is_first(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    copy = make(tmp_path / "elsewhere", "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        file = await parent.invite(zhaosu, tmp_path)
        await child.join(file)
        await parent.until_links("C_zhaosu")
        with pytest.raises(BadInvitation, match="was used here"):
            await child.join(file)
        with pytest.raises(JoinRefused, match="somebody else"):
            await join(copy, read_invitation(file), datetime.now(UTC))
        assert copy.register.read().link is None
        assert await lets_in(child)
        with pytest.raises(BadChild, match="exists"):
            await parent.invite(zhaosu, tmp_path)


async def test_an_answer_lost_on_the_way_is_no_lost_link(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        file = await parent.invite(zhaosu, tmp_path)
        await child.join(file)
        await parent.until_links("C_zhaosu")
        # As if the process had ended between the parent's answer and our writing it down.
        tiers = zhaosu.register.read()
        zhaosu.register.write(tiers.model_copy(update={"link": None, "pending": tiers.link, "spent": {}}))
        await child.join(file)
        assert zhaosu.register.read().link is not None
        assert await lets_in(child)


async def test_an_expired_file_is_refused_on_both_sides_and_changes_nothing(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        file = await parent.invite(zhaosu, tmp_path, life=timedelta(minutes=10))
        invitation = read_invitation(file)
        with pytest.raises(InvitationExpired, match="expired at"):
            await join(zhaosu, invitation, datetime.now(UTC) + timedelta(minutes=11))
        parent.ahead = timedelta(minutes=11)
        with pytest.raises(InvitationExpired, match="clock of ili"):
            await child.join(file)
        assert zhaosu.register.read().link is None
        parent.ahead = timedelta()
        await child.join(file)


async def test_a_clock_an_hour_off_is_refused_and_a_few_minutes_are_told(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        file = await parent.invite(zhaosu, tmp_path, life=timedelta(days=1))
        with pytest.raises(ClockOff, match="set the clock right"):
            await join(zhaosu, read_invitation(file), datetime.now(UTC) - timedelta(hours=1, minutes=1))
        for off in (timedelta(hours=1), timedelta(hours=-1, minutes=-1)):
            parent.ahead = off
            with pytest.raises(ClockOff, match="not used up"):
                await child.join(file)
        parent.ahead = timedelta(minutes=10)
        assert timedelta(minutes=9) < await child.join(file) < timedelta(minutes=11)


async def test_a_file_that_was_changed_or_is_for_others_is_refused(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    tekes, other = make(tmp_path, "tekes", "ili"), make(tmp_path, "other")
    async with running(ili) as (parent,):
        file = await parent.invite(zhaosu, tmp_path)
        now = datetime.now(UTC)
        with pytest.raises(BadInvitation, match="for zhaosu"):
            await join(tekes, read_invitation(file), now)
        with pytest.raises(BadInvitation, match="from other"):
            await join(zhaosu, read_invitation(await RunningBody(other).invite(zhaosu, tmp_path)), now)
        sealed = json.loads(file.read_text())
        for name, value in (("child", "tekes"), ("expires_at", "2099-01-01T00:00:00Z"), ("address", "10.0.0.1:7")):
            changed = {**sealed, "invitation": {**sealed["invitation"], name: value}}
            (tmp_path / "changed").write_text(json.dumps(changed))
            with pytest.raises(BadInvitation, match="changed after"):
                read_invitation(tmp_path / "changed")
        (tmp_path / "changed").write_text('{"invitation": {}, "signature": ""}')
        with pytest.raises(BadInvitation, match=r"invitation\.purpose"):
            read_invitation(tmp_path / "changed")


async def test_a_circle_is_refused_at_either_side(tmp_path: Path) -> None:
    region, ili = make(tmp_path, "region"), make(tmp_path, "ili")
    async with running(region, ili) as (above, below):
        await below.join(await above.invite(ili, tmp_path))
        with pytest.raises(BadChild, match="this body"):
            await below.invite("ili", tmp_path)
        with pytest.raises(BadChild, match="circle"):
            await below.invite("region", tmp_path)
        # The child looks as well: of a register that was restored from a backup the parent knows no better.
        ili.register.write(ili.register.read().model_copy(update={"link": None}))
        with pytest.raises(BadInvitation, match="circle"):
            await above.join(await below.invite(region, tmp_path))
        zhaosu = make(tmp_path, "zhaosu")
        await below.join(await above.rotate(ili, tmp_path))
        assert read_invitation(await below.invite(zhaosu, tmp_path)).ancestors == ("region",)


async def test_an_unreachable_parent_is_named_and_the_body_works_on(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        file = await parent.invite(zhaosu, tmp_path)
        parent.kill_server()
        with pytest.raises(ParentUnreachable, match=ili.leaf_address):
            await child.join(file)
        assert zhaosu.register.read().link is None
        await child.report(range(5))
        await parent.start_server()
        await parent.until_desk()
        with pytest.raises(ParentUnreachable, match="not the parent"):
            address = LeafAddress(ili.leaf_address, zhaosu.authority.certificate)
            await is_let_in(address, user="leaf_zhaosu", secret="x")
        await child.join(file)
        assert len(await parent.heard("zhaosu", 5)) == 5
        # The same at a start: it is said once, naming whom and where, and the body works.
        parent.kill_server()
        child.kill_server()
        await child.start_server()
        said: list[str] = []
        desk, look_up = OwnSites([zhaosu], said.append).companions(lambda _: child.pid)
        desk.close()
        await asyncio.gather(look_up, child.report(range(5, 8)))
        assert len(said) == 1 and f"ili does not answer at {ili.leaf_address}" in said[0]


async def test_rotating_gives_a_new_secret_and_the_old_one_opens_nothing(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        await child.join(await parent.invite(zhaosu, tmp_path))
        await child.report(range(2))
        await parent.heard("zhaosu", 2)
        old = zhaosu.register.read().link
        assert old is not None
        file = await parent.rotate(zhaosu, tmp_path)
        assert await lets_in(child)  # until the new file is used
        await child.join(file)
        address = LeafAddress(old.address, old.authority)
        assert not await is_let_in(address, user="leaf_zhaosu", secret=old.secret)
        assert await lets_in(child)
        await child.report(range(2, 4))
        assert await parent.heard("zhaosu", 4) == [(REPORT, n) for n in range(4)]


async def test_a_secret_that_leaked_is_ended_at_once(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        await child.join(await parent.invite(zhaosu, tmp_path))
        await parent.until_links("C_zhaosu")
        file = await parent.rotate(zhaosu, tmp_path, at_once=True)
        await unlink(ili, await connections(ili, "zhaosu"))
        await parent.until_links()
        assert not await lets_in(child)
        await child.join(file)
        await parent.until_links("C_zhaosu")


async def test_leaving_ends_the_link_and_both_bodies_work_on(tmp_path: Path) -> None:
    ili, zhaosu = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili")
    async with running(ili, zhaosu) as (parent, child):
        await child.join(await parent.invite(zhaosu, tmp_path))
        await child.report(range(2))
        await parent.heard("zhaosu", 2)
        link = zhaosu.register.read().link
        assert link is not None
        assert await leave(zhaosu)
        await child.apply()
        await parent.until_links()
        await child.until_links()
        assert not await is_let_in(LeafAddress(link.address, link.authority), user="leaf_zhaosu", secret=link.secret)
        assert [(one.state, one.events) for one in await links(ili)] == [("left", 2)]
        assert await links(zhaosu) == []
        with pytest.raises(NotJoined):
            await leave(zhaosu)
        await child.report(range(2, 5))
        # It may come again.
        await child.join(await parent.invite(zhaosu, tmp_path))
        await parent.until_links("C_zhaosu")


async def test_a_dismissed_child_is_out_at_once_and_its_sibling_notices_nothing(tmp_path: Path) -> None:
    ili, zhaosu, tekes = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili"), make(tmp_path, "tekes", "ili")
    async with running(ili, zhaosu, tekes) as (parent, first, second):
        await first.join(await parent.invite(zhaosu, tmp_path))
        await parent.until_links("C_zhaosu")
        before = await connection_of(first)
        await second.join(await parent.invite(tekes, tmp_path))
        await parent.until_links("C_tekes", "C_zhaosu")
        dismiss(ili, "tekes", datetime.now(UTC))
        await parent.apply()
        await unlink(ili, await connections(ili, "tekes"))
        await parent.until_links("C_zhaosu")
        assert not await lets_in(second)
        assert await connection_of(first) == before


async def connection_of(child: RunningBody) -> int:
    """Number of the child's connection to its parent, another after each break."""
    import httpx

    async with httpx.AsyncClient() as client:
        leafs = (await client.get(f"{child.body.config.monitor_url}/leafz")).json()["leafs"]
    return next(int(leaf["id"]) for leaf in leafs if leaf["account"] == "UPLINK")


async def test_a_child_neither_speaks_for_its_sibling_nor_reads_it(tmp_path: Path) -> None:
    ili, zhaosu, tekes = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili"), make(tmp_path, "tekes", "ili")
    async with running(ili, zhaosu, tekes) as (parent, first, second):
        await first.join(await parent.invite(zhaosu, tmp_path))
        await second.join(await parent.invite(tekes, tmp_path))
        await parent.until_links("C_tekes", "C_zhaosu")
        link = zhaosu.register.read().link
        assert link is not None
        refused = (
            # (what it says, where it would hear): as a sibling, to the parent's own streams, for the sibling's mail
            ("deliver.tekes.x", "_DESK_.zhaosu"),
            ("from.tekes.doorstep.tekes.report.issue.submitted.v1", "_DESK_.zhaosu"),
            ("doorstep.ili.report.issue.submitted.v1", "_DESK_.zhaosu"),
            ("$JS.API.STREAM.INFO.FROM_tekes", "_DESK_.zhaosu"),
            ("$JS.ili.API.STREAM.MSG.GET.FROM_tekes", "_DESK_.zhaosu"),
            ("$JS.tekes.API.CONSUMER.CREATE.UP_tekes", "_DESK_.zhaosu"),
            ("tier.leave.tekes", "_DESK_.zhaosu"),
            ("deliver.zhaosu.x", "from.tekes"),
            ("deliver.zhaosu.x", "deliver.tekes"),
        )
        for subject, inbox in refused:
            with pytest.raises((NoAnswer, SignInRefused), match=r"Permissions Violation|desk"):
                await ask(
                    LeafAddress(link.address, link.authority),
                    user="leaf_zhaosu",
                    secret=link.secret,
                    subject=subject,
                    inbox=inbox,
                    content=b"{}",
                    within=0.5,
                )
        assert ili.register.read().children["tekes"].secret_hash
        # The same words with its own name are heard, so it was the names.
        said = await ask(
            LeafAddress(link.address, link.authority),
            user="leaf_zhaosu",
            secret=link.secret,
            subject="tier.leave.zhaosu",
            inbox="_DESK_.zhaosu",
            content=b"{}",
        )
        assert b'"gone"' in said


async def test_an_invitation_opens_the_desk_and_nothing_else(tmp_path: Path) -> None:
    ili, zhaosu, tekes = make(tmp_path, "ili"), make(tmp_path, "zhaosu", "ili"), make(tmp_path, "tekes", "ili")
    async with running(ili, zhaosu) as (parent, child):
        await child.join(await parent.invite(zhaosu, tmp_path))
        invitation = read_invitation(await parent.invite(tekes, tmp_path))
        address = LeafAddress(invitation.address, invitation.authority)
        for subject in ("tier.bind.zhaosu", "tier.leave.zhaosu", "$JS.API.STREAM.LIST", "$JS.ili.API.STREAM.LIST"):
            with pytest.raises((NoAnswer, SignInRefused), match=r"Permissions Violation|desk"):
                await ask(
                    address,
                    user="join_tekes",
                    secret=invitation.secret,
                    subject=subject,
                    inbox="_DESK_.tekes",
                    content=b"{}",
                    within=0.5,
                )
        assert "zhaosu" in {code for code, one in ili.register.read().children.items() if one.secret_hash}
