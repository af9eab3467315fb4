"""Harvesters never reach into the operator's own network, however they are led there."""

import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckanapi
import pytest

from harvesters.addresses import Gate, is_inside, trusted
from harvesters.http import AddressRefused, Http, SourceUnavailable

from .agency import Agency, Reply

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.5", "172.16.3.4", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
    "::ffff:127.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_refused(address: str) -> None:
    assert is_inside(address)
    assert not Gate().admits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_not(address: str) -> None:
    assert Gate().admits(address)


def test_the_operator_may_trust_a_network() -> None:
    gate = Gate(trusted(["10.1.0.0/16", "fd00::/8"]))
    assert gate.admits("10.1.2.3")
    assert gate.admits("::ffff:10.1.2.3")
    assert gate.admits("fd00::7")
    assert not gate.admits("10.2.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_loopback_gets_through(agency: Agency, make_http: Callable[..., Http], host: str) -> None:
    agency.plays("/data.json", {})
    with pytest.raises(AddressRefused, match="inside the operator's network"):
        make_http(trusted_networks=[]).get_json(f"http://{host}:{agency.port}/data.json")
    assert agency.asked == []


def test_a_name_that_leads_inside_is_refused(
    agency: Agency, make_http: Callable[..., Http], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", agency.port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(AddressRefused, match=r"agency\.example leads to 127\.0\.0\.1"):
        make_http(trusted_networks=[]).get_json("http://agency.example/data.json")
    assert agency.asked == []


def test_a_redirect_inside_is_refused(agency: Agency, http: Http) -> None:
    inner = f"http://127.0.0.2:{agency.port}/admin"
    url = agency.plays("/data.json", Reply(status=302, headers={"Location": inner}))
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        http.get_json(url)
    assert agency.paths() == ["/data.json"]


def test_a_redirect_to_something_else_than_the_web_is_refused(agency: Agency, http: Http) -> None:
    url = agency.plays("/data.json", Reply(status=302, headers={"Location": "file:///etc/passwd"}))
    with pytest.raises(AddressRefused, match="write https"):
        http.get_json(url)


@pytest.mark.parametrize(
    "url", ["ftp://agency.example/x", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "data.json"]
)
def test_only_the_web_is_fetched(http: Http, url: str) -> None:
    with pytest.raises(AddressRefused):
        http.get(url)


def test_a_redirect_to_another_host_is_said(agency: Agency, make_http: Callable[..., Http]) -> None:
    http = make_http(trusted_networks=["127.0.0.0/8", "::1/128"])
    agency.plays("/there.json", {"a": 1})
    there = f"http://localhost:{agency.port}/there.json"
    url = agency.plays("/here.json", Reply(status=301, headers={"Location": there}))
    with http.get(url) as answer:
        assert answer.redirected_host == f"http://localhost:{agency.port}"
    assert "redirects to another host" in http.notes[0]


def test_a_proxy_of_the_environment_carries_nothing_around_the_gate(
    agency: Agency, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert http.get_json(agency.plays("/data.json", {"a": 1})) == {"a": 1}


def test_the_guards_hold_for_a_library_that_takes_the_session(agency: Agency, make_http: Callable[..., Http]) -> None:
    agency.plays("/api/action/status_show", {"success": True, "result": {}})
    ckan = ckanapi.RemoteCKAN(agency.url, get_only=True, session=make_http(trusted_networks=[]).session)
    with pytest.raises(AddressRefused):
        ckan.call_action("status_show")
    inner = f"http://127.0.0.2:{agency.port}/admin"
    agency.plays("/api/action/package_list", Reply(status=302, headers={"Location": inner}))
    ckan = ckanapi.RemoteCKAN(agency.url, get_only=True, session=make_http().session)
    with pytest.raises(AddressRefused):
        ckan.call_action("package_list")


def test_a_token_does_not_travel_to_another_host(agency: Agency, make_http: Callable[..., Http]) -> None:
    http = make_http(trusted_networks=["127.0.0.0/8", "::1/128"])
    agency.plays("/api/action/there", {"success": True, "result": 1})
    there = f"http://localhost:{agency.port}/api/action/there"
    agency.plays("/api/action/here", Reply(status=302, headers={"Location": there}))
    ckanapi.RemoteCKAN(agency.url, apikey="secret", get_only=True, session=http.session).call_action("here")
    assert agency.last("/api/action/here").headers["X-CKAN-API-Key"] == "secret"
    arrived = agency.last("/api/action/there").headers
    assert "X-CKAN-API-Key" not in arrived and "Authorization" not in arrived


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of its own for 127.0.0.1, with its key in the same file."""
    key, cert, both = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "both.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {key} -out {cert} "
        "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


def test_certificates_are_verified(agency: Agency, make_http: Callable[..., Http], certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    agency.under_tls(context)
    agency.plays("/data.json", {"a": 1})
    url = f"https://127.0.0.1:{agency.port}/data.json"
    with pytest.raises(SourceUnavailable, match="certificate was not accepted"):
        make_http().get_json(url)
    assert make_http(ca_bundle=certificate).get_json(url) == {"a": 1}
