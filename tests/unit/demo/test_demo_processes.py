"""Ports that stay free until a server listens there."""

from pathlib import Path

import pytest

from streak_netsuite.demo.processes import free_port, port_is_free

_GIVEN_AWAY = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not _GIVEN_AWAY.exists(), reason="only Linux tells which ports it gives away")
def test_a_free_port_is_none_that_the_system_gives_to_a_connection_meanwhile() -> None:
    first, last = map(int, _GIVEN_AWAY.read_text().split())
    ports = [free_port() for _ in range(20)]
    assert [port for port in ports if first <= port <= last] == []
    assert len(set(ports)) > 10, "two who ask at the same time are not given the same one"
    assert all(port_is_free(port) for port in ports)
