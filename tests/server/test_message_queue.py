"""What processes say to each other, through a Redis that may not answer any more."""

import time
from queue import Queue
from threading import Thread

from server.sockets.message_queue import MessageQueue


def test_a_redis_that_says_nothing_any_more_is_noticed_and_heard_again(redis_server, caplog):
    listening, heard = Queue(), Queue()
    queue = MessageQueue(redis_server.url, silence_seconds=0.5)
    queue.on_listening = lambda: listening.put(True)
    Thread(target=lambda: heard.put(next(queue._listen())), daemon=True).start()
    listening.get(timeout=10)
    redis_server.pause()
    deadline = time.monotonic() + 30
    while "does not hear Redis" not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    redis_server.resume()
    listening.get(timeout=10)
    queue._publish({"event": "after"})
    assert b"after" in heard.get(timeout=10)
    queue.redis.close()
