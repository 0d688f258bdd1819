#!/usr/bin/env bash
# unittest, as Python brings it.
. "$(dirname "$0")/../lib.sh"

export PYTHONDONTWRITEBYTECODE=1

suite() {
	need python3 python3
	cp -R "$ROOT/tests/data/suites/unittest/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

polluter=test_a.First.test_polluter
victim=test_b.Victim.test_victim

# Catches a list that is not unittest's own, in each way to name tests.
test_list() {
	suite
	row list -- python3 -m unittest
	is "by discovery" "$(echo "$out" | head -n 3)" "test_a.First.test_clean
$polluter
test_a.Shared.test_one"
	is "how many" "$(wc -l <"$OUT")" 9
	row list -- python3 -W error -m unittest -v test_b.Victim test_a
	is "by name" "$(echo "$out" | head -n 2)" "$victim
test_a.First.test_clean"
	row list -- python3 -m unittest discover -p 'test_a*' -k First
	is "by pattern" "$out" "test_a.First.test_clean
$polluter"
}

# Catches another order than asked, statuses that are read wrong, set-ups of classes that
# are left out or count as nothing.
test_order() {
	suite
	row run "$victim" test_a.Shared.test_two "$polluter" test_a.Shared.test_one -- python3 -m unittest
	is "run" "$out" "p $victim
p test_a.Shared.test_two
p $polluter
f test_a.Shared.test_one
message AssertionError: 2 != 1
exited 1"
	row run "$polluter" test_b.Odd.test_subtests test_b.Odd.test_skipped test_b.Odd.test_expected \
		test_b.BadClass.test_in_bad_class "$victim" -- python3 -m unittest discover -f
	is "run" "$out" "p $polluter
p test_b.Odd.test_subtests
s test_b.Odd.test_skipped
p test_b.Odd.test_expected
f test_b.BadClass.test_in_bad_class (no time)
f $victim
message RuntimeError: class saw dirt
exited 1"
	contains "the remark" "$err" "-f left out"
}

# Catches failures that unittest reports for no test, or for a part of one.
test_parts() {
	suite
	cat >test_c.py <<-'END'
		import unittest
		class Late(unittest.TestCase):
		    def test_first(self): pass
		    def test_second(self): pass
		    @classmethod
		    def tearDownClass(cls): raise ValueError("left open")
		class Sub(unittest.TestCase):
		    def test_sub(self):
		        for i in range(3):
		            with self.subTest(i=i): self.assertNotEqual(i, 1)
		    @unittest.expectedFailure
		    def test_better(self): pass
	END
	row run test_c.Late.test_second test_c.Late.test_first test_c.Sub.test_sub test_c.Sub.test_better -- python3 -m unittest
	is "run" "$out" "p test_c.Late.test_second
p test_c.Late.test_first
f test_c.Late.test_first (no time)
f test_c.Sub.test_sub
f test_c.Sub.test_better
message ValueError: left open
exited 1"
}

# Catches a module that cannot be imported and is lost.
test_not_loaded() {
	suite
	echo 'import no_such_module' >test_c.py
	row run unittest.loader._FailedTest.test_c "$victim" -- python3 -m unittest
	contains "run" "$out" "f unittest.loader._FailedTest.test_c
p $victim
message ImportError: Failed to import test module: test_c"
	row repro "$victim" unittest.loader._FailedTest.test_c -- python3 -m unittest
	is "the command" "$out" "python3 -m unittest $victim test_c"
}

# Catches code of other modules that is run although none of their tests is asked.
test_narrow() {
	suite
	echo 'import state; state.value.append(1)' >test_c.py
	row run "$victim" -- python3 -m unittest
	is "run" "$out" "p $victim
exited 0"
	printf 'def load_tests(loader, tests, pattern): return tests\n' >>test_b.py
	row run "$victim" -- python3 -m unittest
	contains "made by load_tests" "$out" "f $victim"
}

# Catches a test that ends the runner, and a command that never begins.
test_exit() {
	suite
	printf 'import os, unittest\nclass E(unittest.TestCase):\n def test_exit(self): os._exit(1)\n def test_none(self): os._exit(0)\n' >test_c.py
	row run "$polluter" test_c.E.test_exit -- python3 -m unittest
	contains "exit 1" "$out" "whole ended before its last test"
	row run "$polluter" test_c.E.test_none -- python3 -m unittest
	contains "exit 0" "$out" "unresolved the run broke off"
	fails_with 1 "$BUILD/fake/row" list -- python3 -m unittest --no-such-option
	contains "the error" "$err" "no-such-option"
	rm test_*.py
	fails_with 1 "$BUILD/fake/row" list -- python3 -m unittest
	contains "the error" "$err" "finds no tests"
}

# Catches a repro that does not fail when pasted, also where modules stand elsewhere.
test_repro() {
	suite
	row repro "$polluter" "$victim" -- python3 -m unittest discover -v -f
	is "the command" "$out" "python3 -m unittest -v $polluter $victim"
	fails_with 1 sh -c "$out"
	mkdir in
	mv ./*.py in
	row repro "$polluter" "$victim" -- python3 -m unittest discover -s in
	is "the command" "$out" "PYTHONPATH=in python3 -m unittest $polluter $victim"
	fails_with 1 sh -c "$out"
	contains "its output" "$err" "Ran 2 tests"
}

# Catches flags of the interpreter that are lost, and folders on sys.path that are ours.
test_interpreter() {
	suite
	cat >test_c.py <<-'END'
		import os, sys, unittest
		class C(unittest.TestCase):
		    def test_path(self):
		        self.assertEqual(sys.path[0], os.getcwd())
		        self.assertFalse([p for p in sys.path if "helpers" in p])
		        self.assertFalse([n for n in os.environ if n.startswith("FLAKE_BISECT")])
		    def test_flags(self):
		        self.assertEqual((sys.flags.ignore_environment, sys.flags.bytes_warning), (1, 2))
	END
	row run test_c.C.test_path test_c.C.test_flags -- python3 -E -bb -m unittest
	is "run" "$out" "p test_c.C.test_path
p test_c.C.test_flags
exited 0"
}

# Catches a fork server that answers something else than fresh processes do, or keeps
# state between questions.
test_warm() {
	suite
	echo 'import atexit, threading, time; print("imported"); threading.Thread(target=time.sleep, args=(99,), daemon=True).start()' >>state.py
	row warm -- python3 -m unittest
	command=$out
	for i in 1 2 3; do mkdir -p "q$i"; done
	printf '%s\n' "$polluter" "$victim" | tee q1/tests >q3/tests
	echo "$victim" >q2/tests
	mkfifo in
	sh -c "exec env $command" <in >answers 2>log &
	server=$!
	exec 9>in
	wait_for 20 grep -q '^ready 9$' answers
	printf '%s\n' "list $PWD/listed" "run 1 $PWD/q1" "run 2 $PWD/q2" "run 3 $PWD/q3" >&9
	for i in 1 2 3; do wait_for 20 grep -q "^ended $i " answers; done
	exec 9>&-
	wait $server
	is "statuses" "$(grep '^ended' answers | sort | cut -d' ' -f 2,3 | tr '\n' ' ')" "1 256 2 0 3 256 "
	is "question 1" "$(cut -c 1 q1/results | tr -d '\n')" pfe
	is "question 2" "$(cut -c 1 q2/results | tr -d '\n')" pe
	contains "output" "$(cat q1/output)" "Ran 2 tests"
	is "listed" "$(cat listed)" "$("$BUILD/fake/row" list -- python3 -m unittest)"
}

# Catches everything between the row and the answer, by forks and without them.
test_bisect() {
	suite
	sed -i '/^class BadClass/,/^        pass/d' test_b.py
	for warm in '' --no-warm; do
		# shellcheck disable=SC2086
		succeeds "$FB" $warm --json -- python3 -m unittest
		contains "the answer" "$out" '"verdict":"isolated"'
		contains "the answer" "$out" "\"tests\":[\"$polluter\",\"$victim\"]"
		contains "the answer" "$out" "\"repro\":\"python3 -m unittest $polluter $victim\""
		rm -rf .flake-bisect
	done
}

run_tests "$@"
