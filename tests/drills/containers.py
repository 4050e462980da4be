"""Builds the image, runs a county and its prefecture from it, joins them, takes one issue all the way, loses the county
and brings it back.

``python -m tests.drills.containers [--work DIR]``; needs root, podman, buildah, mmdebstrap, runc and netavark, and no
container registry. Exits with 0 when all held, 1 when something did not, 77 when this machine cannot run containers,
saying why. With ``--work`` what was made (base images above all) is kept there for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from deploy.body_config import BodyConfig
from deploy.containers.site import Site, write_sites
from deploy.topology import SAMPLE, SERVICES
from tests.drills.composed import ComposedBodies, answers, counted
from tests.drills.podman import LEAN, CannotRun, Podman, missing
from tests.e2e.loop import case_in_progress, figures, ok, order_of, submit
from tests.instance import DOORSTEP, free_port_base
from tests.servers import wait_until

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "containers" / "compose.yaml"
IMAGE, STANDIN = "localhost/doorstep:drill", "localhost/doorstep-standin:drill"
COMPOSE_PROGRAM = "podman-compose==1.6.0"
SKIPPED = 77
NEEDED = ("tini", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-core", "fonts-wqy-microhei")
"""Of the system, as the Containerfile names them: the image is made where no package of Debian is to be had."""
_SUMS = """\
import hashlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
root = root / "site-packages" if (root / "site-packages").exists() else root
for top in ("deploy", "services", "shared"):
    for path in sorted((root / top).rglob("*.py")):
        print(path.relative_to(root), hashlib.sha256(path.read_bytes()).hexdigest())
