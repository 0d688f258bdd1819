"""What the tests share: one of them leaves something in it."""
value = []
