"""From a button in a learning platform into the class, in a browser that knows nothing yet."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.e2e.test_accessibility import AXE, FIND
from tests.lti_platform import STUDENT, TEACHER, a_platform


@pytest.fixture
def platform():
    with a_platform() as platform:
        yield platform


def test_a_student_who_is_early_is_taken_to_the_class(start_server, browser, troubles, platform):
    server = start_server(LTI_PLATFORMS=platform.setting)

    def launch(role, **context):
        page = troubles.watch(browser.new_context(**context).new_page())
        platform.next = platform.says(role)
        asked = urlencode({"iss": platform.url, "login_hint": "7"})
        page.goto(f"{server.url}/lti/login?{asked}")
        page.get_by_role("button", name="Classpulse").click()
        return page

    student = launch(STUDENT)
    expect(student.get_by_role("heading", name="Your class has not begun yet")).to_be_visible()
    student.evaluate(AXE.read_text())
    assert student.evaluate(FIND) == []
    arabic = launch(STUDENT, locale="ar")
    expect(arabic.get_by_role("heading", name="لم تبدأ حصتك بعد")).to_be_visible()
    teacher = launch(TEACHER)
    expect(teacher.locator("#headline")).to_have_text("Waiting for students")
    student.get_by_role("button", name="Join", exact=True).click()
    expect(teacher.locator("#students")).to_have_text("1")
    assert troubles == []
