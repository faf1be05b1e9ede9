"""Time that goes on, whatever is done to the clock on the wall."""

import pytest

from server.ops.clock import SLEW, Clock


class Machine:
    """A machine's two clocks."""

    def __init__(self):
        self.wall, self.monotonic = 1_000_000.0, 50.0
        self.clock = Clock(lambda: self.wall, lambda: self.monotonic)

    def goes_on(self, seconds):
        self.wall += seconds
        self.monotonic += seconds
        return self.clock.now()


def test_it_says_what_the_wall_says():
    machine = Machine()
    assert [machine.goes_on(10) for _ in range(3)] == [1_000_010, 1_000_020, 1_000_030]


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_is_made_good_little_by_little(jump):
    machine = Machine()
    before = machine.goes_on(10)
    machine.wall += jump
    assert machine.clock.now() == before
    after = machine.goes_on(10)
    assert after - before == pytest.approx(10 * (1 + SLEW if jump > 0 else 1 - SLEW))
    for _ in range(4000):
        machine.goes_on(10)
    assert machine.clock.now() == machine.wall