"""
"""Prints every module of ours with its sum."""
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
TIERS = {"zhaosu": "county", "ili": "prefecture"}


class Drill:
    """One run of it, below ``work``."""

    def __init__(self, work: Path, *, keep: bool) -> None:
        self.podman = Podman(work)
        self._keep = keep
        self.project = f"doorstep-drill-{os.getpid()}"
        self.began = time.monotonic()
        self._leaf_port = 0

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)  # noqa: T201

    def build(self) -> None:
        """Ours and the one that stands for postgres and nginx, each on a base of Debian's packages."""
        with ThreadPoolExecutor(3) as hands:
            making = [hands.submit(make) for make in (self._build_ours, self._build_standin, self._install_compose)]
        for one in making:
            one.result()
        self._check_code()
        size = int(self.podman.run("podman", "image", "inspect", "--format", "{{.Size}}", IMAGE))
        self.say(f"images built: ours is {size / 1e6:.0f} MB with its base")

    def _build_ours(self) -> None:
        base = self.podman.base("doorstep-base", "python3", "python3-venv", *NEEDED)
        self.say("our base image made of Debian's packages")
        self.podman.try_out(base)
        authorities = {"UV_SYSTEM_CERTS": "1", "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt"}
        self.podman.build(COMPOSE.with_name("Containerfile"), ROOT, IMAGE, layers=self._keep, BASE=base, **authorities)

    def _build_standin(self) -> None:
        base = self.podman.base("standin-base", "nginx-light", "postgresql-15", how=LEAN)
        here = Path(__file__).parent
        self.podman.build(here / "standin.Containerfile", here, STANDIN, BASE=base)

    def _install_compose(self) -> None:
        program = self.podman.work / "compose"
        if not (program / "bin" / "podman-compose").exists():
            uv = Path(sys.executable).with_name("uv")
            self.podman.run(uv, "venv", "--quiet", program)
            self.podman.run(uv, "pip", "install", "--quiet", f"--python={program}/bin/python", COMPOSE_PROGRAM)

    def _check_code(self) -> None:
        """The image has the code of this tree, whatever its makers keep from build to build."""
        inside = self.podman.run("podman", "run", "--rm", IMAGE, "python", "-c", _SUMS, "/app/.venv/lib/python3.11")
        outside = self.podman.run(sys.executable, "-c", _SUMS, ROOT)
        assert inside == outside, "the image was built of other code than this tree's"

    def up(self) -> ComposedBodies:
        """Write what the containers are told, and start all of both bodies."""
        base = free_port_base()
        origins = {code: f"http://127.0.0.1:{base + 10 * n}" for n, code in enumerate(TIERS)}
        # Each by itself, as by two operators: neither folder holds anything of the other body.
        configs = {code: self._write_site(code, origin) for code, origin in origins.items()}
        self._leaf_port = base + 13
        self.podman.environment |= {
            "DOORSTEP_SITES": str(self._sites),
            "DOORSTEP_IMAGE": IMAGE,
            "DOORSTEP_POSTGRES_IMAGE": STANDIN,
            "DOORSTEP_PROXY_IMAGE": STANDIN,
            "DOORSTEP_PREFECTURE_LEAF": f"127.0.0.1:{self._leaf_port}",
            **{f"DOORSTEP_{TIERS[code].upper()}_PORT": str(base + 10 * n) for n, code in enumerate(TIERS)},
        }
        self._compose("up", "-d")
        for config in configs.values():
            wait_until(lambda url=config.origin: answers(f"{url}/login"), f"{config.body} to answer", 120)
            wait_until(lambda url=config.origin: answers(f"{url}/api/v1/figures"), f"{config.body}'s reporting", 60)
        self.say("county and prefecture are up")
        return ComposedBodies(self.podman.work, configs)

    @property
    def _sites(self) -> Path:
        return self.podman.work / "sites"

    def _write_site(self, code: str, origin: str) -> BodyConfig:
        site = Site(origin=origin, smtp_url="smtp://mail:25", mail_from=f"d@{code}.example")
        return write_sites(self._sites, SAMPLE, {code: site}, sample=True)[code]

    def _compose(self, *arguments: str, bodies: Iterable[str] = TIERS) -> None:
        profiles = [f"--profile={TIERS[body]}" for body in bodies]
        program = self.podman.work / "compose" / "bin" / "podman-compose"
        self.podman.run(program, "-p", self.project, "-f", COMPOSE, *profiles, *arguments)

    def _name(self, body: str, what: str) -> str:
        return f"{self.project}_{TIERS[body]}-{what}_1"

    def check_containers(self) -> None:
        """Nobody is root, no root file system is written to, nobody reads another's secrets, all are healthy."""
        for body in TIERS:
            for what in (*SERVICES, "nats"):
                name = self._name(body, what)
                wait_until(
                    lambda name=name: self.podman.code("podman", "healthcheck", "run", name) == 0,
                    f"{name}'s health",
                    60,
                    0.5,
                )
                looked = "id -u; touch /app/x 2>/dev/null && echo writes to its root; ls /run/doorstep"
                said = self.podman.run("podman", "exec", name, "sh", "-c", looked).split("\n")
                assert said[:-1] == ["10001", "body.json" if what == "nats" else "settings.json"], f"{name}: {said}"
            self._exec(body, "doorstep", "status")
        self.say("every container: uid 10001, read-only, healthy, and told its own secrets alone")

    def check_proxy(self, bodies: ComposedBodies) -> None:
        """What monitors read stays inside; pages and the API answer."""
        for path, status in (("/metrics", 404), ("/readyz", 404), ("/", 200), ("/login", 200), ("/api/v1/orders", 401)):
            found = httpx.get(f"{bodies.url('zhaosu')}{path}").status_code
            assert found == status, f"{path} answers {found}, not {status}"
        self.say("the proxy opens pages and the API, and no metrics")

    def join(self) -> None:
        """The county stands under the prefecture by the commands that operators type, over TLS."""
        self._refuses_plain_text()
        file = self._type("ili", "tier", "invite", "zhaosu", "--out", "-")
        self._type("zhaosu", "tier", "join", "-", told=file)
        again = self._exec("zhaosu", "doorstep", "tier", "join", "-", told=file, check=False)
        assert not again, f"an invitation was taken twice: {again}"
        for body in TIERS:
            wait_until(lambda body=body: self._link(body) == "up", f"the link at {body}", 60, 0.5)
        self.say("joined by one invitation, over TLS 1.3 with the prefecture's own authority; both ends say up")

    def _refuses_plain_text(self) -> None:
        """The prefecture's leaf port says nothing before a handshake, and shows what its own authority signed."""
        authority = self._exec("ili", "cat", "/data/ili/authority.crt")
        trusting = ssl.create_default_context(cadata=authority)
        with (
            socket.create_connection(("127.0.0.1", self._leaf_port), 10) as plain,
            trusting.wrap_socket(plain, server_hostname="ili-nats") as sealed,
        ):
            assert sealed.version() == "TLSv1.3" and sealed.recv(5) == b"INFO ", sealed.version()
        with socket.create_connection(("127.0.0.1", self._leaf_port), 10) as plain:
            plain.sendall(b"CONNECT {}\r\nPING\r\n")
            said = plain.recv(100)
            assert not said.startswith(b"INFO"), said

    def _link(self, body: str) -> str:
        seen = json.loads(self._exec(body, "doorstep", "tier", "status", "--json", check=False) or '{"links": []}')
        return next((str(link["state"]) for link in seen["links"]), "none")

    def _type(self, body: str, *words: str, told: str = "") -> str:
        """What an operator types in the container of a body's message server; what it answered."""
        self.say(f"  {TIERS[body]}-nats$ doorstep {' '.join(words)}")
        return self._exec(body, "doorstep", *words, told=told)

    def _exec(self, body: str, *command: str, told: str = "", check: bool = True) -> str:
        return self.podman.run("podman", "exec", "-i", self._name(body, "nats"), *command, told=told, check=check)

    def main_path(self, bodies: ComposedBodies) -> None:
        """From a resident's word to the prefecture's figure, with the message server above gone for a while."""
        bodies.settle()
        before = {at: figures(bodies, at) for at in TIERS}
        self.say("rosters imported, accounts made, figures have risen")
        issue = submit(bodies)
        order = order_of(bodies, issue.reference)
        member = bodies.member(order["member"])
        ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
        case_in_progress(bodies, issue.reference, member)
        self.podman.run("podman", "kill", self._name("ili", "nats"))
        self.say(f"{issue.reference} accepted by {order['member']}; the prefecture's message server killed")
        ok(member.post(f"/api/v1/cases/{issue.reference}/visits", json={"note": "现场看了药柜"}), 201)
        closing = {"outcome": "answered", "answer": "药柜补齐了,每周二开门。"}
        ok(member.post(f"/api/v1/cases/{issue.reference}/close", json=closing))
        seen = ok(bodies.anyone().get(f"/api/v1/track/{issue.tracking_code}"))
        assert seen["reference"] == issue.reference, seen
        self.podman.run("podman", "start", self._name("ili", "nats"))
        office = bodies.staff("officer", "ili")
        wait_until(lambda: office.get("/api/v1/reporting/lag").is_success, "the prefecture to be linked again", 90)
        after = {at: figures(bodies, at) for at in TIERS}
        assert after["zhaosu"] == after["ili"], after
        for figure in ("residents_received", "opinions_collected", "opinions_answered"):
            assert after["ili"][figure] == before["ili"][figure] + 1, (figure, before["ili"], after["ili"])
        self.say("closed meanwhile; after its return the prefecture has the same figures as the county")

    def lost_and_restored(self, bodies: ComposedBodies) -> None:
        """A backup while the county works; another issue; its host is lost, and it comes back on an empty one."""
        folder = self.podman.work / "backup"
        shutil.rmtree(folder, ignore_errors=True)
        kept = submit(bodies)
        order_of(bodies, kept.reference)
        self._back_up_or_restore("backup", folder)
        then, lost = figures(bodies, "zhaosu"), submit(bodies)
        order_of(bodies, lost.reference)
        refused = self.podman.code(*self._of_the_county("restore", folder))
        assert refused == 1, f"a county that works was replaced ({refused})"
        self._lose_the_county(folder, bodies.url("zhaosu"))
        self._back_up_or_restore("restore", folder)
        self._compose("up", "-d", bodies=["zhaosu"])
        url = bodies.url("zhaosu")
        wait_until(lambda: answers(f"{url}/api/v1/figures") and answers(f"{url}/login"), "the restored county", 120)
        ok(bodies.anyone().get(f"/api/v1/track/{kept.tracking_code}"))
        assert bodies.anyone().get(f"/api/v1/track/{lost.tracking_code}").status_code == 404, "what came after is back"
        wait_until(lambda: counted(bodies, "zhaosu") == then, "the figures of when the backup was taken", 60, 0.5)
        wait_until(lambda: self._link("zhaosu") == "up", "the restored link", 60, 0.5)
        assert counted(bodies, "ili") != then, "the prefecture forgot what it was told"
        officer = bodies.account("zhaosu", role="officer")
        signed_in = ("env", f"DOORSTEP_LOGIN={officer['login']}", f"DOORSTEP_PASSWORD={officer['password']}")
        self._exec("zhaosu", *signed_in, "doorstep", "tier", "repair", "--body", "zhaosu")
        wait_until(lambda: counted(bodies, "ili") == then, "the prefecture to count what the county does", 60, 0.5)
        self.say("the county restored from its backup, and its prefecture told by `tier repair`: equal figures")

    def _lose_the_county(self, backup: Path, origin: str) -> None:
        """Containers, volumes and folder are gone; message server and databases are there anew and empty."""
        # Podman removes nothing on which another container depends.
        for parts in ((*SERVICES, "proxy"), ("nats", "postgres")):
            self.podman.run("podman", "rm", "-f", "-t", "5", *(self._name("zhaosu", part) for part in parts))
        self.podman.run("podman", "volume", "rm", *(f"{self.project}_county-{what}" for what in ("nats", "postgres")))
        shutil.rmtree(self._sites / "zhaosu")
        (self._sites / "zhaosu").mkdir(mode=0o700)
        shutil.copyfile(backup / "secrets.json", self._sites / "zhaosu" / "secrets.json")
        self._write_site("zhaosu", origin)
        self._compose("up", "-d", "county-nats", "county-postgres", bodies=["zhaosu"])
        ready = ("podman", "exec", self._name("zhaosu", "postgres"), "pg_isready", "-q", "-h", "127.0.0.1")
        wait_until(lambda: self.podman.code(*ready) == 0, "an empty PostgreSQL", 60, 0.5)
        self.say("the county's containers, volumes and secrets are gone; the empty host has what was in the backup")

    def _back_up_or_restore(self, verb: str, folder: Path) -> None:
        self.say(f"  $ doorstep {verb} {folder.name} --nats ... --postgres ... --sites ...")
        self.podman.run(*self._of_the_county(verb, folder))

    def _of_the_county(self, verb: str, folder: Path) -> list[str]:
        parts = {part: f"podman exec -i {self._name('zhaosu', part)}" for part in ("nats", "postgres")}
        where = [f"--{part}={command}" for part, command in parts.items()]
        return [DOORSTEP, verb, str(folder), "--body", "zhaosu", *where, f"--sites={self._sites}"]

    def down(self) -> None:
        """End it as an operator does, and see that nothing stays behind."""
        self._compose("down", "-v", "-t", "5")
        left = self.podman.left()
        assert not left, f"left behind: {', '.join(left)}"
        self.say("taken down: no container, volume, network or mount is left")

    def logs(self) -> str:
        """What every container had to complain about last, for whoever must find out why."""
        names = self.podman.run("podman", "ps", "-a", "--format", "{{.Names}}", check=False).split()
        complaints = "podman logs {} 2>&1 | grep -iE 'error|fatal|panic' | tail -n 2 | cut -c 1-700"
        said = {name: self.podman.run("sh", "-c", complaints.format(name), check=False) for name in names}
        return "\n".join(f"--- {name}\n{words}" for name, words in said.items() if words)


