"""A small shop and its tests.  Each test passes alone; all of them together fail.

scripts/quickstart lets flake-bisect find out which of them do not go together.
"""

import unittest

settings = {"currency": "EUR", "tax": 20, "decimals": 2}


def price(cents):
    return "%.*f %s" % (settings["decimals"], cents / 100, settings["currency"])


def with_tax(cents):
    return cents + cents * settings["tax"] // 100


class Basket:
    def __init__(self):
        self.items = []

    def add(self, name, cents, count=1):
        self.items += [(name, cents)] * count

    def total(self):
        return sum(cents for _, cents in self.items)


class BasketTest(unittest.TestCase):
    def setUp(self):
        self.basket = Basket()

    def test_empty(self):
        self.assertEqual(self.basket.total(), 0)

    def test_one(self):
        self.basket.add("tea", 300)
        self.assertEqual(self.basket.total(), 300)

    def test_several(self):
        self.basket.add("tea", 300, 3)
        self.assertEqual(self.basket.total(), 900)

    def test_different(self):
        self.basket.add("tea", 300)
        self.basket.add("cup", 850)
        self.assertEqual(self.basket.total(), 1150)

    def test_names(self):
        self.basket.add("tea", 300, 2)
        self.assertEqual([name for name, _ in self.basket.items], ["tea", "tea"])

    def test_none_of_it(self):
        self.basket.add("tea", 300, 0)
        self.assertEqual(self.basket.items, [])


class ExportTest(unittest.TestCase):
    def test_comma(self):
        self.assertEqual(";".join(["tea", "cup"]), "tea;cup")

    def test_header(self):
        self.assertEqual(sorted(settings), ["currency", "decimals", "tax"])

    def test_yen(self):
        # Yen have no decimals.  The test forgets to set this back.
        settings.update(currency="JPY", decimals=0)
        self.assertEqual(price(120000), "1200 JPY")
        settings["currency"] = "EUR"


class ReceiptTest(unittest.TestCase):
    def test_free(self):
        self.assertTrue(price(0).endswith("EUR"))

    def test_line(self):
        self.assertIn("3", "3 x tea")

    def test_price(self):
        self.assertEqual(price(1999), "19.99 EUR")

    def test_sorted(self):
        self.assertLess("cup", "tea")


class TaxTest(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(with_tax(0), 0)

    def test_some(self):
        self.assertEqual(with_tax(1000), 1200)

    def test_rounds_down(self):
        self.assertEqual(with_tax(9), 10)

    def test_large(self):
        self.assertEqual(with_tax(10**9), 12 * 10**8)


if __name__ == "__main__":
    unittest.main()
