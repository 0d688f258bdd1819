import unittest

import state


class First(unittest.TestCase):
    def test_clean(self):
        self.assertTrue(True)

    def test_polluter(self):
        state.value.append("dirt")


class Shared(unittest.TestCase):
    entered = 0

    @classmethod
    def setUpClass(cls):
        cls.entered += 1

    def test_one(self):
        self.assertEqual(self.entered, 1)

    def test_two(self):
        self.assertEqual(self.entered, 1)
