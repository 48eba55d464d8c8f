"""A real api-server of Airflow with two users, and a person who logs in."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
from playwright.sync_api import Page

from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.demo.processes import until


@contextlib.contextmanager
def served(known: AirflowPlace, base: Mapping[str, str], log_path: Path) -> Iterator[None]:
    """Run an api-server for the length of a block: "admin" may change DAGs, "guest" may look at them."""
    env = {**{k: v for k, v in base.items() if not k.startswith("AIRFLOW")}, **known.prepare()}
    (known.home / "passwords.json").write_text(f'{{"admin": "{known.password}", "guest": "guest-password"}}')
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        env=env,
        check=True,
        capture_output=True,
        timeout=600,
    )
    with log_path.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "airflow", "api-server"], env=env, stdout=log, stderr=log
        )
        try:
            _wait_until_up(known)
            yield
        finally:
            server.terminate()
            server.wait(120)


def _wait_until_up(place: AirflowPlace) -> None:
    with httpx.Client(trust_env=False, timeout=5) as client:
        for _ in until(600, every=0.25):
            try:
                if client.get(f"{place.url}/api/v2/version").is_success:
                    return
            except httpx.HTTPError:
                continue
    raise AssertionError("Airflow did not start")


def token(place: AirflowPlace, user: str, password: str) -> str:
    """Log in, and return what proves it."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        body = {"username": user, "password": password}
        return str(
            client.post(f"{place.url}/auth/token", json=body).raise_for_status().json()["access_token"]
        )


def log_in(page: Page, place: AirflowPlace) -> None:
    """Log in as the one who may change DAGs."""
    page.goto(place.url)
    page.get_by_label("Username").fill("admin")
    page.locator('input[type="password"]').fill(place.password)
    page.get_by_role("button", name="Sign in").click()
