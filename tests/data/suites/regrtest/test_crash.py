import os
import time
import unittest


class Test(unittest.TestCase):
    def test_crash(self):
        os.abort()

    def test_hang(self):
        time.sleep(100)
