#!/usr/bin/env bash
# `ingest` of a Buildbot master, by database and by REST: what is new, what ends late, what is
# gone, what fails on the way.  The databases are made by tests/fake/buildbot_db.py; their tests
# report in JUnit XML.
. "$(dirname "$0")/../lib.sh"

FT=$BUILD/flake-triage

# python <SCRIPT: with m, the Master in state.sqlite (made when it is not there), junit(NAME=OUTCOME...).
master() {
	{
		echo "import sys, os; sys.path.insert(0, '$ROOT/tests/fake')"
		cat <<-'END'
			from buildbot_db import *
			m = Master("state.sqlite", name=os.environ.get("MASTER", "host:/master"))
			def junit(**tests):
			    def case(name, word):
			        return f'<testcase name="{name}"' + ("/>" if word == "pass" else
			               f'><failure message="{word}"/></testcase>')
			    return ('<?xml version="1.0"?>\n<testsuite>\n' + "".join(case(*x) + "\n" for x in tests.items()) +
			            "</testsuite>\n").encode()
		END
		cat
		echo "m.close()"
	} >script.py
	python3 -B script.py || fail "script.py"
}

ingest() {
	succeeds "$FT" ingest --json --db "${DB:-store.db}" "$@"
}

# counts WORD...: those counts of the last ingest.
counts() {
	echo "$out" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(*[d[w] for w in sys.argv[1:]])' "$@"
}

# What a store holds of its builds and tests, without what only one way can know.
dump() {
	python3 - "$1" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
		    if name not in ("notes", "sqlite_sequence"):
		        for row in db.execute(f"SELECT * FROM {name}"):
		            print(name, *row)
	END
}

serve() {
	rm -f in port
	mkfifo in
	python3 -B "$ROOT/tests/fake/web.py" --db state.sqlite --log log "$@" <in >port &
	exec 9>in
	wait_for 10 test -s port
	url=http://127.0.0.1:$(cat port)/
}

served() {
	exec 9>&-
	wait
}

three_builds() {
	master <<-'END'
		m.build(got="r1", logs={"git": b"ox\n", "test": b"oplain words\n", "check/junit.xml": junit(a="pass", b="pass")}, type="t")
		m.build(got="r2", results=2, logs={"check/junit.xml": junit(a="pass", b="bad luck")}, type="t")
		m.build(results=4, logs={"check/junit.xml": junit(a="oh no")}, type="t")
	END
}

# Catches results that the master itself keeps and nobody reads, twice those that a log has too,
# measures that are taken for tests, and a way that tells others than the other.
test_result_sets() {
	master <<-'END'
		a = m.build(got="r1", results=2, logs={"test": b"oplain words\n"})
		m.result_set(a, [("good", "t/a.py", "1"), ("bad", "t/b.py", "0"), ("late", None, "0"), ("late", None, "1"),
		                 (None, "t/c.py", "1"), ("odd", None, "perhaps")])
		m.result_set(a, [("broken", "t/d.py", "it broke")], category="fail_only", unit="message")
		m.result_set(a, [(None, "t/d.py", "unused import")], category="code_issue", unit="message")
		m.result_set(a, [("fast", None, "12")], category="pass_fail", unit="ns")
		b = m.build(got="r2", results=0, logs={"check/junit.xml": junit(a="pass", b="pass")}, type="t")
		m.result_set(b, [("good", None, "0")])
		c = m.build(got="r3", results=0, logs={"test": b"ogone\n"})
		m.result_set(c, [("good", None, "1")])
		m.delete_logs(c)
		d = m.build(got="r4", results=0, logs={"test": b"ox\n"})
		m.result_set(d, [("good", None, "1")], complete=0)
	END
	ingest state.sqlite
	is "builds, tests, attempts" "$(counts new tests attempts)" "4 10 11"
	succeeds "$FT" history --db store.db late --json
	contains "passed on its re-run" "$out" '"rerun_passes":1'
	succeeds "$FT" history --db store.db broken
	contains "message" "$out" "it broke"
	fails_with 128 "$FT" history --db store.db fast
	succeeds "$FT" report --db store.db --since 2000-01-01 --json
	contains "states" "$out" '"unknown":0,"green":3,"orange":0,"red":1'
	contains "no log is lost" "$out" '"lost_logs":0'
	serve
	DB=rest.db ingest "$url"
	served
	told='^tests\|^stories\|^messages\|^rosters\|^times'
	is "the other way" "$(dump rest.db | grep "$told")" "$(dump store.db | grep "$told")"
}

