#!/usr/bin/env bash
# flake-triage blame and fixes, on a repository that git makes (package git) and builds of it: a flake that
# begins with a commit on main, is fixed there, and picked to one of two older branches.
. "$(dirname "$0")/../lib.sh"

layout='{branch}/{builder}/{number}-{revision}.xml'

g() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -C repo "$@"
}

# main with 60 commits, the 25th breaks test_queue, the 45th fixes it; 3.13 and 3.12 leave main at the 35th and have
# 13 of their own, of which the first on 3.13 picks the fix.  Every second commit of main is built on two
# builders, the others on one.
make_history() {
	cat >make.py <<'END'
import os, subprocess, time
git = ["git", "-C", "repo"]
env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
begin, ids, hour = 1793491200, {}, 0

def write(commits):
    """(mark, branch, parent, subject, file): one at every hour; fills ids."""
    global hour
    out = b""
    for mark, branch, parent, message, path in commits:
        hour += 1
        when = "%d +0000" % (begin + hour * 3600)
        head = "commit refs/heads/%s\nmark :%d\nauthor A <a@b> %s\ncommitter A <a@b> %s\n" % (branch, mark, when, when)
        data = message.encode()
        text = ("%s %d\n" % (message, mark)).encode()
        out += head.encode() + b"data %d\n%s\n" % (len(data), data)
        out += ("from %s\n" % parent).encode() if parent else b""
        out += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text)
        times[mark] = begin + hour * 3600
    subprocess.run(git + ["fast-import", "--quiet", "--export-marks=marks"], input=out, env=env, check=True)
    for line in open("repo/marks"):
        mark, id = line.split()
        ids[int(mark[1:])] = id

def build(branch, builder, number, mark, flaky):
    again = '<flakyFailure message="queue.Full: no room" type="queue.Full"/>' if flaky else ""
    os.makedirs("results/%s/%s" % (branch, builder), exist_ok=True)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(times[mark] + 1800))
    with open("results/%s/%s/%d-%s.xml" % (branch, builder, number, ids[mark]), "w") as f:
        f.write('<testsuite name="s" timestamp="%s"><testcase classname="test_queue" name="test_put" time="0.5">%s'
                '</testcase><testcase classname="test_os" name="test_read" time="0.1"/></testsuite>\n' % (stamp, again))

times = {}
subprocess.run(["git", "init", "-q", "--bare", "-b", "main", "repo"], env=env, check=True)
special = {25: ("gh-77: Make queues faster", "Lib/queue.py"), 45: ("gh-80: Fix a race in test_queue (GH-81)", "Lib/queue.py")}
main = []
for i in range(1, 61):
    subject, path = special.get(i, ("Change %d" % i, "Doc/d%d.rst" % i if i % 4 == 0 else "Lib/m%d.py" % (i % 7)))
    main.append((i, "main", ":%d" % (i - 1) if i > 1 else None, subject, path))
write(main)
for base, branch in ((100, "3.13"), (200, "3.12")):
    first = ("[3.13] gh-80: Fix a race in test_queue (GH-81)\n\n(cherry picked from commit %s)" % ids[45],
             "Lib/queue.py") if branch == "3.13" else ("Another thing", "Lib/z.py")
    write([(base, branch, ids[35], first[0], first[1])] +
          [(base + i, branch, ":%d" % (base + i - 1), "%s change %d" % (branch, i), "Lib/m1.py") for i in range(1, 13)])
for n, i in enumerate(range(2, 61, 2)):
    for builder in ("linux", "bsd"):
        build("main", builder, n + 1, i, 25 <= i < 45 and (i + len(builder)) % 3 != 0)
for base, branch in ((100, "3.13"), (200, "3.12")):
    for i in range(1, 13):
        build(branch, "linux", i, base + i, branch == "3.12" and i % 3 == 0)
END
	python3 make.py || fail "make.py"
	guilty=$(g rev-parse main~35)
	g tag fix main~15
	"$FT" ingest -q --layout "$layout" results >/dev/null || fail "ingest"
}

json() { # EXPRESSION over d, of the document in $out
	python3 -c 'import json,sys; d=json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$out" "$1"
}

