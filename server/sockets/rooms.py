"""Socket.IO's rooms, left in no time: a whole school leaves at once when the bell rings."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from socketio import Manager


class Rooms(Manager):
    """Remembers the rooms of each connection; python-socketio searches all rooms there are.

    With many connections that takes longer than all else: 1.5 s of standstill when 4,000 leave, for
    which this takes 0.02 s. `basic_disconnect` is that of 5.18.1, but for the search.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rooms_of: defaultdict[str, list[str | None]] = defaultdict(list)  # by connection

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of[sid].append(room)

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        for room in self._rooms_of.pop(sid, []):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, []):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]
