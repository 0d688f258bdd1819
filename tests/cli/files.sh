#!/usr/bin/env bash
# Files, folders and archives into the store: many, large, bad and unreadable ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

report() { # NAME...: a report in which these tests passed, those in capitals failed
	printf '<testsuite name="s">'
	for name; do
		case $name in
		[A-Z]*) printf '<testcase classname="c" name="%s"><failure message="no"/></testcase>' "$name" ;;
		*) printf '<testcase classname="c" name="%s"/>' "$name" ;;
		esac
	done
	printf '</testsuite>\n'
}

json() { # KEY: its number in the last answer
	sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$OUT"
}

# Catches a file a time that costs more than it should, and builds that come twice.
test_ten_thousand_tiny_files() {
	mkdir -p many
	seq 10000 | awk -v text="$(report one two)" '{ f = "many/build-" $1 ".xml"; print text >f; close(f) }'
	succeeds "$FT" ingest --json --db t.db many
	is "new builds" "$(json new)" 10000
	succeeds "$FT" ingest --json --db t.db many
	is "new builds, again" "$(json new)" 0
	is "as before" "$(json same)" 10000
}

# Catches a reader that keeps what it has read: the memory of the whole may not grow with the file.
test_large_file_streams() {
	need prlimit # util-linux
	mkfifo big
	{
		printf '<testsuite name="s">'
		yes "<testcase classname='c' name='t'><system-out>$(seq -s ' ' 1 3000)</system-out></testcase>" | head -n 4000
		printf '</testsuite>\n'
	} >big &
	succeeds prlimit --data=30000000 "$FT" ingest --json --db t.db --number 1 --builder b big
	is attempts "$(json attempts)" 4000
	wait
}

# Catches one bad file that takes the others with it, or that nobody hears of.
test_bad_files_are_named() {
	mkdir -p art/7
	report one >art/7/TEST-a.xml
	report two >art/7/TEST-b.xml
	printf '<testsuite><testcase name="x"/><oops' >art/7/TEST-c.xml
	printf 'PK\003\004 no archive' >art/8.zip
	printf '<?xml version="1.0"?><TestRun xmlns="http://microsoft.com/x"/>' >art/9.trx
	printf '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><testsuite name="&b;"/>' >art/10.xml
	{ printf '{"Action":"run","Package":"p","Test":"t","x":'; printf '[%.0s' $(seq 10000); echo; } >art/11.json
	ln -s nowhere art/12.xml
	printf '<testsuite name="s" tests="0"/>' >art/13.xml
	succeeds "$FT" ingest --json --db t.db art
	contains "the answer" "$(cat "$ERR")" "TEST-c.xml"
	contains "the answer" "$(cat "$ERR")" "8.zip' cannot be read"
	contains "the answer" "$(cat "$ERR")" "9.trx' is TRX"
	contains "the answer" "$(cat "$ERR")" "10.xml': line 1: it declares entities"
	contains "the answer" "$(cat "$ERR")" "12.xml' cannot be read"
	contains "the answer" "$(cat "$ERR")" "13.xml' holds no tests"
	fails_with 128 "$FT" ingest --db t.db art nothing.xml
	contains "the answer" "$(cat "$ERR")" "'nothing.xml': No such file"
}

run_tests "$@"
