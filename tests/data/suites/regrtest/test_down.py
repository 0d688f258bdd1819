import unittest


def tearDownModule():
    raise OSError('down')


class Test(unittest.TestCase):
    def test_a(self):
        pass
