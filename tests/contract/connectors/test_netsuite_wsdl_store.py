"""The WSDL is fetched once, kept whole or not at all, and read from there afterwards."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from streak_netsuite.connectors.netsuite.calls.account import get_server_time
from streak_netsuite.connectors.netsuite.shared_schemas import SCHEMAS, SchemaKey, SharedSchemas
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import ConfigurationError, Unavailable

BUSY_PAGE = "<html><body><h1>Scheduled maintenance</h1></body></html>"


@pytest.fixture(autouse=True)
def _a_process_that_has_just_begun() -> Iterator[None]:
    SCHEMAS.forget()
    yield
    SCHEMAS.forget()


def test_a_kept_wsdl_is_not_fetched_again(endpoint: Any, tmp_path: Path) -> None:
    with endpoint.gateway(wsdl_directory=tmp_path / "wsdl") as gateway:
        gateway.server_time()
    assert len(endpoint.recorder.fetched) > 1
    endpoint.recorder.fetched.clear()
    SCHEMAS.forget()
    with endpoint.gateway(wsdl_directory=tmp_path / "wsdl") as gateway:
        gateway.server_time()
    assert endpoint.recorder.fetched == []


def test_the_wsdl_is_fetched_and_read_once_for_all_clients_of_a_process(endpoint: Any) -> None:
    with endpoint.client(wsdl_directory=None) as one, endpoint.client(wsdl_directory=None) as other:
        with ThreadPoolExecutor(8) as pool:
            schemas = list(pool.map(lambda client: client.schema, [one, other] * 4))
        fetched = list(endpoint.recorder.fetched)
        other.send(get_server_time())
    assert fetched
    assert len(set(fetched)) == len(fetched) == len(endpoint.recorder.fetched)
    assert all(schema is schemas[0] for schema in schemas)


def test_another_version_or_folder_has_a_schema_of_its_own_and_few_are_kept(tmp_path: Path) -> None:
    shared, loaded = SharedSchemas(most=2), list[SchemaKey]()

    def of(version: str, folder: str) -> None:
        key = SchemaKey("https://one.invalid", version, tmp_path / folder)
        shared.get(key, lambda: loaded.append(key))  # type: ignore[arg-type, func-returns-value]  # what is kept does not matter here

    for version, folder in (
        ("2025_2", "a"),
        ("2025_2", "b"),
        ("2025_2", "a"),
        ("2025_1", "a"),
        ("2025_2", "a"),
    ):
        of(version, folder)
    assert [(key.version, key.directory.name) for key in loaded if key.directory] == [
        ("2025_2", "a"),
        ("2025_2", "b"),
        ("2025_1", "a"),
    ]
    of("2025_2", "b")
    assert len(loaded) == 4, "what was not used for longest had to go"


def test_a_client_that_was_never_used_sends_nothing(endpoint: Any) -> None:
    with SoapClient(endpoint.settings(), rng=random.Random(1)):
        pass
    assert (endpoint.recorder.sent, endpoint.recorder.fetched) == ([], [])


@pytest.mark.parametrize("step", ["write", "rename"])
def test_a_file_that_could_not_be_written_whole_is_not_there_afterwards(
    endpoint: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    names = {"write": "os.fdopen", "rename": "pathlib.Path.replace"}
    with monkeypatch.context() as broken, endpoint.gateway(wsdl_directory=tmp_path) as gateway:
        broken.setattr(names[step], full)
        gateway.server_time()  # what cannot be kept can still be used
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_made_does_not_stop_the_work(endpoint: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with endpoint.gateway(wsdl_directory=tmp_path / "taken" / "wsdl") as gateway:
        gateway.server_time()


def test_what_another_process_left_half_written_is_not_read(endpoint: Any, tmp_path: Path) -> None:
    (tmp_path / "tmpabc123").write_text("<definit")
    with endpoint.gateway(wsdl_directory=tmp_path) as gateway:
        gateway.server_time()


def test_a_page_that_is_no_wsdl_is_not_kept(endpoint: Any, tmp_path: Path) -> None:
    endpoint.recorder.instead = [HTMLResponse(BUSY_PAGE) for _ in range(4)]
    with endpoint.gateway(wsdl_directory=tmp_path) as gateway, pytest.raises(Unavailable, match=r"no WSDL"):
        gateway.server_time()
    with endpoint.gateway(wsdl_directory=tmp_path) as gateway:
        gateway.server_time()


def test_a_wsdl_that_is_busy_for_a_moment_is_asked_for_again(endpoint: Any) -> None:
    endpoint.recorder.instead = [PlainTextResponse("busy", status_code=503), HTMLResponse(BUSY_PAGE)]
    with endpoint.gateway() as gateway:
        assert gateway.find_orders(["streak-so-1"]) == {}


def test_a_missing_wsdl_names_what_to_correct(endpoint: Any) -> None:
    with (
        endpoint.gateway(endpoint_version="2019_1") as gateway,
        pytest.raises(ConfigurationError, match=r"answered 404; check the account id and 'endpoint_version'"),
    ):
        gateway.server_time()
