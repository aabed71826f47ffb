"""From where a request came: the one place that reads `X-Forwarded-For`, and believes it only from a known proxy.

Lanes, logs, log-in and the queue of reports all go by it. Over a Unix socket there is no peer (an empty
address): then whoever can write to the socket is the proxy, which `unix` in `TRUSTED_PROXIES` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from geoapp.env import BadSetting

UNIX = "unix"
Address = IPv4Address | IPv6Address
Proxy = IPv4Network | IPv6Network | str


def parse_proxies(names: Sequence[str]) -> list[Proxy]:
    """`TRUSTED_PROXIES` as typed values: addresses, networks in CIDR form, `unix`."""
    found: list[Proxy] = []
    for name in names:
        if name == UNIX:
            found.append(UNIX)
            continue
        try:
            found.append(ip_network(name))
        except ValueError:
            raise BadSetting(
                f"TRUSTED_PROXIES={name!r}: use addresses as in 10.1.2.3, networks as in 10.0.0.0/8, or unix"
            ) from None
    return found


def _parse(text: str) -> Address | None:
    """An address as proxies write it: with or without a port, IPv6 with or without brackets."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _trusted(address: Address | None, proxies: Sequence[Proxy]) -> bool:
    if address is None:
        return False
    return any(not isinstance(each, str) and address.version == each.version and address in each for each in proxies)


def is_proxy(peer: str, proxies: Sequence[Proxy]) -> bool:
    """Whether what connected is a proxy of ours."""
    address = _parse(peer)
    return _trusted(address, proxies) or (address is None and UNIX in proxies)


def address_of(peer: str, forwarded_for: str, proxies: Sequence[Proxy]) -> str:
    """The asker's address: the peer, or behind trusted proxies the last in `X-Forwarded-For` that is none of them.

    Whatever stands further left was written by the asker and proves nothing. Empty when it cannot be known.
    """
    nearest = _parse(peer)
    if not is_proxy(peer, proxies):
        return str(nearest or "")
    for text in reversed(forwarded_for.split(",")):
        found = _parse(text)
        if found is None:
            break
        nearest = found
        if not _trusted(found, proxies):
            break
    return str(nearest or "")


def network(address: str, v4: int = 32, v6: int = 64) -> str:
    """The network of an address, by how many of its leading bits; what is no address stays what it is.

    Unless told, what one asker has: an IPv4 address, or the /64 that everybody with IPv6 is given and may ask from any address of.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    bits = v4 if found.version == 4 else v6
    return address if bits == found.max_prefixlen else str(ip_network(f"{found}/{bits}", strict=False))


def client_address(request: HttpRequest) -> str:
    """The asker of a request. The site's own server has put it in the peer's place already (`geoapp.serving`)."""
    peer, forwarded = (str(request.META.get(name) or "") for name in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR"))
    return address_of(peer, forwarded, settings.TRUSTED_PROXIES)
