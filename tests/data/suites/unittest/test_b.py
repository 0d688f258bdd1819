import unittest

import state


def setUpModule():
    state.ready = True


class Odd(unittest.TestCase):
    def test_subtests(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 9)

    @unittest.skip("not today")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()


class BadClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if state.value:
            raise RuntimeError("class saw dirt")

    def test_in_bad_class(self):
        pass


class Victim(unittest.TestCase):
    def test_victim(self):
        self.assertTrue(state.ready)
        self.assertEqual(state.value, [])
