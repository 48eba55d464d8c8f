"""LIMITS.md names what there is, and there is what it names."""

import re
from importlib import resources

import pytest
from starlette.routing import Mount, Route

from streak_netsuite.sandbox.streak.door import KINDS
from streak_netsuite.sandbox.streak.settings import Settings


@pytest.fixture(scope="module")
def text():
    return resources.files("streak_netsuite.sandbox").joinpath("LIMITS.md").read_text(encoding="utf-8")


def section(text, title):
    """Return the section whose heading starts with a title."""
    return next(part for part in text.split("\n## ") if part.startswith(title))


def first_cells(text):
    """Return all `names` in the first column of a section's table."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def control_routes(sandbox):
    for mount in sandbox.app().routes:
        if isinstance(mount, Mount) and mount.path in {"/control", "/control/streak"}:
            prefix = mount.path.removeprefix("/control")
            guarded = mount.app.__closure__ or ()
            app = next(c.cell_contents for c in guarded if hasattr(c.cell_contents, "routes"))
            for route in app.routes:
                path = re.sub(r":\w+}", "}", prefix + route.path)
                yield from (f"{method} {path}" for method in route.methods - {"HEAD"})


def test_every_setting_is_described_with_its_default(text):
    described = section(text, "Settings of Streak")
    assert first_cells(described) == list(Settings.model_fields)
    for name, value in Settings().model_dump().items():
        shown = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
        shown = shown or ('""' if value == "" else f"{value:g}")
        assert f"| `{name}` | {shown} |" in described


def test_every_kind_of_fault_is_described(text):
    described = section(text, "Faults of Streak")
    assert first_cells(described) == list(KINDS)
    for kind, what in KINDS.items():
        row = next(line for line in described.splitlines() if line.startswith(f"| `{kind}`"))
        assert re.findall(r"`(\w+)`", row.split("|")[2]) == list(what.options.model_fields)


def test_every_control_route_is_described(text, running_sandbox):
    described = first_cells(section(text, "Control"))
    assert sorted(described) == sorted(control_routes(running_sandbox.sandbox))


def test_every_operation_is_described(text, running_sandbox):
    routes = [r for r in running_sandbox.sandbox.streak.routes() if isinstance(r, Route)]
    operations = {r.name.split()[0] for r in routes}
    assert set(first_cells(section(text, "Streak's calls"))) == operations


def test_the_examples_work(text, place):
    commands = re.findall(r"curl -X (\w+) .*?\$CONTROL(\S+)(?: \\\n)?\s+-d '(.*?)'", section(text, "Control"))
    assert len(commands) == 3
    for method, path, body in commands:
        assert place.control.request(method, path, content=body).is_success


def test_the_other_side_is_pointed_to(text):
    (link,) = re.findall(r"\(([^)]+\.md)\)", text)
    assert resources.files("streak_netsuite.sandbox").joinpath(link).is_file()
