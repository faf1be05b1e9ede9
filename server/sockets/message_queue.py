"""Flask-SocketIO's message queue in Redis, which is back as soon as Redis is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import redis
from socketio import RedisManager

from server.sharing.redis_exchange import connect
from server.sockets.rooms import Rooms

CHANNEL = "classpulse"
RETRY_SECONDS = 0.5
SILENCE_SECONDS = 5  # without a message, after which Redis is asked whether it is still there

log = logging.getLogger(__name__)


class MessageQueue(Rooms, RedisManager):
    """RedisManager waits up to a minute before it listens again; a class cannot.

    on_listening: called when it listens, at first and again, because what was said before is lost.
    """

    on_listening: Callable[[], None]

    def __init__(self, url: str, silence_seconds: float = SILENCE_SECONDS) -> None:
        super().__init__(url, channel=CHANNEL)
        self.redis = connect(url, 1)
        self._subscriptions = connect(url, 1)
        self._silence_seconds = silence_seconds

    def _redis_connect(self) -> None:
        self.connected = True  # the client makes its connection anew when it is used

    def _listen(self) -> Iterator[bytes]:
        while True:
            try:
                with self._subscriptions.pubsub() as subscription:
                    subscription.subscribe(self.channel)
                    is_asked = False  # whether it is still there
                    while True:
                        message = subscription.get_message(timeout=self._silence_seconds)
                        if message is None:
                            if is_asked:
                                raise redis.TimeoutError("no answer")
                            subscription.ping()
                        elif message["type"] == "subscribe":
                            self.on_listening()
                        elif message["type"] == "message":
                            yield message["data"]
                        is_asked = message is None
            except redis.RedisError as error:
                log.warning("the message queue does not hear Redis: %s", error)
                time.sleep(RETRY_SECONDS)
