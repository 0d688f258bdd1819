#!/usr/bin/env bash
# report, history, answer and known, from a folder of JUnit files to what a person reads.
. "$(dirname "$0")/../lib.sh"

export FLAKETOOLS_NOW=1764110000 # 2025-11-25 22:33:20 UTC

# build BUILDER NUMBER TEST=HOW...: one file, NUMBER * 2 hours after 2025-11-21 00:00.
# HOW is P, F, G (failed, in two ways) or R (failed, and passed on a re-run).
build() {
	local builder=$1 n=$2 dir test how
	shift 2
	dir=results/$builder
	mkdir -p "$dir"
	{
		printf '<testsuite name="s" timestamp="%s">\n' \
			"$(date -u -d "@$((1763683200 + n * 7200))" +%Y-%m-%dT%H:%M:%S)"
		for test; do
			how=${test##*=} test=${test%=*}
			printf '<testcase classname="pkg" name="%s" time="1.5">' "$test"
			case $how in
			F) printf '<failure message="AssertionError: 3 != %s">trace</failure>' "$n" ;;
			G) printf '<failure message="OSError: gone">trace</failure>' ;;
			R) printf '<flakyFailure message="TimeoutError: timed out" type="T">trace</flakyFailure>' ;;
			esac
			printf '</testcase>\n'
		done
		printf '</testsuite>\n'
	} >"$dir/$n.xml"
}

# 57 builds on two builders: test_bad fails from 52 on, test_rare passes on re-runs, test_ok is fine.
history_of_a_week() {
	local i bad rare

	for i in $(seq 1 57); do
		bad=P rare=P
		[ "$i" -lt 52 ] || bad=F
		[ $((i % 9)) != 4 ] || rare=R
		build linux "$i" test_ok=P test_bad=$bad test_rare=$rare
		build 'mac os' "$i" test_ok=P test_bad=P test_rare=P
	done
	succeeds "$FT" ingest --layout '{builder}/{number}.xml' results
}

test_report() {
	history_of_a_week
	succeeds "$FT" report
	contains page "$out" "Flaky-test report, 2025-11-25 22:33 UTC"
	contains page "$out" "New regressions (1)"
	contains page "$out" "  pkg.test_bad  regressed"
	contains page "$out" "FFFFFF"
	contains page "$out" "Still failing (1)"
	contains page "$out" "pkg.test_rare  flaky"
	lacks page "$out" test_ok
	first=$out
	succeeds "$FT" report
	is "the second report" "$out" "$first"
	fails_with 1 "$FT" report --exit-code
	succeeds "$FT" report --exit-code --until 2025-11-24
	contains page "$out" "Nothing new."
	succeeds "$FT" report --format html -o page.html
	contains html "$(cat page.html)" '<svg class="strip"'
	lacks html "$(cat page.html)" '<script'
	fails_with 129 "$FT" report --format pdf
}

test_report_json() {
	history_of_a_week
	succeeds "$FT" report --json
	python3 - "$out" <<-'PY'
		import json, sys
		r = json.loads(sys.argv[1])
		tests = {t["test"]: t for t in r["tests"]}
		assert tests["pkg.test_bad"]["verdict"] == "regressed", tests
		assert tests["pkg.test_bad"]["change"] == "new-regression"
		assert tests["pkg.test_rare"]["verdict"] == "flaky"
		assert sorted(b["verdict"] for b in tests["pkg.test_rare"]["builders"]) == ["flaky", "healthy"]
		assert set(r["builds"]) == {"green", "orange", "red", "machine", "unknown"}, r["builds"]
		assert sum(r["builds"].values()) == r["fresh"]["builds"] > 0
		assert r["unexplained"] == 0 and r["fresh"]["newest"] == "2025-11-25T18:00:00Z", r["fresh"]
	PY
	is "status of the look at the JSON" $? 0
}

