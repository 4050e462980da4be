"""A token is believed only from who may say it, for this body, while it lasts."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from shared.errors import Unauthorized
from shared.web.auth import Role, TokenSigner, TokenVerifier, new_key_pair
from tests.unit.web_app import WebUnderTest, web_under_test

HOUR = timedelta(hours=1)


@pytest.fixture
def web() -> WebUnderTest:
    return web_under_test()


@pytest.fixture
def verifier(web: WebUnderTest) -> TokenVerifier:
    verifier: TokenVerifier = web.app.state.web.verifier
    return verifier


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_a_member_is_who_the_token_says(web: WebUnderTest, verifier: TokenVerifier) -> None:
    token = web.staff.sign(subject="a-1", role=Role.MEMBER, member="m-7", stations=("s-1", "s-2"), lifetime=HOUR)
    claims = verifier.verify(token)
    assert (claims.subject, claims.role, claims.member) == ("a-1", Role.MEMBER, "m-7")
    assert claims.stations == ("s-1", "s-2")
    assert claims.expires_at == web.clock.at + HOUR
    assert claims.csrf


def test_a_service_speaks_for_itself(web: WebUnderTest, verifier: TokenVerifier) -> None:
    token = web.notify.sign(subject="notify", role=Role.SERVICE, lifetime=HOUR)
    assert verifier.verify(token).issuer == "notify"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
def test_only_routing_says_who_is_staff(web: WebUnderTest, verifier: TokenVerifier, role: Role) -> None:
    with pytest.raises(Unauthorized):
        verifier.verify(web.notify.sign(subject="notify", role=role, lifetime=HOUR))


def test_another_key_is_not_believed(web: WebUnderTest, verifier: TokenVerifier) -> None:
    stranger = TokenSigner("routing", new_key_pair()[0], "zhaosu", web.clock)
    with pytest.raises(Unauthorized):
        verifier.verify(stranger.sign(subject="a", role=Role.OFFICER, lifetime=HOUR))


def test_an_unknown_issuer_is_not_believed(web: WebUnderTest, verifier: TokenVerifier) -> None:
    stranger = TokenSigner("nobody", web.staff_private, "zhaosu", web.clock)
    with pytest.raises(Unauthorized):
        verifier.verify(stranger.sign(subject="a", role=Role.SERVICE, lifetime=HOUR))


def test_one_body_does_not_believe_the_token_of_another(web: WebUnderTest, verifier: TokenVerifier) -> None:
    elsewhere = TokenSigner("routing", web.staff_private, "ili", web.clock)
    with pytest.raises(Unauthorized):
        verifier.verify(elsewhere.sign(subject="a", role=Role.OFFICER, lifetime=HOUR))


def test_a_token_ends(web: WebUnderTest, verifier: TokenVerifier) -> None:
    token = web.token()
    web.clock.at += HOUR
    with pytest.raises(Unauthorized) as refused:
        verifier.verify(token)
    assert refused.value.code == "session-expired"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA"])
def test_a_token_does_not_choose_its_algorithm(web: WebUnderTest, verifier: TokenVerifier, algorithm: str) -> None:
    _, payload, signature = web.token().split(".")
    for signed in ("", signature):
        with pytest.raises(Unauthorized):
            verifier.verify(f"{_part({'alg': algorithm, 'kid': 'routing'})}.{payload}.{signed}")


def test_a_changed_claim_is_not_believed(web: WebUnderTest, verifier: TokenVerifier) -> None:
    header, payload, signature = web.token(Role.MEMBER).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["role"] = "officer"
    with pytest.raises(Unauthorized):
        verifier.verify(f"{header}.{_part(claims)}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "\x00", "é.é.é", "x" * 5000, "e30.e30.e30", "{}", "a.b.c.d.e"])
def test_rubbish_is_not_believed(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthorized):
        verifier.verify(token)
