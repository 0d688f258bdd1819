#!/usr/bin/env bash
# RSpec 3 from Debian's package ruby-rspec.
. "$(dirname "$0")/../lib.sh"

suite() {
	need rspec ruby-rspec
	cp -R "$ROOT/tests/data/suites/rspec/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

polluter='./spec/a_spec.rb[1:13:1]'
victim='./spec/b_spec.rb[1:11]'

# Catches a list that is not RSpec's own order, also a random one.
test_list() {
	suite
	row list -- rspec
	is "how many" "$(echo "$out" | wc -l)" 27
	is "the first" "$(echo "$out" | head -n 1)" './spec/a_spec.rb[1:1]'
	row list -- rspec --seed 7
	rspec --seed 7 --format json >own.json
	is "the list" "$(echo "$out" | tr '\n' ' ')" \
		"$(ruby -rjson -e 'puts JSON.parse(File.read("own.json").lines.grep(/^\{/)[0])["examples"].map { |x| x["id"] }.join(" ")') "
}

# Catches a random order that is another one in each run.
test_seed() {
	suite
	echo '--order random' >.rspec
	row list -- rspec
	first=$out
	contains "the remark" "$err" "the order is random: --seed "
	row list -- rspec
	is "the second list" "$out" "$first"
}

# Catches examples that run in another order than asked, or hooks that are left out.
test_order() {
	suite
	row run "$victim" "$polluter" './spec/b_spec.rb[1:1]' -- rspec
	is "run" "$out" "p $victim
p $polluter
p ./spec/b_spec.rb[1:1]
exited 0"
	row run "$polluter" "$victim" './spec/b_spec.rb[1:12]' -- rspec --fail-fast --bisect
	is "run" "$out" "p $polluter
f $victim
s ./spec/b_spec.rb[1:12]
message RSpec::Expectations::ExpectationNotMetError: expected: \"EUR\"\\n     got: \"USD\"\\n\\n(compared using ==)
exited 1"
}

# Catches load errors that count as failures, and errors of hooks that count as nothing.
test_errors() {
	suite
	echo 'RSpec.configure { |c| c.after(:suite) { raise "still open" } }' >hook.rb
	row run "$victim" -- rspec -r ./hook.rb
	contains "run" "$out" "whole error outside of examples"
	echo 'raise "no database"' >spec/c_spec.rb
	fails_with 1 "$BUILD/fake/row" list -- rspec
	contains "the error" "$err" "RuntimeError: no database"
}

# Catches a repro that does not fail when pasted, in either form.
test_repro() {
	suite
	row repro "$polluter" "$victim" -- rspec -fd spec
	is "the command" "$out" "rspec -fd '$polluter' '$victim'"
	fails_with 1 sh -c "$out"
	row repro './spec/b_spec.rb[1:2]' "$polluter" "$victim" -- rspec spec
	fails_with 1 sh -c "$out"
	contains "its output" "$out" "3 examples, 1 failure"
}

# Catches a fork server that answers something else than fresh processes do, loses
# state between questions, or leaves children behind.
test_warm() {
	suite
	row warm -- rspec
	command=$out
	for i in 1 2 3; do mkdir -p "q$i/tmp"; done
	printf '%s\n' "$polluter" "$victim" | tee q1/tests >q3/tests
	echo "$victim" >q2/tests
	mkfifo in
	sh -c "exec env $command" <in >answers 2>log &
	server=$!
	exec 9>in
	wait_for 20 grep -q '^ready 27$' answers
	printf '%s\n' "list $PWD/listed" "run 1 $PWD/q1" "run 2 $PWD/q2" "run 3 $PWD/q3" >&9
	for i in 1 2 3; do wait_for 20 grep -q "^ended $i " answers; done
	exec 9>&-
	wait $server
	is "statuses" "$(grep '^ended' answers | sort | cut -d' ' -f 2,3 | tr '\n' ' ')" "1 256 2 0 3 256 "
	is "question 1" "$(cut -c 1 q1/results | tr -d '\n')" pfe
	is "question 2" "$(cut -c 1 q2/results | tr -d '\n')" pe
	contains "output" "$(cat q1/output)" "2 examples, 1 failure"
	is "listed" "$(grep -v "^#" listed)" "$("$BUILD/fake/row" list -- rspec)"
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- rspec
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" "\"tests\":[\"$polluter\",\"$victim\"]"
}

run_tests "$@"
