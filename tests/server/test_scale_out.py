"""Several processes that share their classes through Redis, and what becomes of them."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import redis
import requests

from server.access.tokens import Tokens
from server.domain.session import ClassSession
from server.domain.simulation import SEATS
from server.domain.timeline import Point
from server.sharing.exchange import FORMAT
from server.sockets.handlers import POSTS_A_MINUTE
from tests.conftest import SERVE_QUICKLY
from tests.live_server import PATIENCE, SECRET_KEY, SERVE, SERVE_NEWER
from tests.own_model import copy_model


@pytest.fixture
def processes(start_server, redis_server):
    """Two processes behind which there is one Redis and one database."""
    one = start_server(REDIS_URL=redis_server.url)
    two = start_server(REDIS_URL=redis_server.url, DATABASE_URL=one.settings["DATABASE_URL"])
    return one, two


@pytest.fixture
def quick(start_server, redis_server):
    """A process with shorter waits that shares its classes."""
    return start_server(SERVE_QUICKLY, REDIS_URL=redis_server.url)


def test_students_and_teacher_of_a_class_sit_on_different_processes(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teachers = [teach(two, opened), teach(one, opened)]
    students = [join(one, opened["code"], "happy") for _ in range(3)]
    students += [join(two, opened["code"], "sad") for _ in range(2)]
    for teacher in teachers:
        view = teacher.wait_for("view", lambda view: view["seen"] == 5)
        assert view["shares"] == {"happy": 0.6, "sad": 0.4}
    late = teach(one, opened)
    assert late.wait_for("view")["students"] == 5
    # What one teacher does reaches everybody.
    teachers[0].send("marker", {"text": "recursion"})
    assert teachers[1].wait_for("marker")["text"] == "recursion"
    for student in students:
        student.send("pace", {"value": "lost"})
    teachers[1].wait_for("view", lambda view: view["pace"]["lost"] == 5)
    teachers[0].send("clear", {"what": "pace"})
    for student in students:
        student.wait_for("cleared")
    teachers[1].wait_for("view", lambda view: view["pace"]["lost"] == 0)
    teachers[1].send("end", {})
    for peer in (*teachers, *students):
        peer.wait_for("ended")
    assert "ended" in join_refused(join, two, opened["code"])


def test_a_label_that_another_process_does_not_know_is_other_there(
    start_server, redis_server, join, teach, tmp_path
):
    """As while a model is replaced, one process after the other."""
    shared = {"REDIS_URL": redis_server.url}
    own = start_server(**shared, MODEL=str(copy_model(tmp_path / "mine")))
    shared["DATABASE_URL"] = own.settings["DATABASE_URL"]
    shipped = start_server(**shared)
    other = own.open_class()
    for server in (own, own, own, shipped, shipped):
        join(server, other["code"], "bored")
    view = teach(own, other).wait_for("view", lambda view: view["seen"] == 5)
    assert view["shares"].keys() <= {"bored", "other"}  # by who leads it, and never as it came
    assert view["shares"]["other"] >= 0.4

    opened = shipped.open_class()
    for looks in ("bored", "bored", "bored", "happy", "happy"):
        join(own, opened["code"], looks)
    teach(shipped, opened).wait_for("view", lambda view: view["seen"] == 5)
    own.kill()  # and the other leads, whichever did
    expected = {"other": 0.6, "happy": 0.4}
    teach(shipped, opened).wait_for("view", lambda view: view["shares"] == expected)


def test_teachers_who_start_a_lesson_at_once_are_in_one_class(processes, teach):
    course = processes[0].open_course()
    with ThreadPoolExecutor(8) as pool:
        lessons = list(pool.map(lambda n: processes[n % 2].start_lesson(course), range(8)))
    assert len({lesson["code"] for lesson in lessons}) == 1
    for server in processes:
        teach(server, lessons[0]).wait_for("view")


def test_who_comes_back_through_any_process_knows_what_was_taken_down(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teacher = teach(one, opened)
    student = join(one, opened["code"])
    student.send("help", {"on": True, "name": "Ada"})
    teacher.wait_for("view", lambda view: view["help"])
    student.vanish()
    teacher.send("clear", {"what": "help"})
    teacher.wait_for("view", lambda view: not view["help"])
    # The first one of the class in the other process, and one who comes later.
    for _ in range(2):
        cleared = join(two, opened["code"], seat=student.welcome["seat"]).welcome["cleared"]
        assert cleared["pace"] is None and cleared["help"] >= 0
    one.kill()
    one.start()
    assert join(one, opened["code"]).welcome["cleared"]["help"] >= cleared["help"]


def test_what_is_taken_down_through_another_process_goes_down_for_who_says_nothing_more(
    processes, join, teach
):
    one, two = processes
    opened = one.open_class()
    here, there = teach(one, opened), teach(two, opened)
    student = join(one, opened["code"])
    for number in range(2):
        student.send("help", {"on": True})
        here.wait_for("view", lambda view: view["help"])
        there.send("clear", {"what": "help"})
        assert student.wait_for("cleared") == {"what": "help"}
        here.wait_for("view", lambda view: not view["help"])
        student.send("help", {"on": True, "name": f"Again {number}"})
        here.wait_for("view", lambda view: [hand["name"] for hand in view["help"]] != [None])


def test_a_class_is_asked_through_any_process_and_counted_by_the_leader(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teachers = [teach(one, opened), teach(two, opened)]
    students = [join(server, opened["code"]) for server in (one, two) for _ in range(3)]
    teachers[1].send("ask", {"question": "done"})
    for student in students:
        question = student.wait_for("question")["question"]
        student.send("answer", {"to": question["id"], "value": "so_so"})
    for teacher in teachers:
        view = teacher.wait_for("view", lambda view: view["asked"] and view["asked"]["answers"])
        assert view["asked"]["question"] == "done"
        teacher.wait_for("view", lambda view: view["asked"]["answers"]["so_so"] == 6)
    assert join(two, opened["code"]).welcome["question"]["id"] == question["id"]
    # Whichever leads the class: the other one goes on with the question and its answers.
    one.kill()
    view = teachers[1].wait_for("view", lambda view: view["students"] == 4)
    assert view["asked"]["answers"]["so_so"] == 6
    teachers[1].send("ask", {"question": None})
    students[3].wait_for("question", lambda told: told["question"] is None)


def test_posts_are_those_of_all_processes_and_outlive_each_of_them(processes, join, teach):
    one, two = processes
    opened = one.open_class(mode="self-report", qna=True)
    teachers = [teach(one, opened), teach(two, opened)]
    students = [join(server, opened["code"]) for server in (one, two) for _ in range(3)]
    students[0].send("post", {"text": "One?"})
    students[5].send("post", {"text": "Two?"})
    for teacher in teachers:
        told = teacher.wait_for("posts", lambda told: len(told["posts"]) == 2)
        assert {post["text"] for post in told["posts"]} == {"One?", "Two?"}
    (post,) = (post for post in told["posts"] if post["text"] == "One?")
    teachers[1].send("release", {"id": post["id"]})
    for student in students:
        shown = student.wait_for("posts", lambda told: told["posts"])
        assert [each["text"] for each in shown["posts"]] == ["One?"]
        student.send("second", {"id": post["id"], "on": True})
    for peer in (*teachers, *students):
        peer.wait_for("posts", lambda told: [each["seconded"] for each in seen(told)] == [6])
    # A student who moves is not counted twice, nor is one who takes it back elsewhere.
    moved = join(two, opened["code"], seat=students[0].welcome["seat"])
    moved.send("second", {"id": post["id"], "on": False})
    teachers[0].wait_for("posts", lambda told: [each["seconded"] for each in seen(told)] == [5])
    # Whichever leads the class.
    one.kill()
    students[3].send("post", {"text": "Three?"})
    told = teachers[1].wait_for("posts", lambda told: len(told["posts"]) == 3)
    assert [each["seconded"] for each in seen(told)] == [5]
    moved.send("second", {"id": post["id"], "on": True})
    teachers[1].wait_for("posts", lambda told: [each["seconded"] for each in seen(told)] == [6])
    for each in told["posts"]:
        teachers[1].send("settle", {"id": each["id"]})
    assert moved.wait_for("posts", lambda told: not told["posts"])


def seen(told):
    """The posts that students see."""
    return [post for post in told["posts"] if post["released"]]


def test_a_settled_post_does_not_come_back_when_it_is_released_before_the_next_tick(
    start_server, redis_server, join, teach
):
    one = start_server(REDIS_URL=redis_server.url, TICK_SECONDS="5")
    two = start_server(
        REDIS_URL=redis_server.url, TICK_SECONDS="5", DATABASE_URL=one.settings["DATABASE_URL"]
    )
    opened = one.open_class(mode="self-report", qna=True)
    here, there = teach(one, opened), teach(two, opened)
    join(two, opened["code"]).send("post", {"text": "Why?"})
    # It comes with a tick, after which this process hears nothing for five seconds.
    [post] = here.wait_for("posts", lambda told: told["posts"])["posts"]
    there.send("settle", {"id": post["id"]})
    there.send("marker", {"text": "settled"})
    here.wait_for("marker")
    here.send("release", {"id": post["id"]})
    here.send("marker", {"text": "released"})
    events = iter(lambda: here.received.get(timeout=PATIENCE)[0], "marker")
    assert "error" not in events
    here.wait_for("posts", lambda told: told["posts"] == [])
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        values = client.hvals(f"classpulse:{{{opened['code']}}}:told")
    assert not any(b"Why?" in value for value in values)
    for server in (one, two):
        assert join(server, opened["code"]).wait_for("posts")["posts"] == []


def test_all_posts_that_a_teacher_saw_are_settled_in_all_processes_and_later_ones_stay(
    processes, join, teach
):
    one, two = processes
    opened = one.open_class(mode="self-report", qna=True)
    teachers = [teach(one, opened), teach(two, opened)]
    students = [join(server, opened["code"]) for server in (one, two)]
    for student in students:
        for number in range(2):
            student.send("post", {"text": f"{number}?"})
    seen_at = teachers[0].wait_for("posts", lambda told: len(told["posts"]) == 4)["t"]
    students[1].send("post", {"text": "Later?"})
    teachers[0].wait_for("posts", lambda told: len(told["posts"]) == 5)
    teachers[0].send("clear", {"what": "posts", "t": seen_at})
    for teacher in teachers:
        told = teacher.wait_for("posts", lambda told: len(told["posts"]) == 1)
        assert [post["text"] for post in told["posts"]] == ["Later?"]


def test_a_post_that_redis_is_away_for_does_not_count_against_its_student(
    processes, redis_server, join, teach
):
    opened = processes[0].open_class(mode="self-report", qna=True)
    teacher, student = teach(processes[0], opened), join(processes[0], opened["code"])
    redis_server.kill()
    for _ in range(POSTS_A_MINUTE + 1):
        student.send("post", {"text": "Lost?"})
        assert "try again in a moment" in student.wait_for("error")["message"]
    redis_server.start()
    for number in range(POSTS_A_MINUTE):
        student.send("post", {"text": f"{number}?"})
    told = teacher.wait_for("posts", lambda told: len(told["posts"]) == POSTS_A_MINUTE)
    assert [post["text"] for post in told["posts"]] == ["0?", "1?", "2?"]


def test_nothing_of_a_post_is_left_in_redis(processes, redis_server, join, teach):
    one, two = processes
    opened = one.open_class(mode="self-report", qna=True)
    teacher, student = teach(one, opened), join(two, opened["code"])
    for text in ("settled words", "waiting words"):
        student.send("post", {"text": text})
    posts = teacher.wait_for("posts", lambda told: len(told["posts"]) == 2)["posts"]
    (settled,) = (post for post in posts if post["text"] == "settled words")
    teacher.send("settle", {"id": settled["id"]})
    teacher.wait_for("posts", lambda told: len(told["posts"]) == 1)
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        told = f"classpulse:{{{opened['code']}}}:told"
        assert [b" words" in value for value in client.hvals(told)].count(True) == 1
        teacher.send("end", {})
        teacher.wait_for("ended")
        assert not client.exists(told)


def test_a_try_out_class_has_its_students_once_whichever_process_leads_it(
    quick, start_server, redis_server, join, teach
):
    one = quick
    shared = {"REDIS_URL": redis_server.url, "DATABASE_URL": one.settings["DATABASE_URL"]}
    two = start_server(SERVE_QUICKLY, **shared)
    opened = one.open_tryout()
    join(one, opened["code"], "disgust")
    join(two, opened["code"], "disgust").send("help", {"on": True, "name": "Guest"})
    teachers = teach(two, opened), teach(one, opened)
    for teacher in teachers:  # the first points are of a class whose faces are not all read yet
        teacher.wait_for("point", lambda point: point["seen"] == len(SEATS) and point["shares"])
    one.kill()
    for _ in range(4):  # points of two seconds, in which the other process takes over
        point = teachers[0].wait_for("point")
        assert point["students"] == len(SEATS) and "disgust" not in point["shares"]
    view = teachers[0].wait_for("view")
    assert "Guest" not in [hand["name"] for hand in view["help"]]


def test_one_hand_is_taken_in_through_another_process(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teacher, ada, ben = teach(two, opened), *(join(one, opened["code"]) for _ in range(2))
    for student, name in ((ada, "Ada"), (ben, "Ben")):
        student.send("help", {"on": True, "name": name})
    view = teacher.wait_for("view", lambda view: len(view["help"]) == 2)
    hand = next(hand for hand in view["help"] if hand["name"] == "Ada")
    teacher.send("lower", {"hand": hand["id"]})
    assert ada.wait_for("cleared") == {"what": "help"}
    view = teacher.wait_for("view", lambda view: len(view["help"]) == 1)
    assert view["help"][0]["name"] == "Ben" and ben.received.empty()


def until_ended(peer, errors=0):
    """What comes up to "ended" and to so many errors, whichever are later."""
    heard = []
    while "ended" not in (names := [name for name, _ in heard]) or names.count("error") < errors:
        heard.append(peer.received.get(timeout=PATIENCE))
    return heard


def test_nothing_is_taken_in_after_the_end_not_even_before_the_next_tick(
    start_server, redis_server, join, teach
):
    one = start_server(REDIS_URL=redis_server.url, TICK_SECONDS="5")
    two = start_server(
        REDIS_URL=redis_server.url, TICK_SECONDS="5", DATABASE_URL=one.settings["DATABASE_URL"]
    )
    opened = one.open_class()
    teacher, colleague, other = teach(one, opened), teach(one, opened), teach(two, opened)
    student = join(two, opened["code"])
    asked = {
        "marker": {"text": "late"},
        "clear": {"what": "help"},
        "silence": {"kind": "many_lost"},
        "lower": {"hand": "5f3a"},
        "ask": {"question": "got_it"},
    }
    teacher.send("end", {})
    key = f"classpulse:{{{opened['code']}}}:ended"
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        while not client.exists(key):
            pass
        for peer in (colleague, other):
            for event, message in asked.items():
                peer.send(event, message)
        # The next tick, which says that the class has ended, may come between two answers.
        for peer in (colleague, other):
            told = [(name, data) for name, data in until_ended(peer, len(asked)) if name == "error"]
            assert told == [("error", {"message": "this class has ended"})] * len(asked)
        assert client.keys() == [key.encode()]
    for peer in (teacher, student):
        assert "cleared" not in [name for name, _ in until_ended(peer)]
    report = requests.get(
        f"{two.url}/report/{opened['code']}.json",
        headers={"Authorization": f"Bearer {opened['token']}"},
        timeout=10,
    )
    assert report.json()["ended"] and report.json()["markers"] == []


def join_refused(join, server, code):
    with pytest.raises(AssertionError) as refused:
        join(server, code)
    return str(refused.value)


def test_a_student_who_moves_to_another_process_counts_once(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teacher = teach(one, opened)
    students = [join(one, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    moved = join(two, opened["code"], seat=students[0].welcome["seat"])
    moved.looks("sad")
    view = teacher.wait_for("view", lambda view: view["shares"] == {"happy": 0.8, "other": 0.2})
    assert (view["students"], view["counted"]) == (5, 5)
    students[0].leave()
    moved.looks("happy")
    view = teacher.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
    assert view["students"] == 5


@pytest.mark.parametrize("victim", ["the leader", "another"])
def test_the_class_goes_on_when_a_process_is_killed(processes, join, teach, victim):
    dies, lives = processes if victim == "the leader" else processes[::-1]
    first, second = processes
    opened = first.open_class(min_students=8)  # all of them make one group
    teacher = teach(first, opened)  # so that the first process is the leader
    teacher.wait_for("view")
    joined = {first: [], second: []}
    for server in processes:
        for _ in range(4):
            joined[server].append(join(server, opened["code"], "happy"))
    before = teacher.wait_for("point", lambda point: point["shares"])
    for number, student in enumerate(joined[dies]):
        student.send("help", {"on": True, "name": f"Student {number}"})
        teacher.wait_for("view", lambda view, number=number: len(view["help"]) == number + 1)
    teacher.leave()
    dies.kill()
    teacher = teach(lives, opened)
    # The groups are the same ones: the others alone would be too few to be shown.
    view = teacher.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
    assert view["counted"] == 8
    for number, student in reversed(list(enumerate(joined[dies]))):
        again = join(lives, opened["code"], "sad", seat=student.welcome["seat"])
        again.send("help", {"on": True, "name": f"Student {number}"})
    hands = [f"Student {number}" for number in range(4)]
    view = teacher.wait_for(
        "view",
        lambda view: (
            view["shares"] == {"happy": 0.5, "sad": 0.5}
            and [hand["name"] for hand in view["help"]] == hands  # in the order of before
        ),
    )
    assert (view["students"], view["counted"]) == (8, 8)
    # Nobody is left over from the process that is gone.
    joined[lives][0].vanish()
    view = teacher.wait_for("view", lambda view: view["students"] != 8)
    assert view["students"] == 7
    history = teach(lives, opened).wait_for("history")
    assert before in history["points"]


def test_the_class_goes_on_after_redis_was_away(processes, redis_server, join, teach):
    one, two = processes
    opened = one.open_class(min_students=6)
    teacher = teach(two, opened)
    students = [join(one, opened["code"], "happy") for _ in range(3)]
    students += [join(two, opened["code"], "happy") for _ in range(3)]
    teacher.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
    redis_server.kill()
    trouble = teacher.wait_for("trouble")
    assert "cannot reach" in trouble["message"] and not trouble["live"]
    for student in students[:3]:
        student.looks("sad")  # while nobody can hear it
    redis_server.start()
    assert teacher.wait_for("trouble") == {"message": None, "live": True}
    view = teacher.wait_for("view", lambda view: view["shares"] == {"happy": 0.5, "sad": 0.5})
    assert (view["students"], view["counted"]) == (6, 6)


@pytest.mark.parametrize(
    "commands", [(SERVE, SERVE_NEWER), (SERVE_NEWER, SERVE)], ids=["older", "newer"]
)
def test_two_releases_side_by_side_each_serve_their_own_and_one_takes_over(
    start_server, redis_server, join, teach, commands
):
    first = start_server(commands[0], REDIS_URL=redis_server.url)
    shared = {
        "REDIS_URL": redis_server.url,
        "DATABASE_URL": first.settings["DATABASE_URL"],
    }
    opened, other = first.open_class(), first.open_class()
    teachers = [teach(first, opened), teach(first, other)]
    for teacher in teachers:
        teacher.wait_for("view")
    for code in (opened["code"], other["code"]):
        for _ in range(5):
            join(first, code, "happy")
    second = start_server(commands[1], **shared)
    late = [join(second, opened["code"], "sad") for _ in range(5)]
    views = [
        teacher.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
        for teacher in teachers
    ]
    assert [view["students"] for view in views] == [5, 5]
    # A rollback, or an upgrade that ends: whoever was there comes to the release that stays.
    second.kill()
    for student in late:
        join(first, opened["code"], "sad", seat=student.welcome["seat"])
    view = teachers[0].wait_for("view", lambda view: view["seen"] == 10)
    assert view["shares"] == {"happy": 0.5, "sad": 0.5}
    first.kill()
    third = start_server(commands[1], **shared)
    teacher = teach(third, opened)
    for _ in range(5):
        join(third, opened["code"], "surprise")
    teacher.wait_for("view", lambda view: "surprise" in (view["shares"] or ()))


def test_a_class_that_cannot_be_counted_is_alone_with_it(quick, redis_server, join, teach):
    opened, other = quick.open_class(), quick.open_class()
    teacher, elsewhere = teach(quick, opened), teach(quick, other)
    for each in (teacher, elsewhere):
        each.wait_for("view")
    seat = {"joined": 1, "pace": ["no word"], "paced": 1}
    told = json.dumps({"format": FORMAT, "teachers": 0, "seats": {"Ada": seat}})
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        snapshots = f"classpulse:{{{opened['code']}}}:partials"
        client.hset(snapshots, "another", f"{time.time():.6f} {told}")
    trouble = teacher.wait_for("trouble")
    assert "cannot count this class" in trouble["message"] and not trouble["live"]
    late = teach(quick, opened)
    assert late.wait_for("trouble") == trouble
    for _ in range(5):
        join(quick, other["code"], "happy")
    elsewhere.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
    assert quick.figure('classpulse_errors_total{kind="class"}') > 0
    assert requests.get(f"{quick.url}/readyz", timeout=10).ok  # the others are served
    # Once what cannot be counted is old enough to be forgotten.
    assert teacher.wait_for("trouble") == {"message": None, "live": True}
    teacher.wait_for("view")


def test_a_redis_that_says_nothing_holds_up_no_student(processes, redis_server, join, teach):
    one, _ = processes
    opened = one.open_class()
    teacher = teach(one, opened)
    students = [join(one, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"])
    redis_server.pause()
    teacher.wait_for("trouble")
    join(one, opened["code"], "happy")
    students[0].send("label", {"state": "guess"})
    assert "state must be one of" in students[0].wait_for("error")["message"]
    answer = requests.get(f"{one.url}/readyz", timeout=10)
    assert answer.status_code == 503 and "redis" in answer.json()["troubles"]
    assert requests.get(f"{one.url}/healthz", timeout=10).ok
    redis_server.resume()
    teacher.wait_for("view", lambda view: view["students"] == 6)


def test_a_process_that_is_stopped_hands_over_its_classes(processes, join, teach):
    one, two = processes
    opened = one.open_class()
    teacher = teach(one, opened)
    teacher.wait_for("view")
    students = [join(one, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"])
    one.terminate()
    for peer in (teacher, *students):
        assert peer.wait_for("restart")["within"] > 0
    teacher = teach(two, opened)
    for student in students:
        student.leave()
        join(two, opened["code"], "happy", seat=student.welcome["seat"])
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert (view["students"], view["counted"], view["shares"]) == (5, 5, {"happy": 1.0})
    assert one.wait_for_its_end() == 0


def test_nginx_keeps_a_class_together_until_its_process_dies(processes, start_nginx, join, teach):
    nginx = start_nginx(*(process.port for process in processes))
    opened = processes[0].open_class()
    teacher = teach(nginx, opened)
    students = [join(nginx, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"])
    by_process = {each: each.figure("classpulse_students") for each in processes}
    assert sorted(by_process.values()) == [0, 5]
    home, other = sorted(processes, key=by_process.get, reverse=True)
    home.kill()
    teacher = teach(nginx, opened)
    for student in students:
        join(nginx, opened["code"], "happy", seat=student.welcome["seat"])
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert (view["students"], view["counted"]) == (5, 5)
    assert other.figure("classpulse_students") == 5


def test_no_process_ends_a_class_in_which_somebody_waits_elsewhere(
    start_server, redis_server, open_store, teach
):
    one = start_server(REDIS_URL=redis_server.url)
    store = open_store(one.settings["DATABASE_URL"])
    left = time.time() - 2 * 24 * 60 * 60
    for code in ("WATCH2", "EMPTY2"):
        store.add_class(ClassSession(code, "Algebra", "camera", 5, left))
        store.add_points([(code, Point(left, 5, 5, None, None, None, None, ()))])
    token = Tokens(SECRET_KEY).teacher(store.find_class("WATCH2"))
    teacher = teach(one, {"code": "WATCH2", "token": token})
    teacher.wait_for("view")
    # It sweeps when it starts.
    start_server(REDIS_URL=redis_server.url, DATABASE_URL=one.settings["DATABASE_URL"])
    deadline = time.monotonic() + PATIENCE
    while store.find_class("EMPTY2").ended_at is None:
        assert time.monotonic() < deadline
    assert store.find_class("WATCH2").ended_at is None
    assert not teacher.closed
