#!/usr/bin/env bash
# Lists and commands that misbehave: a clear error or the right answer, and nothing left.
. "$(dirname "$0")/../lib.sh"

FAKE=$BUILD/fake/child

# suite A B: ./suite fails when both names are in the file that is its argument.
suite() {
	cat >suite <<-'SH'
		#!/bin/sh
		grep -qxF -e "$A" "$1" && grep -qxF -e "$B" "$1" && { echo "FAIL: bug"; exit 1; }
		exit 0
	SH
	chmod +x suite
	export A=$1 B=$2
}

test_empty_list() {
	printf '\n# only a remark\n' >list
	fails_with 128 "$FB" -i list -- true '{tests}'
	contains stderr "$err" "'list' holds no test"
	fails_with 128 "$FB" -i nowhere -- true '{tests}'
	contains stderr "$err" "'nowhere'"
}

test_one_test() {
	suite only only
	echo only >list
	succeeds "$FB" -i list -- ./suite '{file}'
	contains answer "$out" only
	fails_with 1 "$FB" -i list -- true '{file}'
}

test_duplicates() {
	suite b d
	printf '%s\n' a b c b d a >list
	succeeds "$FB" -i list -- ./suite '{file}'
	contains note "$err" '2 names were listed more than once'
	contains answer "$out" "  b
  d
"
}

# Catches a name that a shell, an escape or a decoder changes on its way.
test_odd_names() {
	odd=$(printf 'caf\303\251 \377 $(touch pwned) `x` "q" \\ %%s')
	suite "it's a; name" "$odd"
	{
		seq -f 't%g' 1 20
		echo "it's a; name"
		seq -f 'u%g' 1 20
		printf '%s\n' "$odd"
	} >list
	succeeds "$FB" -o answer -i list -- ./suite '{file}'
	is answer "$(cat answer)" "it's a; name
$odd"
	[ ! -e pwned ] || fail "a shell has read a name"
}

# Catches a newline in a name that becomes two names.
test_newline_in_name() {
	cat >suite <<-'SH'
		#!/bin/sh
		for t; do [ "$t" = "two
		lines" ] && exit 1; done
		exit 0
	SH
	chmod +x suite
	printf '%s\n' '# flake-bisect: escaped names' a b 'two\nlines' c d >list
	succeeds "$FB" -o answer -i list -- ./suite '{tests}'
	is answer "$(tail -n 1 answer)" 'two\nlines'
	fails_with 128 "$FB" -i list -- ./suite '{file}'
	contains stderr "$err" newline
}

# Catches escapes undone in a list that somebody else wrote: pytest puts backslashes into ids.
test_backslashes_in_names() {
	suite 'a[\xfc]' 'b[\n]'
	printf '%s\n' one 'a[\xfc]' two 'b[\n]' three >list
	succeeds "$FB" -o answer -i list -- ./suite '{file}'
	is answer "$(sort answer)" "$(printf '%s\n' 'a[\xfc]' 'b[\n]')"
}

test_names_like_remarks() {
	suite '#5 & co' ' leading'
	printf '%s\n' '# flake-bisect: escaped names' a '\x235 & co' b '\x20leading' c >list
	succeeds "$FB" -i list -- ./suite '{file}'
	contains answer "$out" '#5 & co'
}

test_no_command() {
	seq 1 5 >list
	fails_with 128 "$FB" -i list -- ./nothing '{tests}'
	contains stderr "$err" "cannot start './nothing': No such file or directory"
	: >not-executable
	fails_with 128 "$FB" -i list -- ./not-executable '{tests}'
	contains stderr "$err" "cannot start './not-executable': Permission denied"
}

# Catches output that is kept whole, in memory or on the disk.
test_floods() {
	seq 1 5 >list
	cat >suite <<-SH
		#!/bin/sh
		$FAKE flood 100000000
		case " \$* " in *" 3 "*) echo "FAIL: bug"; exit 1 ;; esac
		exit 0
	SH
	chmod +x suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	contains answer "$out" "'3' makes it fail"
	size=$(du -sk .flake-bisect | cut -f 1)
	[ "$size" -lt 6000 ] || fail "the session takes $size KiB"
	contains log "$(tail -c 100 .flake-bisect/latest/runs/000001.log)" 'FAIL: bug'
	contains log "$(grep -a 'left out' .flake-bisect/latest/runs/000001.log)" ' bytes left out]'
}

