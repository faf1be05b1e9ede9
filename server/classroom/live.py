"""The classes that somebody is connected to in this process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from server.classroom.leader import Leader
from server.domain.seats import Seats, Snapshot
from server.domain.session import ClassSession
from server.domain.told import NOTHING, QUESTION, Post, Told
from server.storage.journal import Journal


@dataclass(frozen=True)
class News:
    """What students here are to be told.

    down: whose words a teacher has taken in: ("pace" or "help", seat) of each;
    is_question: the question is another one, or closed.
    """

    down: list[tuple[str, str]]
    is_question: bool


@dataclass
class LiveClass:
    """A class with somebody connected to this process, or with groups that have to be kept."""

    session: ClassSession
    seats: Seats = field(default_factory=Seats)
    teachers: int = 0
    leader: Leader | None = None  # while this process leads it
    told: Told | None = None  # None until the exchange has said
    shown_posts: tuple[Post, ...] = ()  # what students wrote, as it was shown here last
    # By the posts' ids, since when each is shown here, in seconds since the epoch.
    posts_shown_at: dict[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nobody is connected, nor may be back in a moment."""
        return not self.seats and not self.teachers

    @property
    def posts(self) -> tuple[Post, ...]:
        """What students wrote and no teacher has settled yet."""
        return (self.told or NOTHING).posts

    def snapshot(self, now: float) -> Snapshot:
        """What is counted of what this process knows: nobody who sits in a simulated class."""
        snapshot = self.seats.snapshot(now, self.teachers)
        return replace(snapshot, seats={}) if self.session.simulated else snapshot

    def show_posts(self, wall: float) -> tuple[Post, ...]:
        """The posts as they were shown here last: from now on they are shown as they are."""
        before, self.shown_posts = self.shown_posts, self.posts
        known = self.posts_shown_at
        self.posts_shown_at = {post.id: known.get(post.id, wall) for post in self.shown_posts}
        return before

    def hear(self, told: Told) -> News:
        """Take in what teachers have told, and what of it is news."""
        known = self.told.words if self.told else {}
        # Later ones alone: what a tick has heard may be older than what was told here since.
        words = {
            what: word
            for what, word in told.words.items()
            if what not in known or word.at > known[what].at
        }
        self.told = Told({**known, **words})
        return News(self.seats.take_down(self.told) if words else [], QUESTION in words)


class LiveClasses:
    """The live classes of this process, `by_code`, and what the next tick has to tell of them.

    ended: codes of those that are over;
    renewed: those whose older keys open nothing any more;
    rewritten: those, live here or not, of which a note was changed or deleted.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.by_code: dict[str, LiveClass] = {}
        self.ended: list[str] = []
        self.renewed: list[ClassSession] = []
        self.rewritten: list[ClassSession] = []

    def enter(self, session: ClassSession) -> LiveClass:
        """The live class that somebody comes to, who may be the first one."""
        return self.by_code.setdefault(session.code, LiveClass(session))

    def remove(self, code: str) -> None:
        """Nobody is left here; what this process has recorded of the class is kept."""
        live = self.by_code.pop(code, None)
        if live and live.leader and (point := live.leader.recorder.close()):
            self._journal.add_points([(code, point)])

    def renew_key(self, code: str, number: int) -> None:
        """Only keys from this number on open the class, wherever that was decided."""
        live = self.by_code.get(code)
        if live is not None and number > live.session.key_number:
            live.session = replace(live.session, key_number=number)
            self.renewed.append(live.session)
