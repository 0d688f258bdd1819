"""What the Python helpers of flake-bisect share: names and results as files.

Names and messages are written as flake-bisect writes them: one line, with
backslash, newline, tab and other control bytes as escapes.  Imports nothing
but what the interpreter has loaded anyway.
"""
