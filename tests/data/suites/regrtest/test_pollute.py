import os
import sys
import unittest

LEAKED = []


class Test(unittest.TestCase):
    def test_00(self):
        pass

    def test_env(self):
        os.environ['POLLUTED'] = '1'

    def test_leak(self):
        LEAKED.append(object())

    def test_make_dirty(self):
        sys.dirty = 1

    def test_subtests(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertFalse(hasattr(sys, 'dirty') and i == 1)

    def test_victim(self):
        self.assertFalse(getattr(sys, 'dirty', 0), 'dirty')
