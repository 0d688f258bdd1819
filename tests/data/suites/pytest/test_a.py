import shop


def test_first():
    assert shop.settings


def test_polluter():
    shop.settings["currency"] = "USD"
