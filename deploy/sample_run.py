"""What makes a sample run one: each body's roster is imported and everybody in it can sign in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from deploy import sample
from deploy.accounts import Account
from deploy.body_config import BodyConfig
from deploy.client import BodyClient
from deploy.ledger.arrival import NotCaughtUp, wait_for_figures
from deploy.passwords import readable_password


async def settle_sample(config: BodyConfig, config_file: Path) -> tuple[Account, ...]:
    """Import the sample roster and rule of the body that answers and make its accounts; harmless when repeated.

    A body that has them keeps them: what was changed in its office is not undone by the next start. The passwords
    are kept in ``config_file``, so that they stay the same from run to run. Raises
    :class:`deploy.client.Refused` or ``httpx.TransportError``.
    """
    roster = sample.roster(config.body).read_bytes()
    accounts = _accounts(config, (member["code"] for member in json.loads(roster)["members"]))
    if accounts != config.sample_accounts:
        config.model_copy(update={"sample_accounts": accounts}).write(config_file)
    officer = config.secrets.officer
    async with BodyClient(config.origin, officer.login, officer.password, timeout=60) as client:
        if not (await client.get("/api/v1/roster"))["stations"]:
            await client.post_bytes("/api/v1/roster", roster, dry_run="false")
        await _settle_rule(client, config.body)
        await client.post("/api/v1/accounts", {"accounts": [one.model_dump() for one in accounts]})
    return (officer, *accounts)


async def _settle_rule(client: BodyClient, body: str) -> None:
    path = sample.rule(body)
    if path is not None and (await client.get("/api/v1/rule"))["version"] == 0:
        rule = json.loads(path.read_bytes())
        await client.put("/api/v1/rule", {"based_on": 0, **rule})


async def until_risen(configs: Sequence[BodyConfig], *, within: float = 12.0) -> None:
    """Wait until every roster is in the figures of its body and of its parent, so that whoever asks first finds them.

    After ``within`` seconds the run is called ready all the same; the figures come when they come.
    """
    async with AsyncExitStack() as stack:
        clients = {}
        for config in configs:
            officer = config.secrets.officer
            client = BodyClient(config.origin, officer.login, officer.password, timeout=60)
            clients[config.body] = await stack.enter_async_context(client)
        with suppress(NotCaughtUp):
            await wait_for_figures(clients, within=within)


def _accounts(config: BodyConfig, members: Iterable[str]) -> tuple[Account, ...]:
    known = {account.login: account for account in config.sample_accounts}
    wanted = [
        Account(login="dispatcher", password="", role="dispatcher"),
        Account(login="clerk", password="", role="clerk"),
        *(Account(login=code, password="", role="member", member=code) for code in members),
    ]
    return tuple(
        known.get(account.login) or account.model_copy(update={"password": readable_password()}) for account in wanted
    )
