"""The guarantees of docs/privacy.md, for classes made at random, through the service itself."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from server.classroom.service import Classroom
from server.domain.contract import words
from server.domain.messages import Answer, Label, Second, Show
from server.domain.room import REGROUP
from server.domain.seats import Message
from server.sharing.exchange import LocalExchange
from tests.memory_store import MemoryStore

MIN_STUDENTS = 3
EMOTIONS = ("happy", "neutral", "sad")
MOST_STUDENTS = 9
STUDENTS = st.integers(0, MOST_STUDENTS - 1)

# What happens in a class: (what, student) or ("time", seconds).
COMINGS_AND_GOINGS = st.one_of(
    st.tuples(st.sampled_from(["comes", "comes", "turns away", "turns back"]), STUDENTS),
    st.tuples(st.sampled_from(["leaves", "loses the connection", "shows the name"]), STUDENTS),
    st.tuples(st.sampled_from(["hides the name", "another process takes over"]), STUDENTS),
    st.tuples(st.just("time"), st.sampled_from([1, 1, 9, 25])),
)
slowly = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Published:
    """Everything that a teacher ever gets to see of a class."""

    views: list[dict] = field(default_factory=list)
    points: list[dict] = field(default_factory=list)
    posts: list[int | None] = field(default_factory=list)  # by how many a post was seconded
    report: dict = field(default_factory=dict)
    export: str = ""

    @property
    def shown(self) -> list[tuple]:
        return [(view["shares"], view["valence"]) for view in self.views]

    @property
    def answered(self) -> list[dict]:
        """All that was ever published of a question."""
        points = [asked for point in self.points for asked in point["asked"]]
        views = [view["asked"] for view in self.views if view["asked"]]
        return [*views, *points, *self.report["asked"]]

    def last_shown_otherwise(self, other: Published) -> int:
        """The number of the last view whose shares differ from another course's, or -1."""
        pairs = enumerate(zip(self.shown, other.shown, strict=True))
        return max((number for number, (one, another) in pairs if one != another), default=-1)

    def named_until(self, last: int) -> set[int]:
        """The students who were seen by name in the views up to this one."""
        names = {named["name"] for view in self.views[: last + 1] for named in view["named"]}
        return {int(name.removeprefix("Student ")) for name in names}

    def is_same_until(self, last: int, other: Published) -> bool:
        """All is the same but what students show of themselves by name after this view."""
        return self._without_names_after(last) == other._without_names_after(last)

    def _without_names_after(self, last: int) -> Published:
        later = [view | {"named": ()} for view in self.views[last + 1 :]]
        return replace(self, views=self.views[: last + 1] + later)


class Relay(LocalExchange):
    """Processes of which one takes over from the other, with what that one left behind."""

    left: str | None = None
    takes_over = False

    def meet(self, snapshots, now):
        meetings = super().meet(snapshots, now)
        if self.takes_over and self.left:
            state = json.loads(self.left)
            meetings = {code: replace(meeting, state=state) for code, meeting in meetings.items()}
        self.takes_over = False
        return meetings

    def commit(self, states, views):
        for state in states.values():
            self.left = json.dumps(state)
        return super().commit(states, views)


