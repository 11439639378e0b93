"""Networks from which alone the address of a screen opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from leaderboard.words import gettext as _

MOST_NETWORKS = 20
Network = IPv4Network | IPv6Network


def networks_in(text: str) -> tuple[Network, ...]:
    """The networks of a text in CIDR with commas between them; a single address is a network of one."""
    return tuple(ip_network(part) for part in _parts(text))


def tidy_range(text: str) -> str:
    """The text as it is stored; raises ValueError where a part is no network."""
    return ",".join(map(str, networks_in(text)))


def range_problems(text: str) -> Iterator[str]:
    """Everything wrong with a range, in the user's words."""
    parts = _parts(text)
    if len(parts) > MOST_NETWORKS:
        yield _("地址范围最多 {most} 段，收到 {count} 段").format(most=MOST_NETWORKS, count=len(parts))
    for part in parts:
        try:
            ip_network(part)
        except ValueError:
            said = _("{part} 不是网络地址；应写成 10.2.0.0/16 或 2001:db8::/32，主机位须为零")
            yield said.format(part=part[:60])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def is_within(networks: Sequence[Network], address: str) -> bool:
    """Whether an address lies in one of the networks, or there are none; an IPv4 address may come dressed as IPv6."""
    if not networks:
        return True
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