# Catches a build that is read twice, a compiler's log that counts as unknown, and tests of a
# build that its machine ended.
test_incremental() {
	three_builds
	ingest state.sqlite
	is "first" "$(counts new same changed tests unknown unread lost)" "3 0 0 4 0 0 0"
	ingest state.sqlite
	is "again" "$(counts new same changed tests)" "0 0 0 0"
	master <<<'m.build(logs={"check/junit.xml": junit(a="pass")}, type="t")'
	ingest .
	is "one more, by its folder" "$(counts new same changed tests)" "1 0 0 1"
}

# Catches a build that is forgotten because a later one ended before it.
test_late() {
	master <<-'END'
		m.build(complete=False, logs={"check/junit.xml": junit(a="pass")}, type="t")
		m.build(logs={"check/junit.xml": junit(a="pass")}, type="t")
		m.build(complete=False)
	END
	ingest state.sqlite
	is "first" "$(counts new tests)" "1 1"
	master <<<'m.finish(1)'
	ingest state.sqlite
	is "the late one" "$(counts new same tests)" "1 0 1"
	master <<<'m.finish(3, results=6)'
	ingest state.sqlite
	is "the last one" "$(counts new same tests)" "1 0 0"
	ingest state.sqlite
	is "again" "$(counts new same changed)" "0 0 0"
}

# Catches a deleted log that passes for a build without tests, or that takes away what is known.
test_deleted() {
	three_builds
	ingest state.sqlite
	cp store.db known.db
	master <<-'END'
		m.delete_logs(1)
		m.delete_logs(2)
		m.build(logs={"check/junit.xml": junit(a="pass")}, type="t")
		m.delete_logs(4)
	END
	ingest state.sqlite
	is "later" "$(counts new changed lost tests)" "1 0 1 0"
	DB=other.db ingest state.sqlite
	is "too late" "$(counts new lost tests)" "4 3 0"
	# The Janitor goes by steps: the log of a later one may still be there.
	master <<-'END'
		m.build(logs={"test": b"oplain\n", "after": b"oplain\n"}, type="t")
		m.build(logs={"test": b"oplain\n", "check": junit(a="pass")}, type="t")
		m.build(logs={"docs": b"oplain\n"}, type="t")
		m.db.execute("UPDATE logs SET type = 'd' WHERE stepid IN (SELECT id FROM steps WHERE buildid >= 5 AND name = 'test')")
	END
	DB=other.db ingest state.sqlite
	is "half too late" "$(counts new lost tests)" "3 1 1"
}

# Catches builds of a new database that are taken for those of the old one, or the other way round.
test_begun_anew() {
	three_builds
	ingest state.sqlite
	cp state.sqlite old.sqlite
	rm state.sqlite
	master <<<'m.build(started=1700009999, logs={"check/junit.xml": junit(z="pass")}, type="t")'
	ingest state.sqlite
	is "the new one" "$(counts new same changed tests)" "1 0 0 1"
	contains "the remark" "$err" "kept apart as 'buildbot host:/master (2)'"
	ingest state.sqlite old.sqlite
	is "again" "$(counts new same changed)" "0 0 0"
	master <<<'m.build(started=1700010000)'
	ingest state.sqlite
	is "one more" "$(counts new same changed)" "1 0 0"
	master <<-'END'
		for i in range(9): m.build(started=1700020000 + i)
		m.db.execute("DELETE FROM builds WHERE id < 5")
	END
	ingest state.sqlite
	is "old ones removed" "$(counts new same changed)" "7 0 0"
	rm state.sqlite
	export MASTER=host:/other
	three_builds
	ingest state.sqlite
	is "another master" "$(counts new same changed)" "3 0 0"
	lacks "the remarks" "$err" "kept apart"
}

