"""Who stands under whom, at any depth."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest

from deploy.machine import BadPortBase, Machine
from deploy.topology import SAMPLE, Body, Topology
from deploy.topology_file import BadTopology, read_topology
from tests.tree import FOUR_LEVELS, body


def codes(bodies: tuple[Body, ...]) -> list[str]:
    return [one.code for one in bodies]


def test_four_levels_are_known_up_and_down() -> None:
    lowest, top = FOUR_LEVELS.body("yining-east"), FOUR_LEVELS.body("xinjiang")
    assert codes(FOUR_LEVELS.above(lowest)) == ["yining", "ili", "xinjiang"]
    assert codes(FOUR_LEVELS.below(top)) == ["ili", "zhaosu", "yining", "yining-east"]
    assert codes(FOUR_LEVELS.children_of(top)) == ["ili"]
    assert (FOUR_LEVELS.depth(top), FOUR_LEVELS.depth(lowest)) == (0, 3)


def test_a_body_whose_parent_runs_elsewhere_is_a_top_here() -> None:
    alone = Topology((SAMPLE.body("zhaosu"),))
    assert alone.above(alone.body("zhaosu")) == () and alone.depth(alone.body("zhaosu")) == 0


@pytest.mark.parametrize(
    ("bodies", "named"),
    [
        ([("a", "a")], "a under a"),
        ([("a", "b"), ("b", "a")], "a under b under a"),
        ([("below", "a"), ("a", "b"), ("b", "c"), ("c", "a")], "a under b under c under a"),
    ],
)
def test_a_body_below_itself_is_refused_by_name(bodies: list[tuple[str, str]], named: str, tmp_path: Path) -> None:
    file = tmp_path / "bodies.toml"
    file.write_text(
        "\n".join(
            f'[[bodies]]\ncode = "{code}"\ntier = "county"\nparent = "{parent}"\ntime_zone = "Asia/Shanghai"'
            for code, parent in bodies
        )
    )
    with pytest.raises(BadTopology, match=named):
        read_topology(file)
    with pytest.raises(ValueError, match=named):
        Topology(tuple(body(code, "county", parent) for code, parent in bodies))


def test_a_body_under_nobody_leaves_its_parent_out(tmp_path: Path) -> None:
    file = tmp_path / "bodies.toml"
    file.write_text('[[bodies]]\ncode = "xinjiang"\ntier = "region"\ntime_zone = "Asia/Shanghai"\n')
    (region,) = read_topology(file)
    assert (region.code, region.parent) == ("xinjiang", None)


def test_a_parent_and_fifty_children_each_have_ports_of_their_own(tmp_path: Path) -> None:
    machine = Machine(tmp_path, 20_000)
    taken = [port for slot in range(51) for port in astuple(machine.ports(slot))] + list(astuple(machine.fakes))
    assert len(set(taken)) == len(taken)
    with pytest.raises(BadPortBase, match="51 bodies"):
        Machine(tmp_path, 65_400).ports(50)
