"""Which language a request gets, and that choosing one leads nowhere else."""

import pytest


def choose(app, language, page="/", **headers):
    return app.post("/language", data={"language": language, "page": page}, headers=headers)


def test_a_chosen_language_is_remembered_and_leads_back(app):
    answer = choose(app, "hi", "/c/ABC234")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/ABC234")
    cookie = answer.headers["Set-Cookie"]
    assert {"language=hi", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    behind_https = choose(app, "hi", **{"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_https.headers["Set-Cookie"].split("; ")


def test_in_a_frame_of_a_named_page_a_language_is_remembered_for_that_page_alone(start_app):
    app = start_app(frame_ancestors=("https://lms.example.org",))
    cookie = choose(app, "hi", **{"X-Forwarded-Proto": "https"}).headers["Set-Cookie"]
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
def test_choosing_a_language_leads_to_no_other_site(app, page):
    assert choose(app, "ar", page).headers["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "../hi"])
def test_an_unknown_language_is_one_clear_error(app, language):
    answer = choose(app, language)
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers


def test_another_site_chooses_no_language(app):
    answer = choose(app, "hi", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"Accept-Language": "ar-EG,en;q=0.5"}, 'lang="ar" dir="rtl"'),
        ({"Accept-Language": "de,hi;q=0.5"}, 'lang="hi" dir="ltr"'),
        ({"Accept-Language": "de"}, 'lang="en" dir="ltr"'),
        ({"Accept-Language": "ar", "Cookie": "language=hi"}, 'lang="hi"'),
        ({"Cookie": "language=xx"}, 'lang="en"'),
    ],
)
def test_a_choice_counts_more_than_the_browsers_word(app, wanted, found):
    assert found in app.get("/", headers=wanted).text


def test_pages_say_what_went_wrong_in_their_language_and_the_api_in_english(app):
    hindi = {"Accept-Language": "hi"}
    page = app.get("/c/NOSUCH", headers=hindi)
    assert page.status_code == 404 and "इस कोड की कोई कक्षा नहीं है" in page.text
    answer = app.get("/api/classes/NOSUCH", headers=hindi)
    assert answer.json["error"].startswith("There is no class with this code.")
