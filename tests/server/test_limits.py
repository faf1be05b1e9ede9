"""Token buckets for connections, counts for addresses."""

import pytest

from server.access.limits import MOST_NAMES, Bucket, PerAddress, PerName


def test_a_bucket_allows_a_burst_and_then_a_steady_rate():
    bucket = Bucket(rate=2.0, burst=5, now=10.0)
    assert [bucket.take(10.0) for _ in range(6)] == [True] * 5 + [False]
    assert not bucket.take(10.4)
    assert bucket.take(10.5) and not bucket.take(10.5)


def test_a_bucket_holds_no_more_than_its_burst():
    bucket = Bucket(rate=2.0, burst=5, now=10.0)
    assert sum(bucket.take(1000.0) for _ in range(10)) == 5


def test_an_address_may_do_so_much_within_a_time():
    allowed = PerAddress(most=3, seconds=60)
    assert [allowed.take("one", 10.0) for _ in range(4)] == [True, True, True, False]
    assert allowed.take("another", 10.0)
    assert not allowed.take("one", 69.9)
    assert allowed.take("one", 70.0)


def test_all_addresses_of_somebodys_ipv6_network_count_together():
    allowed = PerAddress(most=2, seconds=60)
    assert allowed.take("2001:db8:1:2::1", 10.0) and allowed.take("2001:db8:1:2:aaaa::9", 10.0)
    assert not allowed.take("2001:db8:1:2:ffff:ffff:ffff:ffff", 10.0)
    assert allowed.is_used_up("2001:db8:1:2::5", 10.0)
    assert allowed.take("2001:db8:1:3::1", 10.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.1", "::ffff:203.0.113.1"),  # to a server for both IPv4 and IPv6
        ("203.0.113.1", "::FFFF:CB00:7101"),
        ("203.0.113.1", "64:ff9b::203.0.113.1"),  # from a network that has IPv6 alone
        ("203.0.113.1", "203.0.113.1:443"),
        ("203.0.113.1", "[::ffff:203.0.113.1]:443"),
        ("2001:db8::1", "[2001:db8::1]:443"),
        ("2001:db8::1", "[2001:DB8:0:0:ffff::2]"),
        ("fe80::1%eth0", "fe80::2%eth1"),
        ("fe80::1", "[fe80::1%25eth0]:443"),
    ],
)
def test_one_client_counts_once_however_its_address_is_written(one, other):
    allowed = PerAddress(most=1, seconds=60)
    assert allowed.take(one, 10.0)
    assert allowed.is_used_up(other, 10.0) and not allowed.take(other, 10.0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["203.0.113.1", "203.0.113.2"],
        ["::ffff:203.0.113.1", "::ffff:203.0.113.2", "::ffff:198.51.100.1"],
        ["64:ff9b::203.0.113.1", "64:ff9b::203.0.113.2"],
        ["203.0.113.1:443", "203.0.113.2:443"],
        ["[2001:db8::1]:443", "[2001:db8:0:1::1]:443"],
        ["::1", "127.0.0.1"],
    ],
)
def test_different_clients_count_by_themselves(addresses):
    allowed = PerAddress(most=1, seconds=60)
    assert all(allowed.take(address, 10.0) for address in addresses)


@pytest.mark.parametrize(
    "address",
    ["", " ", "unknown", "_hidden", "[", "[]", "[]:80", ":", ":::", "::1:", "1.2.3.4:", "1.2.3.4.5"]
    + ["999.0.0.1", "203.0.113.1:x", "fe80::1%", "%eth0", "\x00", "\ud800", "9" * 5000, "[::1]:\n"],
)
def test_an_address_that_is_none_counts_like_one(address):
    allowed = PerAddress(most=1, seconds=60)
    assert allowed.take(address, 10.0) and not allowed.take(address, 10.0)


def test_what_is_given_back_can_be_taken_again():
    allowed = PerName(most=2, seconds=60)
    assert allowed.take("Ada", 10.0) and allowed.take("Ada", 20.0)
    allowed.give_back("Ada", 20.0)
    for name in ("Ada", "Ben"):
        allowed.give_back(name, 15.0)  # was never taken
    assert allowed.take("Ada", 30.0) and not allowed.take("Ada", 30.0)
    assert allowed.take("Ada", 70.0) and not allowed.take("Ada", 89.0)


def test_a_flood_of_addresses_takes_no_more_memory():
    allowed = PerAddress(most=1, seconds=60)
    allowed.take("first", 0.0)
    for number in range(MOST_NAMES - 1):
        allowed.take(f"address {number}", 1.0)
    assert not allowed.take("first", 2.0)
    for number in range(MOST_NAMES):
        allowed.take(f"another {number}", 3.0)
    assert allowed.take("first", 4.0)  # forgotten
