"""What the tests share: a setting that one of them changes and leaves changed."""
settings = {"currency": "EUR"}
log = []
