#!/usr/bin/env bash
# Perl's prove (package perl).
. "$(dirname "$0")/../lib.sh"

suite() {
	need prove perl
	cp -R "$ROOT/tests/data/suites/prove/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches a list that is not prove's own.
test_list() {
	suite
	row list -- prove t
	is "the list" "$out" "$(prove --dry t)"
	row list -- prove --reverse t/01.t t/02.t
	is "the list" "$out" "t/02.t
t/01.t"
	fails_with 1 "$BUILD/fake/row" list -- prove -
	contains "the error" "$err" "--input FILE"
}

# Catches files in another order than asked, and endings that are read wrong, quiet or not.
test_run() {
	suite
	for how in '' -Q -v; do
		row run t/05-polluter.t t/10-victim.t t/07.t t/02.t -- prove $how t
		is "run $how" "$(echo "$out" | sed 's/ (no time)//')" "p t/05-polluter.t
f t/10-victim.t
s t/07.t
p t/02.t
message Failed test 'all is clean'
exited 1"
	done
	row run t/10-victim.t t/05-polluter.t -- prove -j1 t
	contains "run" "$out" "p t/10-victim.t"
}

# Catches a script's own output that is taken for prove's.
test_liar() {
	suite
	printf 'print "1..1\\nok\\nnot ok 2\\n"; exit 3' >t/liar.t
	printf 'print "1..1\\n"; kill 9, $$' >t/dies.t
	row run t/liar.t t/dies.t t/02.t -- prove -v t
	is "run" "$(echo "$out" | sed 's/ (no time)//')" "f t/liar.t
f t/dies.t
p t/02.t
exited 1"
}

# Catches names with blanks, and a repro that does not fail when pasted.
test_repro() {
	suite
	mv t/10-victim.t "t/it's 10.t"
	row repro t/05-polluter.t "t/it's 10.t" -- prove -l t :: --option
	is "the command" "$out" "prove -l t/05-polluter.t 't/it'\\''s 10.t' :: --option"
	TMPDIR=$PWD fails_with 1 sh -c "$out"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- prove t
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" '"tests":["t/05-polluter.t","t/10-victim.t"]'
}

run_tests "$@"
