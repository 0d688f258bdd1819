#!/usr/bin/env bash
# pytest from Debian's package python3-pytest.
. "$(dirname "$0")/../lib.sh"

# Without the plugins of other tests and of the machine, which every start would load.
export PYTHONDONTWRITEBYTECODE=1 PYTEST_DISABLE_PLUGIN_AUTOLOAD=1

suite() {
	need_that "no pytest (package python3-pytest)" python3 -m pytest --version
	cp -R "$ROOT/tests/data/suites/pytest/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

polluter=test_a.py::test_polluter
victim=sub/test_z.py::test_victim

# Catches a list that is not pytest's own order, or names that are torn.
test_list() {
	suite
	row list -- python3 -m pytest -q
	is "the list" "$(head -n 3 "$OUT")" "test_a.py::test_first
$polluter
test_odd.py::test_text[two words]"
	is "how many" "$(wc -l <"$OUT")" 20
	contains "the list" "$out" "test_odd.py::test_text[it's]"
	row list -- pytest -k 'polluter or victim'
	is "the list" "$out" "$polluter
$victim"
	row list -- pytest sub/test_z.py
	is "the first" "$(head -n 1 "$OUT")" sub/test_z.py::test_teardown
}

# Catches tests that run in another order than asked, or are not reported, or are
# reported as something else.
test_order() {
	suite
	row run "$victim" "$polluter" 'test_odd.py::test_text[it'\''s]' -- pytest
	is "run" "$out" "p $victim
p $polluter
p test_odd.py::test_text[it's]
exited 0"
	row run "$polluter" sub/test_z.py::test_teardown "$victim" test_odd.py::TestClass::test_skipped -- pytest -x
	is "run" "$out" "p $polluter
f sub/test_z.py::test_teardown
f $victim
s test_odd.py::TestClass::test_skipped
message AssertionError: tear-down saw USD
exited 1"
	contains "the remark" "$err" "-x left out"
	row run test_setup.py::test_setup -- pytest
	contains "a failing fixture" "$out" "f test_setup.py::test_setup
message RuntimeError: no database"
}

# Catches names that do not survive the way to pytest and back.
test_odd_names() {
	suite
	row list -- pytest test_odd.py
	mapfile -t names <"$OUT"
	row run "${names[@]}" -- pytest
	is "how many ran" "$(grep -c '^[ps] ' "$OUT")" 14
	lacks "the run" "$out" "unresolved"
}

# Catches options of the user, or of the project, that decide which tests run.
test_neutralised() {
	suite
	python3 -m pytest -q >own 2>&1
	cp -R .pytest_cache before
	printf '[pytest]\naddopts = --maxfail=1 --ff\n' >pytest.ini
	row run test_setup.py::test_setup "$polluter" "$victim" -- pytest --lf --sw
	is "run" "$(grep -c '^[pfs] ' "$OUT")" 3
	contains "the remark" "$err" "--lf, --sw left out"
	succeeds diff -r before/v/cache/lastfailed .pytest_cache/v/cache/lastfailed
}

# Catches a run that came to nothing and counts as a pass or a failure.
test_unresolved() {
	suite
	# Files that break once they have been listed.
	cat >>conftest.py <<-'END'
		if os.environ.get("BREAK"):
		    raise RuntimeError("hooks")
		def pytest_sessionstart():
		    if not os.path.exists("listed"):
		        open("listed", "w").close()
		    elif os.environ.get("BREAK_FILE"):
		        with open("sub/test_z.py", "a") as file: file.write("import no_such_module\n")
		    elif os.environ.get("LOSE_FILE"):
		        os.unlink("sub/test_z.py")
	END
	LOSE_FILE=1 row run "$victim" -- pytest
	is "a test that is gone" "$out" "message 1 of 1 asked tests were not collected
unresolved pytest ran no test
exited 5"
	cp "$ROOT/tests/data/suites/pytest/sub/test_z.py" sub
	rm listed
	BREAK_FILE=1 row run "$polluter" "$victim" -- pytest
	contains "a broken file" "$out" "unresolved pytest could not collect the tests"
	contains "a broken file" "$out" "No module named 'no_such_module'"
	fails_with 1 "$BUILD/fake/row" list -- pytest
	contains "the error" "$err" "pytest cannot load the tests: sub/test_z.py: ModuleNotFoundError: No module named 'no_such_module'"
	BREAK=1 fails_with 1 "$BUILD/fake/row" list -- pytest
	contains "a broken conftest" "$err" "RuntimeError: hooks"
	fails_with 1 "$BUILD/fake/row" list -- pytest --no-such-option
	contains "a wrong option" "$err" "unrecognized arguments: --no-such-option"
	fails_with 1 "$BUILD/fake/row" list -- python3 -E -m pytest
	contains "a closed interpreter" "$err" "leave that option out"
}

# Catches a test that ends the runner and passes for a run without result.
test_exit() {
	suite
	printf 'import os\ndef test_exit(): os._exit(1)\ndef test_none(): os._exit(0)\n' >test_x.py
	printf 'import sys, pytest\ndef test_stop(): pytest.exit("enough")\n' >test_y.py
	row run "$polluter" test_x.py::test_exit "$victim" -- pytest
	contains "exit 1" "$out" "whole ended before its last test"
	row run "$polluter" test_x.py::test_none "$victim" -- pytest
	contains "exit 0" "$out" "unresolved the run broke off"
	row run "$polluter" test_y.py::test_stop "$victim" -- pytest
	contains "pytest.exit" "$out" "unresolved pytest"
}

# Catches code of other test files that is run although none of their tests is asked.
test_narrow() {
	suite
	rm test_setup.py
	echo 'import shop; shop.settings["currency"] = "USD"' >test_import.py
	echo 'def test_one(): pass' >>test_import.py
	row run "$victim" -- pytest
	is "alone" "$out" "p $victim
exited 0"
	row run test_import.py::test_one "$victim" -- pytest .
	contains "with the file" "$out" "f $victim"
	sed -i '/def test_teardown/,/pass/d' sub/test_z.py
	sed -i '/def test_polluter/,$d' test_a.py
	succeeds "$FB" --json -- pytest -q
	contains "the answer" "$out" '"tests":["test_import.py::test_one"'
	contains "the answer" "$out" "\"victim\":\"$victim\""
}

# Catches environment of ours that tests see, also those that start pytest themselves.
test_environment() {
	suite
	cat >test_env.py <<-'END'
		import os, subprocess, sys
		def test_env():
		    assert not [n for n in os.environ if n.startswith("FLAKE_BISECT")], os.environ
		    assert os.environ["PYTEST_ADDOPTS"] == "-q" and os.environ["PYTHONPATH"] == "mine"
		    assert not [p for p in sys.path if "helpers" in p]
		    subprocess.run([sys.executable, "-m", "pytest", "test_a.py"], check=True)
	END
	export PYTEST_ADDOPTS=-q PYTHONPATH=mine
	row run test_env.py::test_env -- pytest
	is "run" "$out" "p test_env.py::test_env
exited 0"
	unset PYTEST_ADDOPTS PYTHONPATH
	sed -i 's/assert os.environ.*/assert not {"PYTEST_ADDOPTS", "PYTHONPATH"} \& set(os.environ)/' test_env.py
	row run test_env.py::test_env -- pytest
	is "run" "$out" "p test_env.py::test_env
exited 0"
}

# Catches a repro that does not fail when pasted: options, odd names, a root folder
# elsewhere, a set that is too long for a command line.
test_repro() {
	suite
	row repro "$polluter" 'test_odd.py::test_text[a "quote"]' "$victim" -- python3 -m pytest -q -x . -k 'not setup'
	is "the command" "$out" "python3 -m pytest -q -k 'not setup' $polluter 'test_odd.py::test_text[a \"quote\"]' $victim"
	fails_with 1 sh -c "$out"
	contains "its output" "$out" "1 failed, 2 passed"
	mkdir in
	printf '[pytest]\n' >pytest.ini
	cd in || exit 1
	row run "$polluter" "$victim" -- pytest ..
	row repro "$polluter" "$victim" -- pytest ..
	is "the command" "$out" "pytest ../$polluter ../$victim"
	fails_with 1 sh -c "$out"
	contains "its output" "$out" "1 failed, 1 passed"
	cd .. || exit 1
	for i in $(seq 1500); do echo "def test_a_name_that_is_rather_long_to_write_$i(): pass"; done >test_long.py
	row list -- pytest test_a.py test_long.py sub
	mapfile -t names <"$OUT"
	row repro "${names[@]}" -- pytest
	lacks "the command" "$out" test_long.py
	run sh -c "$out"
	contains "its output" "$out" "1 failed, 1504 passed, 1 error"
}

# Catches a fork server that answers something else than fresh processes do, keeps
# state between questions, mixes them up, or leaves children behind.
test_warm() {
	suite
	rm test_setup.py
	row warm -- python3 -m pytest
	command=$out
	for i in 1 2 3 4; do mkdir -p "q$i"; done
	printf '%s\n' "$polluter" "$victim" sub/test_z.py::test_last | tee q1/tests >q3/tests
	echo "$victim" >q2/tests
	printf '%s\n' test_gone.py::test_x "$victim" >q4/tests
	mkfifo in
	sh -c "exec env $command" <in >answers 2>log &
	server=$!
	exec 9>in
	wait_for 20 grep -q '^ready 19$' answers
	printf '%s\n' "list $PWD/listed" "run 1 $PWD/q1" "run 2 $PWD/q2" "run 3 $PWD/q3" "run 4 $PWD/q4" >&9
	for i in 1 2 3 4; do wait_for 20 grep -q "^ended $i " answers; done
	exec 9>&-
	wait $server
	is "statuses" "$(grep '^ended' answers | sort | cut -d' ' -f 2,3 | tr '\n' ' ')" "1 256 2 0 3 256 4 0 "
	is "question 1" "$(cut -c 1 q1/results | tr -d '\n')" pfpe
	is "question 2" "$(cut -c 1 q2/results | tr -d '\n')" pe
	is "question 4" "$(cut -c 1 q4/results | tr -d '\n')" pe
	contains "output" "$(cat q1/output)" "1 failed, 2 passed"
	contains "output" "$(cat q1/output)" "+ USD"
	is "listed" "$(sed 's/\\\\/\\/g' listed)" "$("$BUILD/fake/row" list -- pytest)"
}

# Catches a suite that cannot be served and whose reason is lost.
test_warm_broken() {
	suite
	echo 'import no_such_module' >>sub/test_z.py
	row warm -- python3 -m pytest
	sh -c "exec env $out" >answers 2>log </dev/null
	is "the answer" "$(cat answers)" "cannot sub/test_z.py: ModuleNotFoundError: No module named 'no_such_module'"
}

# Catches tests that are spread over processes, or run again until they pass (packages
# python3-pytest-xdist, python3-pytest-rerunfailures).
test_xdist_and_reruns() {
	suite
	need_that "no xdist (package python3-pytest-xdist)" /usr/bin/python3 -c 'import xdist'
	need_that "no reruns (package python3-pytest-rerunfailures)" /usr/bin/python3 -c 'import pytest_rerunfailures'
	unset PYTEST_DISABLE_PLUGIN_AUTOLOAD
	for options in '-n 2 --reruns 1' '--dist=load --tx 2*popen'; do
		# shellcheck disable=SC2086
		row run "$polluter" "$victim" -- pytest $options
		is "run with $options" "$out" "p $polluter
f $victim
message AssertionError: assert 'USD' == 'EUR'
exited 1"
		contains "the remark" "$err" "left out of the search"
	done
	printf '[pytest]\naddopts = -n 2 --reruns 2\n' >pytest.ini
	row run "$polluter" "$victim" -- pytest
	contains "run with an ini file" "$out" "f $victim"
}

# Catches everything between the row and the answer, by forks and without them.
test_bisect() {
	suite
	rm test_setup.py
	sed -i '/def test_teardown/,/pass/d' sub/test_z.py
	for warm in '' --no-warm; do
		# shellcheck disable=SC2086
		succeeds "$FB" $warm --json -- pytest -q
		contains "the answer" "$out" '"verdict":"isolated"'
		contains "the answer" "$out" "\"tests\":[\"$polluter\",\"$victim\"]"
		contains "the answer" "$out" "\"repro\":\"pytest -q $polluter $victim\""
		rm -rf .flake-bisect
	done
}

run_tests "$@"
