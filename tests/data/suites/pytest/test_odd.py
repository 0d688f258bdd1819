# Names that a careless tool tears apart.
import pytest


@pytest.mark.parametrize("text", ["two words", "it's", 'a "quote"', "[b]", "tab\there", "line\nend",
                                  "back\\slash", "€uro", "a::b", "#hash", ""])
def test_text(text):
    pass


class TestClass:
    value = 0

    @classmethod
    def setup_class(cls):
        cls.value = 1

    def test_method(self):
        assert self.value == 1

    @pytest.mark.skip(reason="not today")
    def test_skipped(self):
        assert False

    @pytest.mark.xfail
    def test_expected(self):
        assert False