def run(work: Path, *, keep: bool) -> int:
    """The exit code."""
    drill = Drill(work, keep=keep)
    try:
        drill.podman.clear()  # of a run that was killed
        drill.build()
        bodies = drill.up()
        drill.check_containers()
        drill.check_proxy(bodies)
        drill.join()
        drill.main_path(bodies)
        drill.lost_and_restored(bodies)
        drill.down()
    except CannotRun as reason:
        drill.say(f"skipped: {reason}")
        return SKIPPED
    except Exception as reason:
        traceback.print_exc()
        drill.say(f"FAILED: {reason}\n{drill.logs()}")
        return 1
    finally:
        for number in _ENDS:
            signal.signal(number, signal.SIG_IGN)
        drill.podman.leave(keep_images=keep)
    drill.say("all held")
    return 0


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="a folder to keep images in")
    arguments = parser.parse_args()
    # What was started is taken down on the way out, however we are told to end.
    for number in _ENDS:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    reason = missing()
    if reason is not None:
        print(f"skipped: {reason}", flush=True)  # noqa: T201
        return SKIPPED
    if arguments.work is not None:
        return run(arguments.work.absolute(), keep=True)
    work = Path(tempfile.mkdtemp(prefix="doorstep-drill-"))
    try:
        return run(work, keep=False)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
