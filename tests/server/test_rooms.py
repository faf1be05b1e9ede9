"""Our rooms leave nothing behind but what python-socketio's own do."""

import itertools

import pytest
import socketio

from server.sockets.rooms import Rooms


def after_a_lesson(manager, leaves):
    """What a manager of rooms remembers when some of three have left."""
    server = socketio.Server(client_manager=manager, async_mode="threading")
    numbers = itertools.count()
    server.eio.generate_id = lambda: f"connection {next(numbers)}"
    manager.initialize()
    sids = [manager.connect(f"engine {number}", "/") for number in range(3)]
    for sid, room in itertools.product(sids, ("class", "students")):
        manager.enter_room(sid, "/", room)
        manager.emit("history", {}, "/", room=sid, callback=print)
    waiting = manager.pre_connect("engine 3", "/")
    for sid in [*sids, waiting][:leaves]:
        if sid != waiting:
            manager.pre_disconnect(sid, "/")
        manager.disconnect(sid, "/", ignore_queue=True)
    known = vars(socketio.Manager())
    return {name: value for name, value in vars(manager).items() if name in known} | {
        "server": None
    }


@pytest.mark.parametrize("leaves", [0, 1, 3, 4])
def test_what_is_left_is_what_python_socketio_leaves(leaves):
    theirs = after_a_lesson(socketio.Manager(), leaves)
    ours = after_a_lesson(Rooms(), leaves)
    for each in (theirs, ours):
        each["callbacks"] = {sid: set(waiting) for sid, waiting in each["callbacks"].items()}
    assert str(ours) == str(theirs)
