#!/usr/bin/env bash
# flake-triage ingest: what is stored, what is said, and that twice is once.
. "$(dirname "$0")/../lib.sh"

history=$ROOT/tests/data/history/main
layout='{branch}/{builder}/{number}-{revision}.xml'

# The bundled history: 42 builds, of which two end in the middle.
test_folder() {
	succeeds "$FT" ingest --layout "$layout" "$history"
	is "the summary" "$out" "42 new builds, 569 test results, 2 things that could not be read"
	contains "the remarks" "$err" "freebsd-arm64/108-79c4e5a0b7d6.xml': line 7:"
	is "the files" "$(ls)" "flake-triage.db"
	succeeds "$FT" ingest --layout "$layout" -q "$history"
	is "the summary of the second time" "$out" \
		"0 new builds, 42 as before, 569 test results, 2 things that could not be read"
	is "its remarks" "$err" ""
}

# The same files under another path: the same builds.
test_again_from_elsewhere() {
	cp -r "$history" main
	succeeds "$FT" ingest --db x.db -q --layout "$layout" "$history"
	succeeds "$FT" ingest --db x.db -q --layout "$layout" --json main
	is "the second time" "$out" '{"schema":1,"new":0,"changed":0,"same":42,"lost":0,"inputs":42,"unknown":0,"unread":2,"tests":569,"attempts":582}'
}

# The bundled history is what its script writes.
test_history_is_made() {
	mkdir here
	succeeds "$ROOT/tests/data/make-history" here
	succeeds diff -r here "$ROOT/tests/data/history"
}

junit() { # NAME KIND: a file with two tests, one of which may fail
	printf '<testsuite name="s"><testcase classname="c" name="a" time="1"/>' >"$1"
	printf '<testcase classname="c" name="b" time="2">%s</testcase></testsuite>' "$2" >>"$1"
}

# What a bare file cannot say comes from the options; a file without a number is its content.
test_facts_from_options() {
	need sqlite3 sqlite3
	junit x.xml '<failure message="boom"/>'
	succeeds "$FT" ingest --builder 'AMD64 it' --branch 3.x --revision abc --number 7 --worker w1 \
		--started '2026-11-24 18:30' x.xml
	is "the build" "$(sqlite3 flake-triage.db "SELECT b.text, r.text, w.text, number, datetime(started, 'unixepoch'), color
		FROM builds x JOIN names b ON b.id = x.builder JOIN names w ON w.id = worker JOIN lanes l ON l.id = lane
		JOIN names r ON r.id = l.branch")" "AMD64 it|3.x|w1|7|2026-11-24 18:30:00|3"
	succeeds "$FT" ingest --builder b x.xml
	succeeds "$FT" ingest --builder b x.xml
	contains "the same content" "$out" "1 as before"
	junit x.xml ''
	succeeds "$FT" ingest --builder b x.xml
	contains "other content" "$out" "1 new build"
}

# A secret that is stored can be read by everybody who may see the report.
test_secrets_are_masked() {
	junit x.xml '<failure message="os.environ was modified: {&apos;API_TOKEN&apos;: &apos;s3cr3t-value&apos;}">GITHUB_TOKEN=ghp_012345678901234567890123456789abcdef</failure>'
	succeeds "$FT" ingest x.xml
	grep -q 's3cr3t-value\|ghp_0123' flake-triage.db && fail "the secret was stored"
	grep -aq "API_TOKEN': '\[masked\]'" flake-triage.db || fail "the message was not stored"
}

test_what_is_not_read() {
	printf 'nothing known\n' >x.xml
	succeeds "$FT" ingest x.xml
	contains "the summary" "$out" "1 input in no known format"
	contains "the remark" "$err" "'x.xml' is in no format that is known here"
	fails_with 128 "$FT" ingest nowhere
	contains "the message" "$err" "'nowhere'"
	junit good.xml ''
	fails_with 128 "$FT" ingest nowhere good.xml
	contains "the rest is read" "$out" "1 new build"
}

test_usage() {
	local name
	fails_with 129 "$FT" ingest
	is "the message" "$err" "flake-triage: read what? flake-triage ingest PATH|URL..."
	fails_with 129 "$FT" ingest --format nose x.xml
	contains "the message" "$err" "option '--format': there is no format 'nose'"
	for name in $(sed -n 's/.*are read: //p' "$ERR" | tr -d ,); do
		contains "the man page" "$(cat "$ROOT/triage/flake-triage.1")" "
.It $name Ta "
	done
	is "formats are named" "${name:-}" jest
	fails_with 129 "$FT" ingest --started soon x.xml
	contains "the message" "$err" "option '--started': 'soon' is no time; write 1d, 36h,"
	fails_with 129 "$FT" ingest --layout '{nonsense}' x.xml
	contains "the message" "$err" "--layout"
	fails_with 129 "$FT" ingset x.xml
	is "the message" "$err" "flake-triage: there is no command 'ingset'; did you mean 'ingest'?"
	fails_with 129 "$FT"
	contains "what is said to nothing" "$err" "flake-triage ingest results/"
	fails_with 129 "$FT" --db x
	is "the message" "$err" "flake-triage: which command? --help lists them"
	is "what was made" "$(ls)" ""
}

# Rules that do not what their own lines say would turn builds orange, or none.
test_wrong_rules() {
	printf 'rule x\npattern a(b\nmatch ab\nother c\n' >rules
	junit x.xml ''
	fails_with 128 "$FT" ingest --warnings rules x.xml
	contains "the message" "$err" "rules:"
}

# A store that is none, is damaged, or may not be written.
test_wrong_stores() {
	junit x.xml ''
	printf 'this is a text that somebody kept under that name' >flake-triage.db
	fails_with 128 "$FT" ingest x.xml
	contains "the message" "$err" "'flake-triage.db': it is no database"
	is "the text" "$(cat flake-triage.db)" "this is a text that somebody kept under that name"
	fails_with 128 "$FT" ingest --db /nowhere/x.db x.xml
	contains "the message" "$err" "'/nowhere/x.db'"
	fails_with 128 env FLAKE_TRIAGE_DB=. "$FT" ingest x.xml
	contains "the message" "$err" "'.'"
}

# Two at once: one that fails because the other writes.
test_two_at_once() {
	local pid1 pid2 round
	for ((round = 0; round < 20; round++)); do # they meet at other moments of making the store
		rm -f flake-triage.db*
		"$FT" ingest -q --layout "$layout" "$history" >one 2>&1 &
		pid1=$!
		"$FT" ingest -q --layout "$layout" "$history" >two 2>&1 &
		pid2=$!
		wait "$pid1" || fail "the first: $(cat one)"
		wait "$pid2" || fail "the second: $(cat two)"
	done
	succeeds "$FT" ingest -q --layout "$layout" "$history"
	contains "all builds" "$out" "0 new builds, 42 as before"
}

run_tests "$@"
