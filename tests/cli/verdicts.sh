#!/usr/bin/env bash
# Whole sessions of the real program on a runner whose tests pollute
# (tests/fake/suite): every verdict, and the options that change the question.
. "$(dirname "$0")/../lib.sh"

# rules LINE...: the suite's rules, and a description of it as a framework.
rules() {
	printf '%s\n' "$@" >rules
	rm -f rules.count
	printf '%s\n' '[framework suite]' "list = $ROOT/tests/fake/suite rules list" \
		"run = $ROOT/tests/fake/suite rules run {file}" 'result = tap' >.flake-bisect.ini
}

bisect() { # OPTION...: of a session on the suite
	"$FB" --json -F suite "$@" -- "$ROOT/tests/fake/suite" rules run
}

# member EXPRESSION: of the document d on the last run's standard output.
member() {
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
c = d["culprits"]
v = eval(sys.argv[2])
print(v if isinstance(v, str) else json.dumps(v))' "$OUT" "$1" || fail "not one JSON document: $(cat "$OUT" "$ERR")"
}

# A polluter that is named without its victim, or with an innocent test.
test_isolated_pair() {
	rules 'tests 200' 'pollute t31 t150'
	succeeds bisect
	is "the verdict" "$(member 'd["verdict"]')" isolated
	is "the polluters" "$(member 'c[0]["polluters"]')" '["t31"]'
	is "the victim" "$(member 'c[0]["victim"]')" t150
	is "proven" "$(member 'c[0]["minimal"] and c[0]["proven"]')" true
	is "few runs" "$(member 'd["runs"] <= 20')" true
}

test_isolated_triple() {
	rules 'tests 120' 'pollute t7,t90 t101'
	succeeds bisect
	is "the tests" "$(member 'c[0]["tests"]')" '["t7", "t90", "t101"]'
	is "minimal" "$(member 'c[0]["minimal"]')" true
}

# Two at once come to the same answer.
test_two_jobs() {
	rules 'tests 200' 'pollute t31 t150'
	succeeds bisect -j 2
	is "the tests" "$(member 'c[0]["tests"]')" '["t31", "t150"]'
}

test_fails_alone() {
	rules 'tests 50' 'alone t20'
	succeeds bisect -o kept
	is "the verdict" "$(member 'd["verdict"]')" fails-alone
	is "the test" "$(member 'c[0]["tests"]')" '["t20"]'
	is "the file of -o" "$(cat kept)" t20
	is "few runs" "$(member 'd["runs"] <= 5')" true
}

test_brittle() {
	rules 'tests 80' 'brittle t12 t60'
	succeeds bisect --victim t60
	is "the verdict" "$(member 'd["verdict"]')" brittle
	is "the state-setter" "$(member 'c[0]["polluters"]')" '["t12"]'
}

# Nobody is to blame for a test that fails in every third run, whatever runs.
test_plain_flake() {
	rules 'tests 60' 'flake t40 3'
	succeeds bisect
	is "the verdict" "$(member 'd["verdict"]')" plain-flake
	is "nobody" "$(member 'c')" '[]'
	is "the interval" "$(member '0 < d["rate"]["low"] < 0.34 < d["rate"]["high"] < 1')" true
}

test_not_reproduced() {
	rules 'tests 20'
	fails_with 1 bisect
	is "the verdict" "$(member 'd["verdict"]')" not-reproduced
	is "the bound" "$(member 'd["runs"]')" 29
}

# Each of three is enough; without --all one is named and the others are hinted at.
test_all() {
	rules 'tests 150' 'pollute t3 t140' 'pollute t70 t140' 'pollute t99 t140'
	succeeds bisect
	is "one" "$(member 'len(c)')" 1
	succeeds bisect --all
	is "all" "$(member 'sorted(x["polluters"][0] for x in c)')" '["t3", "t70", "t99"]'
}

# Two victims of one polluter are grouped, a third that fails alone stays apart.
test_victims() {
	rules 'tests 150' 'pollute t3 t100' 'pollute t3 t120' 'alone t140'
	succeeds bisect --all
	is "victims" "$(member '[[x["polluters"], x["victim"]] for x in c]')" \
		'[[["t3"], "t100"], [["t3"], "t120"], [[], "t140"]]'
}

test_find_cleaner() {
	rules 'tests 100' 'pollute t10 t50' 'clean t80'
	succeeds bisect --find-cleaner
	is "the tests" "$(member 'c[0]["tests"]')" '["t10", "t50"]'
	is "the cleaner" "$(member 'c[0]["cleaners"]')" '["t80"]'
}

# The polluter stands behind its victim: only another order fails.
test_shuffle() {
	rules 'tests 60' 'pollute t50 t5'
	fails_with 1 bisect
	succeeds bisect --shuffle=1
	is "the tests, in the order of the run" "$(member 'c[0]["tests"]')" '["t50", "t5"]'
}

test_max_tests() {
	rules 'tests 200' 'pollute t31 t150'
	succeeds bisect -n 20
	is "the size" "$(member '2 < len(c[0]["tests"]) <= 20')" true
	is "the polluter is in" "$(member '"t31" in c[0]["tests"]')" true
}

test_max_runs() {
	rules 'tests 200' 'pollute t31 t150'
	fails_with 125 bisect -N 6
	is "the verdict" "$(member 'd["verdict"]')" undecided
	is "the runs" "$(member 'd["runs"]')" 6
}

test_budget() {
	rules 'tests 200' 'pollute t31 t150' 'slow 0.3'
	fails_with 125 bisect --budget 1s
	is "the verdict" "$(member 'd["verdict"]')" undecided
}

# A cleaner between two polluters: only what was seen failing may be named.
test_not_monotone() {
	rules 'tests 100' 'pollute t10 t90' 'clean t40' 'pollute t60 t90'
	succeeds bisect
	is "the verdict" "$(member 'd["verdict"]')" isolated
	matches "the polluter" "$(member 'c[0]["polluters"]')" '^\["t(10|60)"\]$'
}

# Ctrl-C: what is known, how to go on, no process left; `resume` ends it.
test_interrupt() {
	rules 'tests 200' 'pollute t31 t150' 'slow 0.2'
	"$FB" -F suite -- "$ROOT/tests/fake/suite" rules run >out 2>err &
	local pid=$!
	until [ "$(cat rules.count 2>/dev/null || echo 0)" -ge 4 ]; do sleep 0.05; done
	kill -INT "$pid"
	wait "$pid"
	is "the status" "$?" 130
	contains "what it says" "$(cat out err)" resume
	succeeds "$FB" resume
	contains "the answer" "$out" t31
}

run_tests "$@"
