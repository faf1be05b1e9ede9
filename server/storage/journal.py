"""The store, written to behind the class's back: without a database a class goes on."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterable
from dataclasses import replace

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.storage.store import ClassStore

MOST_POINTS = 20_000  # that wait to be written, about 20 MB: 100 classes for half an hour
AT_ONCE = 500  # points in one transaction

log = logging.getLogger(__name__)


class Journal:
    """What is added waits in memory until `save` has written it; what is read includes it."""

    def __init__(self, store: ClassStore) -> None:
        self._store = store
        self._points: dict[tuple[str, float], Point] = {}  # by code and time
        self._markers: dict[tuple[str, Marker], None] = {}
        self._ends: dict[str, float] = {}  # code -> time
        self._deleted: dict[str, None] = {}
        self._saving = threading.Lock()

    def __len__(self) -> int:
        return len(self._points) + len(self._markers) + len(self._ends) + len(self._deleted)

    def add_points(self, points: Iterable[tuple[str, Point]]) -> None:
        """Keep (code, point) pairs; of more than MOST_POINTS that wait, the oldest are lost.

        Of two of the same time the first stays: where a clock was set back, or another process's is
        behind, that is what was seen then.
        """
        for code, point in points:
            self._points.setdefault((code, point.t), point)
        too_many = max(0, len(self._points) - MOST_POINTS)
        for key in list(itertools.islice(self._points, too_many)):
            del self._points[key]
        if too_many:
            log.error("points lost, the database was away for too long: %d", too_many)

    def add_marker(self, code: str, marker: Marker) -> None:
        """Keep a marker."""
        self._markers[code, marker] = None

    def end_class(self, code: str, t: float) -> None:
        """The first end counts."""
        self._ends.setdefault(code, t)

    def delete_class(self, code: str) -> None:
        """Forget everything about a class."""
        self._deleted[code] = None
        self._ends.pop(code, None)
        self._points = {key: point for key, point in self._points.items() if key[0] != code}
        self._markers = {key: None for key in self._markers if key[0] != code}

    def find_class(self, code: str) -> ClassSession | None:
        """The class with this code, running or ended. Raises StoreError."""
        if code in self._deleted:
            return None
        session = self._store.find_class(code)
        return self._as_it_is(session) if session else None

    def lessons(self, course: str, before: float, most: int | None) -> list[ClassSession]:
        """The classes of a course that were opened before a time, newest first.

        Raises StoreError.
        """
        found = self._store.lessons(course, before, most)
        return [self._as_it_is(each) for each in found if each.code not in self._deleted]

    def _as_it_is(self, session: ClassSession) -> ClassSession:
        if session.ended_at is None and session.code in self._ends:
            return replace(session, ended_at=self._ends[session.code])
        return session

    def points(self, code: str) -> list[Point]:
        """The timeline of a class, oldest first. Raises StoreError."""
        waiting = {t: point for (of, t), point in self._points.items() if of == code}
        stored = {point.t: point for point in self._store.points(code)}
        return sorted((waiting | stored).values(), key=lambda point: point.t)

    def markers(self, code: str) -> list[Marker]:
        """The markers of a class, oldest first. Raises StoreError."""
        waiting = [marker for of, marker in self._markers if of == code]
        both = dict.fromkeys([*self._store.markers(code), *waiting])
        return sorted(both, key=lambda marker: marker.t)

    def save(self) -> None:
        """Write what waits. Raises StoreError; what was not written then waits on."""
        with self._saving:
            while len(self):  # more may come while something is written
                self._save_points()
                for code, marker in list(self._markers):
                    self._store.add_marker(code, marker)
                    self._markers.pop((code, marker), None)
                for code, t in list(self._ends.items()):
                    self._store.end_class(code, t)
                    self._ends.pop(code, None)
                for code in list(self._deleted):
                    self._store.delete_class(code)
                    self._deleted.pop(code, None)

    def _save_points(self) -> None:
        while points := list(itertools.islice(self._points.items(), AT_ONCE)):
            self._store.add_points([(code, point) for (code, _), point in points])
            for key, _ in points:
                self._points.pop(key, None)
