#!/usr/bin/env bash
# Tests whose files are renamed, in repositories that git makes (package git): one test under its newest name.
. "$(dirname "$0")/../lib.sh"

# Fills repo and store from a story: a line a commit, "BRANCH: SHELL COMMANDS", run in a working tree of the branch;
# after each, the branch is built on two builders, with a test for each file below tests/ that fails now and then.
tell() {
	cat >tell.py <<'END'
import os, subprocess, sys, time
env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="A",
           GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@b")
begin, numbers = 1793491200, {}

def git(*args):
    return subprocess.run(("git",) + args, cwd="repo", env=env, check=True, capture_output=True, text=True).stdout

subprocess.run(["git", "init", "-q", "-b", "main", "repo"], env=env, check=True)
for n, line in enumerate(sys.stdin):
    branch, commands = line.strip().split(": ", 1)
    when = begin + n * 3600
    env["GIT_AUTHOR_DATE"] = env["GIT_COMMITTER_DATE"] = "%d +0000" % when
    if n:
        git("checkout", "-q", branch)
    subprocess.run(commands, shell=True, cwd="repo", env=env, check=True)
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", commands)
    id = git("rev-parse", "HEAD").strip()
    for builder in ("linux", "bsd"):
        numbers[builder] = numbers.get(builder, 0) + 1
        os.makedirs("results/%s/%s" % (branch, builder), exist_ok=True)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when + 600))
        with open("results/%s/%s/%d-%s.xml" % (branch, builder, numbers[builder], id), "w") as f:
            f.write('<testsuite name="s" timestamp="%s">' % stamp)
            for path in git("ls-files", "tests/*.py").split():
                bad = (n + len(builder)) % 3 == 0 and path != "tests/test_calm.py"
                f.write('<testcase classname="%s" name="test_it">%s</testcase>' % (
                    path[:-3].replace("/", "."), '<failure message="Boom"/>' if bad else ""))
            f.write("</testsuite>\n")
END
	python3 tell.py || fail "tell.py"
	"$FT" ingest -q --layout '{branch}/{builder}/{number}-{revision}.xml' results >/dev/null || fail "ingest"
}

begin="main: mkdir tests; seq 40 >tests/test_a.py; seq 60 100 >tests/test_b.py; seq 7 90 >tests/test_calm.py"
idle() { # BRANCH COMMITS
	local i
	for ((i = 0; i < $2; i++)); do
		echo "$1: echo $i >>code.c"
	done
}

# runs NAME: "runs, name, older names" of the test, by the repository.
runs() {
	succeeds "$FT" history --json --repo repo "$1"
	python3 -c 'import json, sys; d = json.loads(sys.argv[1])
print(d["runs"], d["test"], *sorted(x["name"] for x in d.get("renamed_from", [])))' "$out"
}

test_chain() {
	{ echo "$begin"; idle main 5
	  echo "main: mkdir tests/deep; git mv tests/test_a.py tests/deep/test_c.py; echo 41 >>tests/deep/test_c.py"; idle main 5
	  echo "main: git mv tests/deep/test_c.py tests/test_d.py"; idle main 3; } | tell
	is "all three names are one" "$(runs test_d)" \
		"32 tests.test_d.test_it tests.deep.test_c.test_it tests.test_a.test_it"
	is "by its first name" "$(runs tests.test_a.test_it)" "$(runs test_d)"
	succeeds "$FT" history --repo repo test_a
	contains page "$out" "called tests.test_a.test_it until $(git -C repo rev-parse --short=10 main~9) ("
	succeeds "$FT" history --json test_a
	contains "without a repository" "$out" '"test":"tests.test_a.test_it","verdict":"flaky","sure"'
	lacks "without a repository" "$out" renamed_from
	succeeds "$FT" report --repo repo --since 2000d --json
	is "tests in the report" "$(python3 -c 'import json, sys
print(*(t["test"] for t in json.loads(sys.argv[1])["tests"]))' "$out")" "tests.test_b.test_it tests.test_d.test_it"
	succeeds "$FT" answer --repo repo linux/2
	contains "an old build" "$out" "tests.test_d.test_it: flaky"
	succeeds "$FT" known add --test 'tests.test_a.*' --issue https://example.org/1
	succeeds "$FT" history --repo repo test_d
	contains "a rule for the old name" "$out" "known: https://example.org/1"
	succeeds "$FT" priors --repo repo
	lacks "names of today" "$out" tests.test_a
}

# The first name again, whose results are on both sides.
test_back() {
	{ echo "$begin"; idle main 3; echo "main: git mv tests/test_a.py tests/test_c.py"; idle main 3
	  echo "main: git mv tests/test_c.py tests/test_a.py"; idle main 3; } | tell
	is "one test" "$(runs test_a)" "24 tests.test_a.test_it tests.test_c.test_it"
}

# On the branch that lacks the rename it has its old name.
test_branches() {
	{ echo "$begin"; idle main 2; echo "3.13: :"; echo "main: git mv tests/test_a.py tests/test_c.py"; idle 3.13 4; idle main 2
	  echo "main: git mv tests/test_c.py tests/test_d.py"; idle main 1
	  echo "3.13: git mv tests/test_a.py tests/test_c.py"; idle 3.13 2
	} | sed 's/^3.13: :/main: git branch 3.13/' | tell
	runs test_d >runs
	is "one test" "$(cat runs)" "32 tests.test_d.test_it tests.test_a.test_it tests.test_c.test_it"
	is "builders of both" "$(python3 -c 'import json, sys
print(sum(b["branch"] == "3.13" for b in json.loads(sys.argv[1])["builders"]))' "$out")" 2
}

# Neither a copy, nor names that swap, nor a file that is another one.
test_no_renames() {
	{ echo "$begin"; idle main 3; echo "main: cp tests/test_a.py tests/test_copy.py"; idle main 2
	  echo "main: git mv tests/test_a.py x; git mv tests/test_b.py tests/test_a.py; git mv x tests/test_b.py"; idle main 2
	  echo "main: git rm -q tests/test_copy.py; seq 900 960 >tests/test_other.py"; idle main 2; } | tell
	is "a name that was swapped" "$(runs test_a)" "26 tests.test_a.test_it"
	is "a copy" "$(runs test_copy)" "12 tests.test_copy.test_it"
	is "another file" "$(runs test_other)" "6 tests.test_other.test_it"
}

run_tests "$@"
