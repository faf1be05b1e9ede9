"""Which language a request gets, and that choosing one leads nowhere else."""

import pytest
import requests


def choose(server, language, page="/", **headers):
    return requests.post(
        f"{server.url}/language",
        data={"language": language, "page": page},
        headers=headers,
        allow_redirects=False,
        timeout=10,
    )


def test_a_chosen_language_is_remembered_and_leads_back(server):
    answer = choose(server, "hi", "/c/ABC234")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/ABC234")
    cookie = answer.headers["Set-Cookie"]
    assert {"language=hi", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    behind_https = choose(server, "hi", **{"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_https.headers["Set-Cookie"].split("; ")


def test_in_a_frame_of_a_named_page_a_language_is_remembered_for_that_page_alone(start_server):
    server = start_server(FRAME_ANCESTORS="https://lms.example.org")
    cookie = choose(server, "hi", **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
    assert {"Secure", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        "/a//b",
        "/a\r\nb: c",
    ],
)
def test_choosing_a_language_leads_to_no_other_site(server, page):
    assert choose(server, "ar", page).headers["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "../hi"])
def test_an_unknown_language_is_one_clear_error(server, language):
    answer = choose(server, language)
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers


def test_another_site_chooses_no_language(server):
    answer = choose(server, "hi", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"headers": {"Accept-Language": "ar-EG,en;q=0.5"}}, 'lang="ar" dir="rtl"'),
        ({"headers": {"Accept-Language": "de,hi;q=0.5"}}, 'lang="hi" dir="ltr"'),
        ({"headers": {"Accept-Language": "de"}}, 'lang="en" dir="ltr"'),
        ({"headers": {"Accept-Language": "ar"}, "cookies": {"language": "hi"}}, 'lang="hi"'),
        ({"cookies": {"language": "xx"}}, 'lang="en"'),
    ],
)
def test_a_choice_counts_more_than_the_browsers_word(server, wanted, found):
    assert found in requests.get(server.url, timeout=10, **wanted).text


def test_pages_say_what_went_wrong_in_their_language_and_the_api_in_english(server):
    hindi = {"Accept-Language": "hi"}
    page = requests.get(f"{server.url}/c/NOSUCH", headers=hindi, timeout=10)
    assert page.status_code == 404 and "इस कोड की कोई कक्षा नहीं है" in page.text
    answer = requests.get(f"{server.url}/api/classes/NOSUCH", headers=hindi, timeout=10)
    assert answer.json()["error"].startswith("There is no class with this code.")
