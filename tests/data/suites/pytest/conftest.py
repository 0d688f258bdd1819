import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture
def broken_setup():
    raise RuntimeError("no database")
