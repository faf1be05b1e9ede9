"""The beat: once every `seconds`, whatever happens to a single tick."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Never

log = logging.getLogger(__name__)


def run(tick: Callable[[], None], seconds: float, sleep: Callable[[float], None]) -> Never:
    """Call `tick` for ever; one that fails is logged, and the next one tries again."""
    while True:
        sleep(seconds)
        try:
            tick()
        except Exception:  # the beat outlives any error: a full disk now may be free in a second
            log.exception("a tick failed")
