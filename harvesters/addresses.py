"""Which addresses harvesters may reach, decided at the moment of connecting.

The name is resolved once, every address is checked, and the socket goes to the checked address: a name
that resolves differently the second time (DNS rebinding) gains nothing. Redirects open connections too, so
they pass the same gate. The sockets also keep a deadline for the whole answer, for servers that drip.
"""

import io
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from .faults import AddressRefused

Network = IPv4Network | IPv6Network

# Ranges that lead inside or nowhere and that `is_global` of some Python versions lets pass.
_FURTHER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10",
    )
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64, 6to4, Teredo."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour:
        return address.sixtofour
    return address.teredo[1] if address.teredo else None


def is_inside(text: str) -> bool:
    """Whether an address is not one of the public internet."""
    address = ip_address(text.split("%")[0])
    if isinstance(address, IPv6Address) and (embedded := _embedded(address)):
        return is_inside(str(embedded))
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or any(address in network for network in _FURTHER)
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a connection out, or refuses it. `longest`: the most seconds that one whole answer may take."""

    trusted: tuple[Network, ...] = ()
    longest: float = 900.0

    def admits(self, text: str) -> bool:
        """Whether harvesters may connect to this address."""
        address = ip_address(text.split("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        if any((mapped or address) in network or address in network for network in self.trusted):
            return True
        return not is_inside(text)

    def resolve(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """The addresses behind `host` that may be reached. AddressRefused if all are refused."""
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        admitted = [entry for entry in found if self.admits(str(entry[4][0]))]
        if not admitted:
            inside = ", ".join(sorted({str(entry[4][0]) for entry in found}))
            named = f"{host} is" if inside == host.strip("[]") else f"{host} leads to {inside},"
            raise AddressRefused(
                f"{named} an address inside the operator's network; harvesters reach those only where "
                "the operator lists the network as trusted"
            )
        return admitted


class _TimedReader(io.RawIOBase):
    """Reads from a socket until the deadline of the whole answer."""

    def __init__(self, sock: "_TimedSocket") -> None:
        self._sock = sock
        self._inner = sock.inner.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._sock.deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the whole answer took too long")
        patience = self._sock.patience
        self._sock.inner.settimeout(remaining if patience is None else min(patience, remaining))
        return self._inner.readinto(buffer)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._inner.close()
        super().close()


class _TimedSocket:
    """A socket whose readers keep a deadline. Everything else is the socket's own."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.patience: float | None = inner.gettimeout()
        self.deadline = float("inf")

    def settimeout(self, seconds: float | None) -> None:
        self.patience = seconds
        self.inner.settimeout(seconds)

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class _Guarded(HTTPConnection):
    """An HTTP connection that only goes where its gate lets it."""

    gate: Gate

    def _new_conn(self) -> socket.socket:
        try:
            addresses = self.gate.resolve(self._dns_host, self.port)
        except (socket.gaierror, UnicodeError) as error:
            cause = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, cause) from error
        fault: OSError | None = None
        for family, kind, protocol, _name, address in addresses:
            try:
                return self._connect(family, kind, protocol, address)
            except OSError as error:
                fault = error
        if isinstance(fault, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} did not answer within {self.timeout} s") from fault
        raise NewConnectionError(self, str(fault)) from fault

    def _connect(self, family: int, kind: int, protocol: int, address: Any) -> socket.socket:
        sock = socket.socket(family, kind, protocol)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            if isinstance(self.timeout, (int, float)):
                sock.settimeout(self.timeout)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return sock

    def connect(self) -> None:
        super().connect()
        self.sock = _TimedSocket(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        if isinstance(self.sock, _TimedSocket):
            self.sock.deadline = time.monotonic() + self.gate.longest
        super().request(*args, **kwargs)


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same under TLS: names and certificates stay the agency's own."""


class GuardedAdapter(HTTPAdapter):
    """Makes every connection of a requests session pass a gate."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        plain = type("GuardedConnection", (_Guarded,), {"gate": self._gate})
        under_tls = type("GuardedTlsConnection", (_GuardedTls,), {"gate": self._gate})
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedTlsPool", (HTTPSConnectionPool,), {"ConnectionCls": under_tls}),
        }


def trusted(networks: Sequence[Network | str]) -> tuple[Network, ...]:
    """Networks from values or their notation (`127.0.0.0/8`)."""
    return tuple(ip_network(network) if isinstance(network, str) else network for network in networks)
