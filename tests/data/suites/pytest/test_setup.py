def test_setup(broken_setup):
    pass