class Course:
    """One course of a class, as the sockets drive the service."""

    def __init__(self) -> None:
        self.exchange = Relay()
        self.classroom = Classroom(
            MemoryStore(),
            self.exchange,
            lambda: "ABC234",
            min_students=MIN_STUDENTS,
            most_students=MOST_STUDENTS,
            cameras_allowed=True,
            retention_days=30,
        )
        self.now = 1000.0
        asked = {"title": "A", "mode": "camera", "qna": True}
        self.session = self.classroom.open_class(asked, self.now)
        self.published = Published()
        self.here: set[int] = set()
        self.away: set[int] = set()

    def comes(self, student: int) -> None:
        self.here.add(student)
        self.away.discard(student)
        self.classroom.join(self.session, seat(student), f"connection of {student}", self.now)

    def goes(self, what: str, student: int) -> None:
        self.here.discard(student)
        connection = f"connection of {student}"
        if what == "leaves":
            self.classroom.leave(self.session.code, seat(student), connection)
        else:
            self.classroom.drop(self.session.code, seat(student), connection, self.now)

    def happens(self, what: str, student: int) -> None:
        if what == "comes":
            self.comes(student)
        elif what == "another process takes over":
            self.exchange.takes_over = True
        elif student not in self.here:
            return  # nothing to turn, leave or show
        elif what == "turns away":
            self.away.add(student)
        elif what == "turns back":
            self.away.discard(student)
        elif what == "shows the name":
            self.say(student, Show(f"Student {student}"))
        elif what == "hides the name":
            self.say(student, Show(None))
        else:
            self.goes(what, student)

    def ask(self) -> None:
        self.classroom.ask(self.session.code, "got_it", self.now)

    def answers(self, student: int, value: str | None) -> None:
        question = self.classroom.question(self.session.code, self.now)
        if question and student in self.here:
            self.say(student, Answer(question.id, value))

    def post(self) -> None:
        """Somebody writes a question, and the teacher shows it to all."""
        self.classroom.post(self.session.code, "Why?", self.now)
        [self.written] = self.classroom.posts(self.session.code)
        self.now += 1
        self.classroom.release(self.session.code, self.written.id, self.now)

    def seconds(self, student: int, on: bool = True) -> None:
        if student in self.here:
            self.say(student, Second(self.written.id, on))

    def say(self, student: int, message: Message) -> None:
        self.classroom.say(self.session.code, seat(student), message, self.now)

    def tick(self, seconds: float, faces: dict[int, str]) -> None:
        self.now += seconds
        for student in sorted(self.here):
            face = None if student in self.away else faces.get(student)
            label = Label("ok", face) if face else Label("no_face")
            self.say(student, label)
        result = self.classroom.tick(self.now, self.now)
        points = result.points
        for code, told in result.told.items():
            self.classroom.hear(code, told)
            self.published.posts += [post.seconded for post in self.classroom.posts(code)]
        self.published.views.append(self.classroom.view(self.session, self.now))
        self.published.points += [point.to_dict() for point in points.values()]

    def finish(self) -> Published:
        self.classroom.end(self.session.code, self.now)
        self.classroom.save()
        session = self.classroom.find(self.session.code)
        report = self.classroom.report(session, self.now)
        self.published.report = report.to_dict()
        self.published.export = report.to_csv()
        return self.published


def seat(student: int) -> str:
    return f"seat {student}"


def run(events: list[tuple], faces: dict[int, str]) -> Published:
    course = Course()
    for what, which in events:
        if what == "time":
            course.tick(which, faces)
        else:
            course.happens(what, which)
    course.tick(1, faces)
    return course.finish()


def longest_darkness(published: Published) -> float:
    lit = [view["t"] for view in published.views if view["shares"] is not None]
    ends = [published.views[0]["t"], *lit, published.views[-1]["t"]]
    return max(later - earlier for earlier, later in itertools.pairwise(ends))


@slowly
@given(
    st.lists(COMINGS_AND_GOINGS, max_size=40),
    st.lists(st.sampled_from(EMOTIONS), min_size=MOST_STUDENTS, max_size=MOST_STUDENTS),
)
@example(  # others show their names when it is too late to take back what was shown
    [("shows the name", 0), ("shows the name", 1), ("time", 1)],
    ["happy", "happy", "happy", "neutral", "happy", "happy", "happy", "happy", "happy"],
)
@example(  # one who was seen by name joins a group after another process took over
    [("comes", 4), ("comes", 5), ("comes", 6), ("shows the name", 4), ("time", 1)]
    + [("hides the name", 4), ("another process takes over", 0), ("time", 1)],
    ["happy", "happy", "happy", "happy", "sad", "sad", "neutral", "sad", "sad"],
)
@example(  # one who was seen by name joins a group
    [("comes", 4), ("comes", 5), ("comes", 6), ("shows the name", 4), ("time", 1)]
    + [("hides the name", 4), ("time", 1)],
    ["happy", "happy", "happy", "happy", "sad", "sad", "neutral", "sad", "sad"],
)
def test_each_counted_student_could_have_exchanged_faces_with_enough_others(events, looks):
    full = [("comes", student) for student in range(MIN_STUDENTS + 1)]
    events = [*full, ("time", 1), *events]
    faces = dict(enumerate(looks))
    published = run(events, faces)
    assume(longest_darkness(published) < REGROUP)
    nameless = set(faces) - {which for what, which in events if what == "shows the name"}
    for student in nameless:
        others = [run(events, faces | {student: face}) for face in EMOTIONS]
        last = max(published.last_shown_otherwise(other) for other in others)
        if last < 0:
            assert others == [published] * len(EMOTIONS)  # nothing was published about this face
            continue
        partners = set(faces) - {student} - published.named_until(last)
        could = [
            partner
            for partner in partners
            if faces[partner] == faces[student]
            or published.is_same_until(
                last,
                run(events, faces | {student: faces[partner], partner: faces[student]}),
            )
        ]
        assert len(could) >= MIN_STUDENTS - 1


LOOKS_OF_ALL = st.lists(
    st.lists(
        st.sampled_from([*EMOTIONS, *EMOTIONS, None]),
        min_size=MOST_STUDENTS,
        max_size=MOST_STUDENTS,
    ),
    min_size=1,
    max_size=25,
)


