"""``python -m tests.drills.joining``: from two empty folders to a joined county, by the commands of docs/operating.md.

Prints what it does; exit 1 at the first thing that is not as it should be. Takes about a minute.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy import sample
from tests.instance import DOORSTEP, free_port_base
from tests.servers import wait_until


class Host:
    """One operator's machine: a folder, a range of ports, and what is typed there."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self._folder = folder
        folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
        self._environment = kept | {"DOORSTEP_VAR": str(self.var), "DOORSTEP_PORT_BASE": str(free_port_base())}
        self._up: subprocess.Popen[bytes] | None = None

    def type(self, *arguments: str, code: int = 0) -> str:
        """Run ``doorstep`` and give its answer; fails when it exits with anything but ``code``."""
        say(f"{self._folder.name}$ doorstep {' '.join(arguments)}")
        done = subprocess.run(
            [DOORSTEP, *arguments], env=self._environment, cwd=self._folder, capture_output=True, text=True, check=False
        )
        say("".join(f"    {line}\n" for line in done.stderr.strip().splitlines()).rstrip("\n"))
        assert done.returncode == code, f"exit {done.returncode}, not {code}: {done.stdout}{done.stderr}"
        return done.stdout

    def up(self, body: str) -> None:
        """Start it and wait until it is ready."""
        say(f"{self._folder.name}$ doorstep up {body} &")
        with (self._folder / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [DOORSTEP, "up", body], env=self._environment, cwd=self._folder, stdout=log, stderr=log
            )
        wait_until((self.var / "run.json").exists, f"{body}", 120)

    def down(self) -> None:
        """End it as Ctrl-C does."""
        if self._up is not None:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait(60)
            self._up = None

    def links(self) -> list[tuple[str, str, int | None]]:
        """Body, state and number of events of each link."""
        done = subprocess.run(
            [DOORSTEP, "tier", "status", "--json"], env=self._environment, capture_output=True, check=False
        )
        return [(link["body"], link["state"], link["events"]) for link in json.loads(done.stdout)["links"]]


def heads(host: Host) -> dict[str, object]:
    """The last place and hash of each of the county's chains that has begun, as this host has them."""
    chains = json.loads(host.type("tier", "status", "--json"))["chains"]
    return {each["chain"]: each["here"] for each in chains if each["here"]["position"]}


def say(line: str) -> None:
    """To whoever watches."""
    if line:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def drill(prefecture: Host, county: Host) -> None:
    """The walk; raises ``AssertionError`` where it goes wrong."""
    prefecture.type("body", "init", "ili", "--tier", "prefecture")
    county.type("body", "init", "zhaosu", "--tier", "county", "--parent", "ili")
    county.type("body", "init", "zhaosu", "--tier", "county", code=2)
    prefecture.up("ili")
    county.up("zhaosu")
    county.type("roster", "import", str(sample.roster("zhaosu")), "--body", "zhaosu")
    file = str(prefecture.var.parent / "zhaosu.invitation")
    prefecture.type("tier", "invite", "zhaosu")
    county.type("tier", "join", file)
    county.type("tier", "join", file, code=2)
    span = ("--from", "2015-01-01", "--to", "2030-12-31", "--json")
    figures = county.type("figures", "--body", "zhaosu", *span)
    wait_until(
        lambda: json.loads(prefecture.type("figures", "--body", "zhaosu", "--at", "ili", *span)) == json.loads(figures),
        "the county's figures at the prefecture",
        60,
        pause=2,
    )
    wait_until(
        lambda: heads(prefecture) and heads(prefecture) == heads(county),
        "the same heads of the county's chains at both ends",
        60,
        pause=2,
    )
    for host in (prefecture, county):
        say(host.type("tier", "status"))
    prefecture.type("tier", "rotate", "zhaosu")
    county.type("tier", "join", file)
    county.type("tier", "leave")
    wait_until(lambda: prefecture.links()[0][1] == "left", "the end of the link", 20)
    county.type("status")


def main() -> None:
    """Entry point."""
    with tempfile.TemporaryDirectory(prefix="doorstep-joining-") as folder:
        hosts = Host(Path(folder) / "prefecture"), Host(Path(folder) / "county")
        try:
            drill(*hosts)
        except AssertionError as error:
            say(f"FAILED: {error}")
            raise SystemExit(1) from error
        finally:
            for host in hosts:
                host.down()
    say("Joined, rotated and left; nothing was lost.")


if __name__ == "__main__":
    main()
