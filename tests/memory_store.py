"""A ClassStore without a database, held to the same tests as the one that has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.storage.store import CodeTaken


class MemoryStore:
    """For the many short classes of property tests, which no database could keep up with."""

    def __init__(self) -> None:
        self._classes: dict[str, ClassSession] = {}
        self._points: dict[str, dict[float, Point]] = {}  # by code and time
        self._markers: dict[str, set[Marker]] = {}

    def add_class(self, session: ClassSession, over: None = None) -> None:
        if session.code in self._classes:
            raise CodeTaken(session.code)
        self._classes[session.code] = session
        self._points[session.code], self._markers[session.code] = {}, set()

    def check(self) -> None:
        """It is never away."""

    def close(self) -> None:
        """It needs nothing."""

    def find_class(self, code: str) -> ClassSession | None:
        return self._classes.get(code)

    def end_class(self, code: str, t: float) -> None:
        session = self._classes.get(code)
        if session and session.ended_at is None:
            self._classes[code] = replace(session, ended_at=t)

    def add_points(self, points: Iterable[tuple[str, Point]]) -> None:
        for code, point in points:
            if code in self._classes:
                self._points[code].setdefault(point.t, point)

    def points(self, code: str) -> list[Point]:
        return [point for _, point in sorted(self._points.get(code, {}).items())]

    def add_marker(self, code: str, marker: Marker) -> None:
        if code in self._classes:
            self._markers[code].add(marker)

    def rewrite_marker(self, code: str, marker: Marker) -> bool:
        there = self.delete_marker(code, marker.t)
        if there:
            self._markers[code].add(marker)
        return there

    def delete_marker(self, code: str, t: float) -> bool:
        others = {marker for marker in self._markers.get(code, ()) if marker.t != t}
        there = len(others) < len(self._markers.get(code, ()))
        if there:
            self._markers[code] = others
        return there

    def markers(self, code: str) -> list[Marker]:
        return sorted(self._markers.get(code, ()), key=lambda marker: marker.t)

    def idle_classes(self, left: float, unused: float) -> list[tuple[str, float]]:
        running = [each for each in self._classes.values() if each.ended_at is None]
        return [
            (each.code, max(points, default=each.created_at))
            for each in running
            if ((points := self._points[each.code]) and max(points) < left)
            or (not points and each.created_at < unused)
        ]

    def idle_lessons(self, left: float) -> list[tuple[str, float]]:
        return []  # it knows no courses

    def classes_ended_before(self, t: float) -> list[str]:
        classes = self._classes.values()
        return [each.code for each in classes if each.ended_at is not None and each.ended_at <= t]

    def simulated_before(self, t: float) -> list[str]:
        classes = self._classes.values()
        return [each.code for each in classes if each.simulated and each.created_at <= t]

    def delete_class(self, code: str) -> None:
        for kept in (self._classes, self._points, self._markers):
            kept.pop(code, None)
