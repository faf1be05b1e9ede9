import pytest

pytest.register_assert_rewrite("tests.services")  # before conftest imports it
