"""Both ends, the documentation and the pages' looks follow server/domain/contract.json."""

import json
import re

import pytest

from docs import contract as made
from server.domain.alerts import KINDS
from server.domain.labels import FER2013, OTHER
from server.domain.messages import FLOOR_STUDENTS, MOST_STUDENTS
from server.domain.report import EMOTION_WORDS, PACE_WORDS, QUESTION_WORDS
from server.domain.view import FEW_FACES, FEW_STUDENTS
from tests.live_server import ROOT
from tests.schemas import CONTRACT, check, check_against
from training.dataset import LABELS

TEMPLATES = ROOT / "web/templates"
STYLE = (ROOT / "web/src/style.css").read_text()
PACES = CONTRACT["$defs"]["Pace"]["enum"]
OPENAPI = json.loads((ROOT / "server/http/openapi.json").read_text())["components"]["schemas"]
MESSAGES = [(sender, event) for sender, each in CONTRACT["messages"].items() for event in each]


@pytest.mark.parametrize(("make", "path"), [(made.pages, made.PAGES), (made.people, made.PEOPLE)])
def test_what_is_made_of_the_contract_is_up_to_date(make, path):
    assert path.read_text("utf-8") == make(CONTRACT), "run `make contract`"


@pytest.mark.parametrize(("sender", "event"), MESSAGES)
def test_each_message_is_described_and_shown_by_an_example_that_fits(sender, event):
    schema = CONTRACT["messages"][sender][event]
    assert schema["description"] and schema["examples"]
    for example in schema["examples"]:
        check(sender, event, example)
        assert json.dumps(example) in made.PEOPLE.read_text("utf-8")


def test_the_reports_table_calls_things_what_pages_call_them():
    words = (ROOT / "web/src/shared/labels.js").read_text()
    emotions = re.search(r"EMOTION_WORDS = \{(.*?)\};", words, re.DOTALL)[1]
    paces = re.search(r"PACE_TOLD = \{(.*?)\};", words, re.DOTALL)[1]
    questions = re.search(r"QUESTION_WORDS = \{(.*?)\};", words, re.DOTALL)[1]
    tables = ((emotions, EMOTION_WORDS), (paces, PACE_WORDS), (questions, QUESTION_WORDS))
    for pages, table in tables:
        assert re.findall(r'(\w+): gettext\("(.*?)"\)', pages) == list(table.items())


@pytest.mark.parametrize("name", [name for name in made.AUTH])
def test_examples_of_connecting_fit(name):
    for example in CONTRACT["$defs"][name]["examples"]:
        check_against(CONTRACT["$defs"][name], example, name)


def test_the_words_of_the_domain_and_of_training_are_those_of_the_contract():
    assert FER2013.keys() == EMOTION_WORDS.keys() - {OTHER} == set(LABELS)
    names, other = CONTRACT["$defs"]["Shares"]["propertyNames"]["anyOf"]
    assert (names["$ref"], other["const"]) == ("#/$defs/Emotion", OTHER)
    assert [kind.name for kind in KINDS] == CONTRACT["$defs"]["AlertKind"]["enum"]


def test_pages_know_the_valences_of_the_domain():
    looks = (ROOT / "web/src/shared/looks.js").read_text()
    known = re.findall(r'\["(\w+)", \{ valence: (-?\d)', looks)
    assert {label: int(sign) for label, sign in known} == FER2013


def test_each_emotion_and_pace_has_a_colour():
    coloured = set(re.findall(r"^  --([\w]+): #", STYLE, re.MULTILINE))
    assert coloured >= {*EMOTION_WORDS, *PACES}


def test_the_student_page_has_a_button_for_each_pace():
    page = (TEMPLATES / "student.html").read_text()
    assert re.findall(r'data-pace="(\w+)"', page) == PACES


def test_fields_take_no_more_than_the_contract_does():
    pages = {path.stem: path.read_text() for path in TEMPLATES.glob("*.html")}
    name, text = (CONTRACT["$defs"][each]["maxLength"] for each in ("Name", "Text"))
    assert f'id="name" maxlength="{name}"' in pages["student"]
    assert re.search(rf'id="marker-text"[^>]* maxlength="{text}"', pages["room"])
    post = CONTRACT["$defs"]["PostText"]["maxLength"]
    assert f'id="post-text" required maxlength="{post}"' in pages["student"]
    assert re.search(rf'name="title"[^>]* maxlength="{text}"', pages["home"])


def test_why_figures_are_hidden_is_told_in_the_words_of_the_contract():
    assert {FEW_STUDENTS, FEW_FACES} == set(CONTRACT["$defs"]["Suppressed"]["enum"])


def test_a_class_is_opened_within_the_limits_that_the_server_has():
    fields = OPENAPI["NewClass"]["properties"]
    assert fields["title"]["maxLength"] == CONTRACT["$defs"]["Text"]["maxLength"]
    assert fields["mode"]["enum"] == CONTRACT["$defs"]["Mode"]["enum"]
    least, most = (fields["min_students"]["anyOf"][0][name] for name in ("minimum", "maximum"))
    assert (least, most) == (FLOOR_STUDENTS, MOST_STUDENTS)


@pytest.mark.parametrize("name", sorted(OPENAPI.keys() & CONTRACT["$defs"].keys()))
def test_what_goes_over_http_too_has_the_same_fields_there(name):
    assert OPENAPI[name]["properties"].keys() == CONTRACT["$defs"][name]["properties"].keys()
    assert set(OPENAPI[name]["required"]) == set(CONTRACT["$defs"][name]["required"])