# Catches a run that cannot be ended.
test_ignores_term() {
	seq 1 3 >list
	fails_with 125 "$FB" -N 3 --timeout 0.3 -i list -- "$FAKE" ignore-term forever '' '{tests}'
}

# Catches processes that got away from their group and output.
test_gets_away() {
	seq 1 4 >list
	cat >suite <<-SH
		#!/bin/sh
		$FAKE daemon forever
		$FAKE leave close forever
		case " \$* " in *" 3 "*) exit 1 ;; esac
		exit 0
	SH
	chmod +x suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	contains answer "$out" "'3' makes it fail"
}

test_closes_output() {
	seq 1 4 >list
	cat >suite <<-SH
		#!/bin/sh
		exec >&- 2>&-
		case " \$* " in *" 3 "*) exit 1 ;; esac
		exit 0
	SH
	chmod +x suite
	succeeds "$FB" -i list -- ./suite '{tests}'
	contains answer "$out" "'3' makes it fail"
}

# Catches a full disk that loses answers or passes for one: files may have 3 KiB here.
test_full_disk() {
	suite 7 31
	seq 1 40 >list
	run bash -c 'ulimit -f 3; exec "$@"' - "$FB" -i list -- ./suite '{file}'
	is status "$status" 128
	contains stderr "$err" 'flake-bisect resume'
	contains stderr "$err" journal
	n=$(wc -l <.flake-bisect/latest/journal)
	[ "$n" -ge 3 ] || fail "only $n lines were written before"
	cp .flake-bisect/latest/journal before
	succeeds "$FB" resume
	contains answer "$out" "  7
  31
"
	is journal "$(head -n "$n" .flake-bisect/latest/journal)" "$(cat before)"
}

# Catches a suite whose tests come and go that is blamed on an innocent one.
test_vanishing() {
	need python3 python3
	need_that "no pytest (package python3-pytest)" python3 -c 'import pytest'
	cat >test_a.py <<-'PY'
		import os
		import pytest

		def make(i):
		    def test():
		        assert i != 7 or not os.path.exists("always")
		    return test

		for i in range(20):
		    globals()[f"test_{i}"] = make(i)
	PY
	cat >conftest.py <<-'PY'
		import os

		def pytest_collection_modifyitems(items):
		    # In every second process the tests above 9 are not there.
		    n = int(open("count").read()) + 1 if os.path.exists("count") else 1
		    open("count", "w").write(str(n))
		    if n % 2 == 0:
		        items[:] = [i for i in items if int(i.name[5:]) < 10]
	PY
	run "$FB" --no-warm -N 12 -- python3 -m pytest -p no:cacheprovider
	[ "$status" = 1 ] || [ "$status" = 125 ] || fail "status $status
$out
$err"
	lacks answer "$out" 'make it fail'
}

# Catches hours of work whose --output cannot be written.
test_output_not_there() {
	printf '%s\n' a b >list
	fails_with 128 "$FB" -o none/out -i list -- false '{tests}'
	contains stderr "$err" "--output: cannot write 'none/out': No such file"
	mkdir folder
	fails_with 128 "$FB" -o folder -i list -- false '{tests}'
	contains stderr "$err" "'folder' is a folder"
	[ ! -e .flake-bisect ] || fail "a session was begun"
}

# Catches a name without its file that is answered by "there is none".
test_victim_not_there() {
	seq -f 'test_%g' 1 9 >list
	fails_with 128 "$FB" --victim test_99 -i list -- true '{tests}'
	contains stderr "$err" "there is no test 'test_99' in the list; did you mean 'test_9'?"
	echo 'tests/test_b.py::Some::test_long_name' >>list
	fails_with 128 "$FB" --victim test_long_name -i list -- true '{tests}'
	contains stderr "$err" "did you mean 'tests/test_b.py::Some::test_long_name'?"
}

run_tests "$@"