test_blame_and_fixes() {
	need git git
	make_history
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

	succeeds "$FT" blame --repo repo --json --branch main test_put
	is "the first suspect's title" "$(json 'd["suspects"][0]["title"]')" "gh-77: Make queues faster"
	is "the first suspect" "$(json 'd["suspects"][0]["commit"]')" "$guilty"
	is "it is in the set" "$(json 'd["suspects"][0]["in_set"]')" True
	is "its reasons" "$(json '"touches what the test is about" in d["suspects"][0]["factors"]["reasons"]')" True
	is "posteriors sum to one" "$(json 'round(sum(s["posterior"] for s in d["suspects"]), 6)')" 1.0

	# By the results alone the last build that passed and the first that failed leave several.
	succeeds "$FT" blame --branch main --json test_put
	is "no titles" "$(json 'd["suspects"][0]["title"]')" ""
	succeeds "$FT" blame --repo repo --explain --branch main test_put
	contains "the text" "$out" "gh-77: Make queues faster"
	contains "the reasons" "$out" "touches what the test is about"

	succeeds "$FT" fixes --repo repo --json test_put
	is "the fix" "$(json 'd["fix"]["commit"]')" "$(g rev-parse fix)"
	is "its branches" "$(json '[(b["branch"], b["fixed"], b["by"]) for b in d["branches"]]')" \
		"[('3.12', False, None), ('3.13', True, 'cherry-pick'), ('main', True, 'ancestry')]"
	is "failures on the branch that lacks it" "$(json '[b["failed_runs"] for b in d["branches"]]')" "[4, 0, 0]"
	is "it held" "$(json 'd["fix"]["held"]')" True
	succeeds "$FT" fixes --repo repo test_put
	contains "the branch that lacks it" "$out" "3.12: lacks it; 4 failures since"

	# A commit is a fix, too.
	succeeds "$FT" fixes --repo repo --json fix
	is "branches of a commit" "$(json '[b["by"] for b in d["branches"]]')" "[None, 'cherry-pick', 'ancestry']"

	# The nightly report and the history know them, too.
	succeeds "$FT" report --repo repo --until 2026-11-05
	contains "the report" "$out" "Fixes to carry to other branches"
	contains "the branch that lacks it" "$out" "3.12: lacks it; 4 failures since"
	succeeds "$FT" history --repo repo --json test_put
	is "the history's suspect" "$(json 'd["suspects"][0]["commit"]')" "$guilty"
	is "the history's fix" "$(json 'd["fix"]["commit"]')" "$(g rev-parse fix)"
	succeeds "$FT" report --repo repo --json --until 2026-11-05
	is "the report's branches" "$(json '[b["branch"] for b in d["tests"][0]["branches"] if not b["fixed"]]')" "['3.12']"

	# A build's failures: the first build with the culprit, one after it, and one on the branch that lacks the fix.
	succeeds "$FT" answer --repo repo --json linux/13
	is "the culprit's own build" "$(json '[(f["commit_fault"], f["commit_fault_at"]) for f in d["failures"]]')" \
		"[('possible', '$guilty')]"
	succeeds "$FT" answer --repo repo bsd/14
	contains "a later build" "$out" "not of this build's commits: it failed before"
	succeeds "$FT" answer --repo repo --branch 3.12 linux/6
	contains "a build of another branch" "$out" "not of this build's commits: it failed before"

	# Questions without an answer.
	run "$FT" blame test_read
	is "status" "$status" 1
	contains "the reason" "$out" "did not get worse"
	run "$FT" fixes test_read
	is "status" "$status" 1
	run "$FT" blame test_queu
	is "status" "$status" 0
	run "$FT" blame test_qeue.test_put
	is "status" "$status" 128
	contains "the near one" "$err" "test_queue.test_put"
	run "$FT" blame --repo results test_put
	is "status" "$status" 128
	contains "no repository" "$err" "results"
	run "$FT" blame
	is "status" "$status" 129
}

# Each day of a made history sees only what was known then.
test_eval() {
	succeeds "$FT" eval --synthetic 4 --json
	is "the truth" "$(json 'd["truth"]')" made
	is "precision" "$(json 'd["precision"] > 0.6')" True
	is "recall" "$(json 'd["recall"] > 0.85')" True
	is "detected" "$(json 'd["detected"] > 0.9 * d["changes"]')" True
	# Seven in ten where the sets saw what came after the fix.
	is "90 % sets that hold the culprit" "$(json 'd["sets"]["held"] > 0.85')" True
}

run_tests "$@"
