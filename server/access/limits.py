"""How much one connection, one student or one address may ask for."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from ipaddress import IPv4Address, IPv6Address, IPv6Network

TRANSLATED = IPv6Network("64:ff9b::/96")
MOST_NAMES = 10_000  # that are remembered; those that came least recently are forgotten


class Bucket:
    """A token bucket (Turner 1986): `burst` at once, and `rate` a second in the long run."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")  # there is one for each connection

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), now

    def take(self, now: float) -> bool:
        """One more; False if that is too many. now: in seconds."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class PerName:
    """At most `most` within any `seconds` for each name of somebody."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """One more under this name; False if that is too many. now: in seconds."""
        times = self._taken.setdefault(name, deque())
        self._taken.move_to_end(name)
        if len(self._taken) > MOST_NAMES:
            self._taken.popitem(last=False)
        if self.is_used_up(name, now):
            return False
        times.append(now)
        return True

    def give_back(self, name: str, taken_at: float) -> None:
        """What was taken under this name at that time came to nothing: it does not count."""
        times = self._taken.get(name, deque())
        if taken_at in times:
            times.remove(taken_at)

    def is_used_up(self, name: str, now: float) -> bool:
        """Whether one more would be too many."""
        times = self._taken.get(name, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        return len(times) >= self._most


class PerAddress:
    """The same for each address, or IPv6 network of somebody."""

    def __init__(self, most: int, seconds: float) -> None:
        self._taken = PerName(most, seconds)

    def take(self, address: str, now: float) -> bool:
        """One more for this address; False if that is too many. now: in seconds."""
        return self._taken.take(_whose(address), now)

    def is_used_up(self, address: str, now: float) -> bool:
        """Whether one more would be too many."""
        return self._taken.is_used_up(_whose(address), now)


def _whose(address: str) -> str:
    """What of an address a home or a machine has all to itself.

    Of an IPv6 address that is the first half (RFC 6177), but all of the IPv4 address that a server
    for both sees in it (RFC 4291, 2.5.5.2) or that a network translates into it (RFC 6052). Some
    proxies name the port, too.
    """
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", address)
    try:
        ip = IPv6Address(bare)
    except ValueError:
        return bare
    if ip in TRANSLATED:
        return str(IPv4Address(int(ip) & 0xFFFFFFFF))
    return str(ip.ipv4_mapped or int(ip) >> 64)