@slowly
@given(LOOKS_OF_ALL, st.integers(MIN_STUDENTS, MOST_STUDENTS - MIN_STUDENTS))
def test_two_of_a_group_may_exchange_all_that_they_send(ticks, first_wave):
    def publish(order: list[int]) -> Published:
        """Each student sends what the student of this place in the order sends."""
        this = Course()
        for number, looks in enumerate(ticks):
            wave = {0: range(first_wave), 1: range(first_wave, MOST_STUDENTS)}.get(number, ())
            for student in wave:
                this.comes(student)
            this.away = {student for student in this.here if looks[order[student]] is None}
            faces = {student: looks[order[student]] for student in range(MOST_STUDENTS)}
            this.tick(4, faces)
        return this.finish()

    # All of a wave are read at first, so that they make one group.
    for number in (0, 1):
        if number < len(ticks):
            ticks[number] = [look or "happy" for look in ticks[number]]
    order = list(range(MOST_STUDENTS))
    published = publish(order)
    for wave in (order[:first_wave], order[first_wave:]):
        for one, other in itertools.combinations(wave, 2):
            exchanged = list(order)
            exchanged[one], exchanged[other] = other, one
            assert publish(exchanged) == published


@slowly
@given(
    LOOKS_OF_ALL,
    st.sampled_from(["leaves", "loses the connection", "turns away"]),
    st.integers(0, 20),
)
def test_a_student_who_goes_changes_the_shares_no_more_than_one_who_sits_still(ticks, what, when):
    def publish(goes: bool) -> list[tuple]:
        this, still = Course(), "happy"
        for student in range(MOST_STUDENTS):
            this.comes(student)
        for number, looks in enumerate(ticks):
            faces = dict(enumerate(look or "happy" for look in looks))
            if number <= when:
                still = faces[0]
            elif number == when + 1 and goes:
                this.happens(what, 0)
            this.tick(4, faces | {0: still})
        return this.finish().shown

    assert publish(goes=True) == publish(goes=False)


@slowly
@given(LOOKS_OF_ALL, st.integers(1, MIN_STUDENTS - 1), st.integers(0, 20))
def test_fewer_newcomers_than_make_a_group_change_no_share(ticks, newcomers, when):
    def publish(come: bool) -> list[tuple]:
        this = Course()
        for student in range(newcomers, MOST_STUDENTS):
            this.comes(student)
        for number, looks in enumerate(ticks):
            if come and number == when + 1:
                for student in range(newcomers):
                    this.comes(student)
            this.tick(4, dict(enumerate(look or "happy" for look in looks)))
        return this.finish().shown

    assert publish(come=True) == publish(come=False)


@slowly
@given(
    st.lists(COMINGS_AND_GOINGS, max_size=40),
    st.lists(st.sampled_from(EMOTIONS), min_size=MOST_STUDENTS, max_size=MOST_STUDENTS),
)
def test_nothing_is_shown_about_fewer_students_than_the_class_asks_for(events, looks):
    faces = dict(enumerate(looks))
    published = run(events, faces)
    for view in published.views:
        if view["students"] < MIN_STUDENTS:
            assert (view["shares"], view["valence"], view["pace"], view["seen"]) == (None,) * 4
        if view["shares"] is not None:
            assert sum(view["shares"].values()) == pytest.approx(1)
            assert all(
                share * 20 == pytest.approx(round(share * 20)) for share in view["shares"].values()
            )
            lone = {face for face in EMOTIONS if looks.count(face) < 2}
            assert not lone & view["shares"].keys()
    assert "Student" not in str(published.report) + published.export + str(published.points)


# What happens while a question is open: (what, student); answers come from who is here.
ANSWERING = st.lists(
    st.one_of(
        st.tuples(st.just("answers"), STUDENTS),
        st.tuples(st.sampled_from(["comes", "leaves", "loses the connection"]), STUDENTS),
        st.tuples(st.sampled_from(["another process takes over", "shows the name"]), STUDENTS),
        st.tuples(st.just("time"), st.sampled_from([1, 1, 9, 25])),
    ),
    max_size=30,
)
ANSWERS_OF_ALL = st.lists(
    st.sampled_from(words("Answer")), min_size=MOST_STUDENTS, max_size=MOST_STUDENTS
)


def ask(events: list[tuple], answers: list[str]) -> Published:
    course = Course()
    for student in range(MIN_STUDENTS):
        course.comes(student)
    course.tick(1, {})
    course.ask()
    for what, which in events:
        if what == "time":
            course.tick(which, dict.fromkeys(range(MOST_STUDENTS), "happy"))
        elif what == "answers":
            course.answers(which, answers[which])
        else:
            course.happens(what, which)
    course.tick(1, dict.fromkeys(range(MOST_STUDENTS), "happy"))
    return course.finish()


