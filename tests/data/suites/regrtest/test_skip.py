import unittest


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest('not here')

    def test_a(self):
        pass

    def test_b(self):
        pass


class Other(unittest.TestCase):
    def test_a(self):
        pass
