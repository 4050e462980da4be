"""The shape of the code, held by the machine."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "routing", "consultation", "notify", "reporting")


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
            if node.module and node.module.startswith("services."):
                names.add(".".join(node.module.split(".")[:2]))
    return names


PURE = {"shared.states", "shared.contracts.words"}
"""What of ``shared`` a domain may use: it stands on the standard library alone."""


def _shared_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.split(".")[0] == "shared"}


def test_what_domains_share_is_pure() -> None:
    for name in PURE:
        module = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        assert _imports(module) <= {*sys.stdlib_module_names, "__future__"}, name


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_is_pure(service: str) -> None:
    folder = ROOT / "services" / service
    modules = [folder / "domain.py", *sorted((folder / "domain").glob("*.py"))]
    found = [module for module in modules if module.exists()]
    assert found, f"{service} has no domain"
    for module in found:
        foreign = {
            name
            for name in _imports(module)
            if name not in sys.stdlib_module_names and name not in {"__future__", "services", f"services.{service}"}
        }
        if _shared_modules(module) <= PURE:
            foreign.discard("shared")
        assert not foreign, f"{module.relative_to(ROOT)} imports {foreign}"


def test_shared_knows_no_service() -> None:
    for module in (ROOT / "shared").rglob("*.py"):
        assert "services" not in _imports(module) and "deploy" not in _imports(module), module


def test_every_service_wires_in_one_place_and_at_no_import() -> None:
    for service in SERVICES:
        for module in (ROOT / "services" / service).rglob("*.py"):
            if "migrations" in module.parts:
                continue
            for node in ast.parse(module.read_text()).body:
                called = node.value.func if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                assert name not in {
                    "FastAPI", "NatsBroker", "NatsRouter", "Database", "create_async_engine", "ServiceSettings",
                    "SystemClock", "AsyncClient", "Runtime",
                }, f"{module.relative_to(ROOT)} makes a {name} at import"  # fmt: skip