test_history() {
	history_of_a_week
	succeeds "$FT" history test_rare
	contains page "$out" "pkg.test_rare"
	contains page "$out" "6 of 114: 3 to 10 % of first tries failed"
	contains page "$out" "6 times TimeoutError: timed out  (m1-"
	contains page "$out" "linux/49 fail, passed on a re-run: TimeoutError"
	succeeds "$FT" history bad --explain
	contains page "$out" "so: regressed"
	fails_with 128 "$FT" history test_
	contains stderr "$err" "no test is called 'test_' alone; did you mean"
	fails_with 128 "$FT" history test_rear
	contains stderr "$err" "did you mean"
	contains stderr "$err" "  pkg.test_rare"
	fails_with 129 "$FT" history
	succeeds "$FT" history test_rare --json
	python3 - "$out" <<-'PY'
		import json, sys
		h = json.loads(sys.argv[1])
		assert h["schema"] == 1 and h["test"] == "pkg.test_rare" and h["verdict"] == "flaky"
		assert (h["runs"], h["failed"], h["rerun_passes"]) == (114, 6, 6)
		assert 0 < h["rate"]["low"] < 6 / 114 < h["rate"]["high"] < 1
		assert [b["runs"] for b in h["builders"]] == [57, 57]
		assert h["messages"][0]["count"] == 6 and h["messages"][0]["example"] == "TimeoutError: timed out"
		assert set(h["since"]) >= {"revision", "build", "low", "high"}
	PY
	is "status of the look at the JSON" $? 0
}

test_answer() {
	history_of_a_week
	succeeds "$FT" answer linux/56
	contains page "$out" "1 failure in 3 tests"
	contains page "$out" "pkg.test_bad: regression, fails in every run on linux since one of 2 builds, most likely the build of "
	succeeds "$FT" answer linux/49
	contains page "$out" "pkg.test_rare: flaky, 6 of 114: 3 to 10 % of first tries fail; it passed on a re-run"
	succeeds "$FT" answer 'mac os/3'
	contains page "$out" "No test failed."
	fails_with 1 "$FT" answer linux/56 --exit-code
	succeeds "$FT" answer linux/49 --exit-code
	fails_with 128 "$FT" answer nowhere/1
	contains stderr "$err" "there is no build 'nowhere/1'"
	fails_with 129 "$FT" answer
}

test_known() {
	history_of_a_week
	fails_with 129 "$FT" known add --test 'pkg.*'
	fails_with 129 "$FT" known add --issue http://x/1
	fails_with 129 "$FT" known add --issue http://x/1 --pattern '('
	fails_with 1 "$FT" known check --test 'pkg.*' --pattern 'no such thing'
	contains page "$out" "it matches no failure of the store"
	fails_with 1 "$FT" known check --pattern '.*' --test '*'
	contains page "$out" "matches the empty text"
	succeeds "$FT" known add --issue https://bugs.example/7 --test 'pkg.test_b*' --pattern 'AssertionError: 3'
	contains page "$out" "1  https://bugs.example/7"
	succeeds "$FT" known check
	contains page "$out" "matches 6 of 12 failures in 1 of 2 tests"
	succeeds "$FT" report
	contains page "$out" "Known (1)"
	contains page "$out" "https://bugs.example/7"
	succeeds "$FT" answer linux/56
	contains page "$out" "pkg.test_bad: known, https://bugs.example/7"
	succeeds "$FT" history test_bad --json
	contains json "$out" '"verdict":"known"'
	fails_with 128 "$FT" known rm 9
	succeeds "$FT" known rm 1
	succeeds "$FT" known list
	is "the rules" "$out" ""
}

# Catches a failure that is taken for explained because most others of its test are, and the other way round.
test_unexplained() {
	local i how

	for i in $(seq 1 57); do
		how=P
		[ "$i" -lt 46 ] || how=F
		[ "$i" != 52 ] || how=G
		[ "$i" = 57 ] || build linux "$i" test_ok=P test_k=$how test_odd=P test_other=P
	done
	build linux 57 test_ok=P test_k=F test_odd=F test_other=F
	succeeds "$FT" ingest --layout '{builder}/{number}.xml' results
	succeeds "$FT" report
	contains page "$out" "2 of 12 failures since then (17 %) match no known failure"
	succeeds "$FT" known add --issue https://bugs.example/1 --test 'pkg.test_odd'
	succeeds "$FT" report
	contains page "$out" "1 of 12 failures since then (8 %) match no known failure"
	succeeds "$FT" known add --issue https://bugs.example/2 --test 'pkg.test_k' --pattern AssertionError
	succeeds "$FT" report --json
	contains json "$out" '"test":"pkg.test_k","verdict":"known"'
	contains json "$out" '"failures":12,"failures_unexplained":2'
}

test_nothing_there() {
	fails_with 129 "$FT" --db t.db report
	contains stderr "$err" "'report' must be the first word: flake-triage report"
	fails_with 128 "$FT" report
	contains stderr "$err" "flake-triage ingest FOLDER"
	fails_with 129 "$FT" known frobnicate
}

run_tests "$@"
