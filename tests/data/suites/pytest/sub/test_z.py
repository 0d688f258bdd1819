import pytest
import shop


@pytest.fixture
def bad_teardown():
    yield
    assert shop.settings["currency"] == "EUR", "tear-down saw USD"


def test_teardown(bad_teardown):
    pass


def test_victim():
    assert shop.settings["currency"] == "EUR"


def test_last():
    print("some output")