@slowly
@given(ANSWERING, ANSWERS_OF_ALL)
def test_answers_are_shown_from_as_many_on_as_may_be_shown(events, answers):
    for asked in ask(events, answers).answered:
        counts = asked["answers"]
        assert counts is None or sum(counts.values()) >= MIN_STUDENTS


@slowly
@given(ANSWERING, ANSWERS_OF_ALL)
def test_nothing_is_shown_of_a_question_that_few_have_answered(events, answers):
    answering = {which for what, which in events if what == "answers"}
    assume(len(answering) < MIN_STUDENTS)
    nobody = [event for event in events if event[0] != "answers"]
    assert ask(events, answers).answered == ask(nobody, answers).answered


@slowly
@given(
    ANSWERS_OF_ALL,
    st.lists(STUDENTS.filter(bool), max_size=6),
    st.lists(STUDENTS.filter(bool), max_size=6),
    st.sampled_from(["leaves", "loses the connection", "another process takes over"]),
)
@example(["yes"] * MOST_STUDENTS, [1, 2, 3], [], "another process takes over")
def test_whoever_goes_after_answering_changes_no_count(answers, earlier, later, what):
    def publish(goes: bool) -> Published:
        course = Course()
        for student in range(MOST_STUDENTS):
            course.comes(student)
        course.tick(1, {})
        course.ask()
        for student in (*earlier, 0):
            course.answers(student, answers[student])
        course.tick(1, {})
        if goes:
            course.happens(what, 0)
        for student in later:
            course.tick(15, {})
            course.answers(student, answers[student])
        course.tick(60, {})
        return course.finish()

    assert publish(goes=True).answered == publish(goes=False).answered


@slowly
@given(ANSWERS_OF_ALL, st.integers(0, MOST_STUDENTS), st.permutations(range(MOST_STUDENTS)))
def test_who_gave_which_answer_changes_nothing(answers, how_many, order):
    def publish(order: list[int]) -> Published:
        course = Course()
        for student in range(MOST_STUDENTS):
            course.comes(student)
        course.tick(1, {})
        course.ask()
        for place, student in enumerate(order[:how_many]):
            course.answers(student, answers[place])
        course.tick(1, dict.fromkeys(range(MOST_STUDENTS), "happy"))
        course.tick(70, dict.fromkeys(range(MOST_STUDENTS), "happy"))
        return course.finish()

    assert publish(list(order)).answered == publish(sorted(order)).answered


# What happens while a post is open: (what, student).
SECONDING = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["seconds", "seconds", "takes it back"]), STUDENTS),
        st.tuples(st.sampled_from(["comes", "leaves", "loses the connection"]), STUDENTS),
        st.tuples(st.just("another process takes over"), STUDENTS),
        st.tuples(st.just("time"), st.sampled_from([1, 1, 9, 25])),
    ),
    max_size=30,
)


def second(events: list[tuple], after: int = 3) -> list[int | None]:
    """By how many a post is seconded, as it is published at each tick."""
    course = Course()
    for student in range(MOST_STUDENTS):
        course.comes(student)
    course.post()
    course.tick(1, {})
    for what, which in events:
        if what == "time":
            course.tick(which, {})
        elif what in ("seconds", "takes it back"):
            course.seconds(which, what == "seconds")
        else:
            course.happens(what, which)
    for _ in range(after):
        course.tick(1, {})
    return course.finish().posts


@slowly
@given(SECONDING)
def test_by_how_many_a_post_is_seconded_is_shown_from_as_many_on_as_may_be_shown(events):
    assert all(count is None or count >= MIN_STUDENTS for count in second(events))


@slowly
@given(SECONDING)
def test_a_post_that_few_second_is_seconded_by_nobody_to_all_who_see_it(events):
    assume(len({which for what, which in events if what == "seconds"}) < MIN_STUDENTS)
    nobody = [event for event in events if event[0] not in ("seconds", "takes it back")]
    assert second(events) == second(nobody) == [None] * len(second(nobody))


@slowly
@given(
    st.lists(STUDENTS.filter(bool), max_size=MOST_STUDENTS, unique=True),
    st.sampled_from(["leaves", "loses the connection", "another process takes over"]),
)
def test_whoever_goes_after_seconding_is_counted_on_and_nobody_tells_who_it_was(who, what):
    seconded = [("seconds", student) for student in who]
    still = second([*seconded, ("time", 1), ("time", 25)])
    assert second([*seconded, ("time", 1), *((what, each) for each in who), ("time", 25)]) == still
    others = [("seconds", MOST_STUDENTS - student) for student in who]
    assert second([*others, ("time", 1), ("time", 25)]) == still
    assert still[-1] == (len(who) if len(who) >= MIN_STUDENTS else None)
