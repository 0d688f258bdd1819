#!/usr/bin/env bash
# What the two ways to a Buildbot master (its database, its REST interface) tell of its builds,
# on databases as masters of three ages write them (tests/fake/buildbot_db.py) and on damaged
# ones.  The real Buildbot is in tests/real/buildbot.sh.
. "$(dirname "$0")/../lib.sh"

# make_db [AGE] <SCRIPT: Python that has m, a Master; makes state.sqlite.
make_db() {
	rm -f state.sqlite
	{
		echo "import sys; sys.path.insert(0, '$ROOT/tests/fake')"
		echo "from buildbot_db import *; m = Master('state.sqlite', '${1:-4.3}')"
		cat
		echo "m.close()"
	} >script.py
	python3 -B script.py || fail "script.py"
}

rows() { # FOLDER TABLE
	python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1] + "/state.sqlite").execute("SELECT count(*) FROM " + sys.argv[2]).fetchone())' "$@"
}

ways() {
	run "$BUILD/fake/builds" "$@"
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

# Catches a schema that is not understood: slaves and real numbers as times (0.9), and those after it.
test_ages() {
	for age in 0.9 2.10 4.3; do
		make_db $age <<-'END'
			started = 1700000000.75 if m.worker_column == "buildslaveid" else 1700000000
			m.build(got="abc", started=started, logs={"git": b"ox\n", "test": b"oone\nhhidden\netwo\n"})
			m.build("win", results=4, worker="w2", logs={"test": b"oone\n"})
		END
		ways --text state.sqlite
		is "age $age" "$out" "for us
master 'host:/master'
1 linux #1 complete 1700000000-1700000060 0 worker 'w1' branch 'main' revision 'abc'
  log test/stdio s 3
one
two
2 win #1 complete 1700000000-1700000060 4 worker 'w2' branch 'main' revision ''"
	done
}

# Catches real databases of Buildbot's own tests (0.9.0b4, 2.10.5) that are not understood.
test_samples() {
	samples=$ROOT/../shared/samples/buildbot
	[ -d "$samples" ] || skip "no shared samples"
	tar xzf "$samples/v090b4.tgz"
	tar xzf "$samples/v2.10.5.tgz"
	is "0.9" "$(rows v090b4 builds) $(rows v090b4 steps) $(rows v090b4 logs) $(rows v090b4 logchunks)" "2 4 4 34"
	is "2.10" "$(rows v2.10.5 builds) $(rows v2.10.5 steps) $(rows v2.10.5 logs)" "2 6 4"
	ways v090b4
	is "0.9" "$out" "for us
master 'tldlab78:/data/buildbot/v090b1'
1 runtests #1 complete 1466700144-1466700151 0 worker 'example-slave' branch '' revision 'af28cdb6caf82d9e29fc784823a531a126a374dc'
  log shell/stdio s 388
    306 lines, 0d6db581602d71d3
2 runtests #2 complete 1466700158-1466700163 0 worker 'example-slave' branch '' revision 'af28cdb6caf82d9e29fc784823a531a126a374dc'
  log shell/stdio s 388
    306 lines, d15cd694c2c1bcf5"
	ways v2.10.5/state.sqlite
	is "2.10" "$(echo "$out" | grep -E '^[12] ')" "1 runtests #1 complete 1631033717-1631033719 0 worker 'worker1' branch '' revision '7f8e719e30f3f6b98558541d21dc8b589a4131be'
2 runtests #2 complete 1631033721-1631033724 0 worker 'worker1' branch '' revision '7f8e719e30f3f6b98558541d21dc8b589a4131be'"
	# The logs of the git steps are not read; here all chunks are to be.
	chmod -R u+w v090b4
	python3 -c 'import sqlite3; d = sqlite3.connect("v090b4/state.sqlite"); d.execute("UPDATE steps SET name = name || \" test\""); d.commit()'
	ways v090b4
	lacks "all chunks" "$out" unread
	is "all lines" "$(echo "$out" | grep -c '^  log')" 4
}

# Catches chunks whose codec is not the last one's, and lines that are lost or joined between them.
test_codecs() {
	make_db <<-'END'
		text = "".join(f"o{i} is the number of this line, and this is its end\n" for i in range(1000)).encode()
		m.build(logs={"test": text}, codecs=("gz", "bz2", "lz4", "zstd", "br", "raw"), chunk_bytes=900)
		kinds = m.db.execute("SELECT DISTINCT compressed FROM logchunks ORDER BY 1").fetchall()
		assert kinds == [(i,) for i in range(6)], kinds
	END
	ways --text state.sqlite
	is "the lines" "$(echo "$out" | grep -c 'is the number')" 1000
	is "the lines" "$(echo "$out" | sed 1,4d | awk '$1 != NR - 1 || NF != 12' | head -n 3)" ""
}

# Catches the revision of the wrong codebase.
test_revisions() {
	make_db <<-'END'
		both = [("lib", "b1", "r1"), ("app", "b2", "r2")]
		m.build("string", got="g", revision="r")
		m.build("none", revision="r")
		m.build("nothing")
		m.build("object", got={"app": "ga", "lib": "gl"}, stamps=both)
		m.build("unnamed", got={"app": "ga", "": "g"}, stamps=[("app", "b1", "r1"), ("", "b2", "r2")])
		m.build("partial", got={"app": "ga"}, stamps=both)
		m.build("stamps", stamps=both)
		m.build("old", properties=False, revision="r", branch="b", got="g")
		m.build("null", got=None, properties=False, branch=None)
		m.build("strange", got=[1, 2], stamps=both)
	END
	ways state.sqlite
	is "the revisions" "$(echo "$out" | sed -n "s/^[0-9]* \([a-z]*\) .* branch/\1/p")" "string 'main' revision 'g'
none 'main' revision 'r'
nothing 'main' revision ''
object 'b1' revision 'gl'
unnamed 'b2' revision 'g'
partial 'b2' revision 'ga'
stamps 'b1' revision 'r1'
old 'b' revision 'g'
null '' revision ''
strange 'b1' revision 'r1'"
	cp "$OUT" by_database
	serve
	ways "$url"
	served
	is "by REST" "$out" "$(cat by_database)"
}

# Catches logs that hold no tests and are read, and such that do and are not.
test_which_logs() {
	make_db <<-'END'
		names = ["git", "configure", "compile", "compile and test", "set_property-2", "gitfoo", "test/warnings (3)",
		         "checks/junit.xml", "check/err.text", "upload", "make test/problems"]
		m.build(logs={name: b"ox\n" for name in names})
		m.build(results=3, logs={"test": b"ox\n"})
		m.build(results=2, logs={"html": b"ox\n"}, type="h")
		m.build(results=1, logs={"test": b"plain\n"}, type="t")
	END
	ways --text state.sqlite
	is "the logs" "$(echo "$out" | sed -n '3,$p')" "1 linux #1 complete 1700000000-1700000060 0 worker 'w1' branch 'main' revision ''
  log compile and test/stdio s 1
x
  log gitfoo/stdio s 1
x
  log checks/junit.xml s 1
x
2 linux #2 complete 1700000000-1700000060 3 worker 'w1' branch 'main' revision ''
3 linux #3 complete 1700000000-1700000060 2 worker 'w1' branch 'main' revision ''
4 linux #4 complete 1700000000-1700000060 1 worker 'w1' branch 'main' revision ''
  log test/stdio t 1
plain"
}

# Catches a crash, a silence or an end at chunks that are damaged, missing, double or absurd.
test_chunks() {
	make_db <<-'END'
		lines = b"".join(b"oline %d\n" % i for i in range(40))
		def log(number):
		    b = m.build(logs={"test": lines}, chunk_bytes=60, codecs=("raw",))
		    return m.db.execute("SELECT max(id) FROM logs").fetchone()[0]
		def change(sql, number=0):
		    m.db.execute(sql.replace("LOG", f"logid = {log(number)}"))
		change("UPDATE logchunks SET compressed = 1 WHERE LOG AND first_line = 7")
		change("UPDATE logchunks SET compressed = 9 WHERE LOG AND first_line = 0")
		change("DELETE FROM logchunks WHERE LOG AND first_line BETWEEN 10 AND 20")
		change("DELETE FROM logchunks WHERE LOG AND first_line > 20")
		change("INSERT INTO logchunks SELECT * FROM logchunks WHERE LOG")
		change("UPDATE logchunks SET first_line = -5 WHERE LOG AND first_line = 7")
		change("UPDATE logchunks SET last_line = 9000000000000000000 WHERE LOG AND first_line = 7")
		change("UPDATE logchunks SET content = NULL WHERE LOG AND first_line = 0")
		id = log(9)
		m.db.execute("DELETE FROM logchunks WHERE logid = ? AND first_line BETWEEN 1 AND 30", (id,))
		m.chunk(id, 0, 31, b"\n".join(lines.split(b"\n")[:32]), "gz")
	END
	ways state.sqlite
	is "the chunks" "$(echo "$out" | grep -E '^    ' | sed 's/, [0-9a-f]*$//')" "    unread: chunk of line 7: zlib: the data are damaged, or end too early
    33 lines
    unread: chunk of line 0: compression 9 is not known here
    33 lines
    unread: lines 14 to 25 are missing
    28 lines
    unread: lines 26 to 39 are missing
    26 lines
    40 lines
    unread: a chunk says that it begins with line -5
    unread: lines 7 to 13 are missing
    33 lines
    40 lines
    unread: lines 1 to 6 are missing
    34 lines
    40 lines"
}

# Catches one answer for what is no database, no Buildbot's, too old, cut off or not there.
test_not_one() {
	echo text >text
	: >empty
	ways text
	is "text" "$(echo "$out" | head -n 1)" "not for us"
	contains "text" "$out" "it is no database"
	ways empty
	is "empty" "$(echo "$out" | head -n 1)" "not for us"
	ways nosuch
	contains "nothing" "$out" "No such file or directory"
	make_db <<<"m.db.execute('ALTER TABLE logchunks RENAME TO chunks')"
	ways state.sqlite
	contains "0.8" "$out" "it lacks 'logchunks.logid'"
	python3 -c 'import sqlite3; sqlite3.connect("other").execute("CREATE TABLE x (y)").connection.commit()'
	ways other
	is "another's" "$(echo "$out" | head -n 1)" "not for us"
	contains "another's" "$out" "no Buildbot database: it lacks 'builders.name'"
	mkdir master
	: >master/buildbot.tac
	ways master
	is "a master elsewhere" "$(echo "$out" | head -n 1)" "for us"
	contains "a master elsewhere" "$out" "master/state.sqlite"
}

# Catches a page that is damaged and ends everything, and a database that is cut off.
test_damaged() {
	make_db <<-'END'
		for i in range(2000):
		    m.build(f"builder {i % 7}", logs={"test": b"oline\n" * (i % 50 + 1)})
	END
	ways state.sqlite
	is "whole" "$(echo "$out" | grep -c ' complete ')" 2000
	python3 -c '
import sqlite3
db = sqlite3.connect("state.sqlite")
size = db.execute("PRAGMA page_size").fetchone()[0]
root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", ("builds",)).fetchone()[0]
data = bytearray(open("state.sqlite", "rb").read())
page = data[(root - 1) * size:root * size]
at = int.from_bytes(page[12 + 2 * 5:14 + 2 * 5], "big")  # the sixth cell of its b-tree root: a child
child = int.from_bytes(page[at:at + 4], "big")
data[(child - 1) * size:child * size] = b"\xaa" * size
open("state.sqlite", "wb").write(data)'
	ways state.sqlite
	contains "one page" "$out" "skipped: builds between the ids"
	n=$(echo "$out" | grep -c ' complete ')
	((n > 1500 && n < 2000)) || fail "$n builds"
	size=$(stat -c %s state.sqlite)
	for part in 2 3 5 10 100; do
		head -c $((size / part)) state.sqlite >cut.sqlite
		ways cut.sqlite
		((status < 2)) || fail "status $status of a part of 1/$part"
	done
}

# Catches a crash, or no end, on bytes that are damaged anywhere.
test_random_damage() {
	make_db <<-'END'
		for i in range(300):
		    m.build(f"builder {i % 7}", got=f"{i}", logs={"test": b"oline\n" * (i % 50 + 1), "check/a": b"x\n"})
	END
	for seed in $(seq 20); do
		python3 -c '
import random, sys
rnd = random.Random(int(sys.argv[1]))
data = bytearray(open("state.sqlite", "rb").read())
for _ in range(rnd.choice([1, 10, 100, 1000])):
    data[rnd.randrange(100, len(data))] = rnd.randrange(256)
open("bad.sqlite", "wb").write(data)' $seed
		ways bad.sqlite
		((status < 2)) || fail "status $status with seed $seed: $err"
	done
}

# Catches values that the columns' types do not forbid.
test_absurd() {
	make_db <<-'END'
		m.build()
		for column in ["number", "builderid", "workerid", "started_at", "complete_at", "results", "buildrequestid"]:
		    for value in [-1, -2 ** 63, 2 ** 63 - 1, 1e300, "x", b"\x00\xff", ""]:
		        b = m.build(results=0, logs={"test": b"oline\n"}, builder=f"{column} {value}")
		        m.db.execute(f"UPDATE OR REPLACE builds SET {column} = ? WHERE id = ?", (value, b))
		m.db.execute("INSERT INTO builds SELECT id + 1000, 1, NULL, 0, NULL, 1, 0, 0, '', NULL FROM builds WHERE id = 1")
		m.db.execute("UPDATE steps SET name = ? WHERE id = 1", ("\n\x1b[31m" * 1000,))
		m.db.execute("UPDATE logs SET type = '', num_lines = -7 WHERE id = 2")
		m.db.execute("UPDATE build_properties SET value = '{' WHERE rowid = 3")
	END
	ways state.sqlite
	is "status" "$status" 0
	is "builds" "$(echo "$out" | grep -Ec '^[0-9]+ ')" 51
	contains "without a time" "$out" "complete 0-"
}

# Catches a fault of the server that ends in a crash, a hang, or builds that are silently left out.
test_faults() {
	make_db <<-'END'
		for i in range(120):
		    m.build(got=f"g{i}", logs={"git": b"ox\n", "test": b"ofirst\n" + b"oline\n" * i})
	END
	ways state.sqlite
	cp "$OUT" whole
	serve --fault 'builds.9.steps=drop*2' --fault 'contents=half*1' --fault 'builds[?]=503*1' --fault 'logs/24/=busy*2'
	ways "$url"
	served
	is "passing faults" "$(diff whole "$OUT")" ""
	is "the connections" "$(cut -d ' ' -f 1 log | sort -un | tail -n 1)" 4
	serve --fault 'builds/7/steps=500' --fault 'logs/24/contents=404' --fault 'steps/20/logs=html'
	ways "$url"
	served
	is "lasting faults" "$(echo "$out" | grep -E '^ *(not|fatal)' | sed 's/ (no valid.*//')" "  not: api/v2/builds/7/steps?field=stepid&field=name&field=number&order=number: status 500: as asked
  not: api/v2/steps/20/logs: the answer is text/html and not Buildbot's JSON
    not: api/v2/logs/24/contents?offset=0&limit=4000: status 404: as asked"
}

# Catches any pair of fault and request that is taken for an answer, or never ends.
test_all_faults() {
	make_db <<<'for i in range(3): m.build(got=f"g{i}", logs={"test": b"oline\n" * 9})'
	ways state.sqlite
	cp "$OUT" whole
	serve
	for path in masters builders builds.build steps.f 'logs$' contents; do
		for fault in drop half deep html large garbage empty strange 401 404 500 patient; do
			ways "${url}fault/$path=$fault/"
			((status < 2)) || fail "status $status of $path=$fault: $out"
			[ "$out" != "$(cat whole)" ] || fail "nobody saw $path=$fault"
			[ $fault != 401 ] || contains "$path" "$out" "put one into ~/.netrc"
		done
	done
	served
}

# Catches lines that are too long for a page of a log, and a long log.
test_long() {
	make_db <<-'END'
		m.build(logs={"test": b"o" + b"x" * 60000 + b"\n" + (b"o" + b"y" * 50000 + b"\n") * 500 + b"oend\n"}, codecs=("gz",))
	END
	ways state.sqlite
	cp "$OUT" by_database
	contains "the lines" "$out" "502 lines"
	serve
	ways "$url"
	served
	is "by REST" "$out" "$(cat by_database)"
}

run_tests "$@"
