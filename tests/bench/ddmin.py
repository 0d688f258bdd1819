"""Delta debugging (Zeller and Hildebrandt, 2002), as a peer to measure against.

The plain algorithm with a cache of answers: split into n parts, try each part,
then each complement, then double n.  It keeps the victim, when there is one, at
the end of every list, and takes exit statuses for answers.

	ddmin.py LIST [--victim TEST] -- COMMAND...

COMMAND runs with the chosen tests as further arguments, or, where one of its
arguments is {file}, with a file that lists them.  Prints the minimal list.
"""

import os
import subprocess
import sys
import tempfile


def ddmin(items, fails):
    cache = {}

    def failing(part):
        key = tuple(part)
        if key not in cache:
            cache[key] = fails(part)
        return cache[key]

    n = 2
    while len(items) >= 2:
        size = len(items)
        parts = [items[size * i // n : size * (i + 1) // n] for i in range(n)]
        for part in parts:
            if failing(part):
                items, n = part, 2
                break
        else:
            for i in range(n if n > 2 else 0):
                rest = [x for j, part in enumerate(parts) if j != i for x in part]
                if failing(rest):
                    items, n = rest, max(n - 1, 2)
                    break
            else:
                if n >= size:
                    break
                n = min(size, 2 * n)
    return items


def main():
    split = sys.argv.index("--")
    args, command = sys.argv[1:split], sys.argv[split + 1 :]
    victim = [args[2]] if len(args) == 3 else []
    with open(args[0]) as f:
        items = [line.rstrip("\n") for line in f]
    items = [x for x in items if x not in victim]
    runs = 0

    def fails(part):
        nonlocal runs
        runs += 1
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("".join(x + "\n" for x in part + victim))
            f.flush()
            if "{file}" in command:
                run = [f.name if word == "{file}" else word for word in command]
            else:
                run = command + part + victim
            done = subprocess.run(run, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=os.environ)
        return done.returncode != 0

    if not fails(items):
        sys.exit("the whole list passes")
    for name in ddmin(items, fails) + victim:
        print(name)
    print("%d runs" % runs, file=sys.stderr)


if __name__ == "__main__":
    main()