# Catches a difference between the two ways, and a build that is read again by the other.
test_same() {
	master <<-'END'
		both = [("lib", "b1", "r1"), ("app", "b2", "r2")]
		for i in range(130):
		    m.build(f"builder {i % 3}", results=i % 7, got={"lib": f"g{i}"} if i % 5 == 0 else f"g{i}", worker=f"w{i % 4}",
		            stamps=both if i % 5 == 0 else None, complete=i != 77, type="t", codecs=("gz", "raw", "bz2"),
		            logs={"check/junit.xml": junit(a="pass", b=f"bad {i % 2}", **{f"c{i % 11}": "pass"})})
		m.delete_logs(50)
	END
	serve
	echo "c['buildbotURL'] = \"$url\"" >master.cfg
	DB=rest.db ingest "$url"
	is "by REST" "$(counts new same changed unread lost)" "129 0 0 0 1"
	DB=database.db ingest state.sqlite
	is "by database" "$(counts new same changed unread lost)" "129 0 0 0 1"
	dump rest.db >rest
	dump database.db >database
	is "the difference" "$(diff rest database | head -n 5)" ""
	DB=rest.db ingest state.sqlite "${url}#/builders/3"
	is "both again" "$(counts new same changed)" "0 0 0"
	master <<<'m.finish(78)'
	DB=rest.db ingest "${url}api/v2"
	is "the late one" "$(counts new same changed)" "1 0 0"
	served
}

# Catches a server that is asked for more than whether there is anything new.
test_polite() {
	three_builds
	serve
	ingest "$url"
	is "requests" "$(grep -c . log)" 12
	is "connections" "$(cut -d ' ' -f 1 log | sort -u)" 1
	rm log
	ingest "$url"
	is "the second time" "$(sed 's/.* \(.*api\)/\1/; s/=.*/=/; s/ $//' log)" "/api/v2/masters
/api/v2/builds/3?property=
/api/v2/builders?field=
/api/v2/builds?buildid__gt="
	matches "the last" "$(tail -n 1 log)" '.* "[0-9]*"' # asked for with the ETag
	served
}

# Catches builds that are lost, or read for ever, after the connection broke.
test_interrupted() {
	master <<-'END'
		for i in range(30):
		    m.build(got=f"g{i}", logs={"check/junit.xml": junit(a="pass")}, type="t")
	END
	serve --fault 'builds/17/steps=401'
	fails_with 128 "$FT" ingest --db store.db "$url"
	contains "the error" "$err" "'$url': api/v2/builds/17/steps"
	contains "what was read" "$out" "16 new builds, 16 test results"
	served
	serve --fault 'builds/17/steps=404' --fault 'logs/20/contents=404'
	run "$FT" ingest --db store.db "$url"
	is "status" "$status" 0
	contains "the second time" "$out" "13 new builds, 12 test results, 1 build without its log, 2 things that could not be read"
	contains "the remark" "$err" "build 17 of 'linux' cannot be read now: api/v2/builds/17/steps"
	served
	serve
	ingest "$url"
	is "the third time" "$(counts new same changed)" "1 0 0"
	served
	ingest state.sqlite
	is "by database" "$(counts new same changed)" "0 0 0"
}

# Catches a master that is ill, and is asked for each of its builds.
test_ill() {
	master <<-'END'
		for i in range(50):
		    m.build(got=f"g{i}", logs={"check/junit.xml": junit(a="pass")}, type="t")
	END
	serve --fault 'builds/[0-9]*/steps=404'
	fails_with 128 "$FT" ingest --db store.db "$url"
	is "builds asked for" "$(grep -c steps log)" 5
	served
	serve
	ingest "$url"
	is "when it is well again" "$(counts new same changed tests)" "50 0 0 50"
	served
}

