"""Token buckets for connections, counts for addresses."""

from server.access.limits import MOST_ADDRESSES, Bucket, PerAddress


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


def test_a_flood_of_addresses_takes_no_more_memory():
    allowed = PerAddress(most=1, seconds=60)
    allowed.take("first", 0.0)
    for number in range(MOST_ADDRESSES - 1):
        allowed.take(f"address {number}", 1.0)
    assert not allowed.take("first", 2.0)
    for number in range(MOST_ADDRESSES):
        allowed.take(f"another {number}", 3.0)
    assert allowed.take("first", 4.0)  # forgotten