# Catches a master that is asked for each of its old builds, and old ones that come back.
test_since() {
	master <<-'END'
		for i in range(3000):
		    m.build(started=1700000000 + i * 60, complete=i % 100 != 99, **({"logs": {"check/junit.xml": junit(a="pass")}, "type": "t"}
		            if i > 2900 else {}))
	END
	serve
	for where in "$url" state.sqlite; do
		rm -f store.db
		ingest --since "2023-11-17 00:00" "$where" # a minute for each build: from the 2,987th on
		is "those since then, $where" "$(counts new tests)" "12 12"
		ingest "$where"
		is "again" "$(counts new same)" "0 0"
	done
	served
	n=$(grep -c 'builds?' log)
	((n < 30)) || fail "$n requests for pages of builds"
	master <<-'END'
		m.finish(100)
		m.finish(3000)
	END
	ingest state.sqlite
	is "the late one" "$(counts new same)" "1 0"
}

# Catches a database that is locked for a moment, and one that stays so.
test_locked() {
	three_builds
	cat >lock.py <<-'END'
		import sqlite3, sys
		db = sqlite3.connect("state.sqlite", isolation_level=None)
		db.execute("BEGIN EXCLUSIVE")
		print("locked", flush=True)
		sys.stdin.readline()
	END
	mkfifo in
	python3 lock.py <in >locked &
	exec 9>in
	wait_for 10 test -s locked
	"$FT" ingest --json --db store.db state.sqlite >out.json 9>&- &
	reader=$!
	sleep 0.3
	kill -0 $reader || fail "it did not wait"
	exec 9>&-
	wait $reader || fail "it failed"
	wait
	out=$(cat out.json)
	is "the counts" "$(counts new tests)" "3 4"
}

# Catches an error that does not say what to do.
test_errors() {
	fails_with 128 "$FT" ingest --db store.db http://127.0.0.1:1/
	contains "nobody there" "$err" "'http://127.0.0.1:1/': api/v2/masters: Failed to connect"
	three_builds
	serve --fault 'masters=html*1'
	fails_with 128 "$FT" ingest --db store.db "$url"
	contains "no Buildbot" "$err" "no Buildbot answers there: api/v2/masters: the answer is text/html"
	fails_with 128 "$FT" ingest --db store.db "${url}fault/masters=401/"
	contains "a login" "$err" "put one into ~/.netrc, or a token into the environment as FLAKE_TRIAGE_TOKEN"
	served
	fails_with 128 "$FT" ingest --db store.db https://127.0.0.1:1/
	mkdir master
	: >master/buildbot.tac
	fails_with 128 "$FT" ingest --db store.db master
	contains "no database" "$err" "state.sqlite"
}

# Catches a damaged log that fails everything, is not counted, or passes for a whole one.
test_damaged_log() {
	master <<-'END'
		m.build(logs={"check/junit.xml": junit(a="pass", b="pass")}, type="t")
		m.build(logs={"check/junit.xml": junit(a="pass", b="pass")}, type="t")
		m.db.execute("UPDATE logchunks SET content = 'nonsense', compressed = 1 WHERE logid = 2")
	END
	ingest state.sqlite
	is "the counts" "$(counts new tests unread lost)" "2 2 1 1"
}

# Catches a log that is held in memory, or a master that waits for it: 300 MB of lines.
test_large_log() {
	local limit_kb=400000

	[ "${BUILD##*/}" != san ] || limit_kb=unlimited # AddressSanitizer takes terabytes of addresses
	master <<-'END'
		chunk = b"\n".join(b"a line of a compiler that says little and says it often, %d" % i for i in range(1000))
		b = m.build()
		id = m.log(b, 0, "check", "stdio", b"<testsuite>\n", type="t")
		number, packed = 1, CODECS["gz"][1](chunk)
		for i in range(5000):
		    m.add("logchunks", logid=id, first_line=1 + i * 1000, last_line=(i + 1) * 1000, content=packed, compressed=1)
	END
	(ulimit -v $limit_kb && exec "$FT" ingest --db store.db state.sqlite) >"$OUT" 2>"$ERR" || fail "$(cat "$ERR")"
	contains "the counts" "$(cat "$OUT")" "1 new build"
}

run_tests "$@"
