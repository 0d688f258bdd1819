#!/usr/bin/env bash
# go test (1.19) from Debian's package golang-go, on a module without dependencies.
. "$(dirname "$0")/../lib.sh"

p=example.com/prices

suite() {
	need go golang-go
	cp -R "$ROOT/tests/data/suites/go/." .
}

row() {
	succeeds "$BUILD/fake/row" "$@"
}

# Catches benchmarks and sub-tests that are listed, and tests that are not.
test_list() {
	suite
	row list -- go test ./...
	is "the list" "$(echo "$out" | tr '\n' ' ')" "$p.TestAdd $p.TestAddMore $p.TestDollars $p.TestPrintWithoutNewline \
$p.TestParts $p.TestSkipped $p.TestÜmlaut $p.TestEuros $p.TestMayPanic $p.TestParallel $p.FuzzAdd $p.ExamplePrint \
$p/sub.TestAdd $p/sub.TestSub "
	row list -- go test -run 'Add/x' -json ./...
	is "of -run" "$(echo "$out" | tr '\n' ' ')" "$p.TestAdd $p.TestAddMore $p.FuzzAdd $p/sub.TestAdd "
}

# Catches patterns that choose too much, and results that are read wrong.
test_run() {
	suite
	row run $p.TestAdd $p.TestDollars $p.TestEuros $p.TestÜmlaut $p.TestSkipped $p.TestPrintWithoutNewline $p.TestParts \
		$p/sub.TestSub -- go test -run . -shuffle=on ./...
	is "run" "$out" "p $p.TestAdd
p $p.TestDollars
p $p.TestPrintWithoutNewline
p $p.TestParts
s $p.TestSkipped
p $p.TestÜmlaut
f $p.TestEuros
p $p/sub.TestSub
message prices_test.go:31: currency is USD
exited 1"
}

# Catches a panic or an exit that nobody is named for.
test_crash() {
	suite
	export CRASH=panic
	row run $p.TestAdd $p.TestMayPanic -- go test
	is "run" "$out" "p $p.TestAdd
f $p.TestMayPanic
message panic: out of stock [recovered]
exited 2"
	export CRASH=exit
	row run $p.TestAdd $p.TestMayPanic -- go test
	contains "run" "$out" "f $p.TestMayPanic (no time)"
}

# Catches a package that does not build and is taken for one without tests.
test_build() {
	suite
	echo 'package sub; func f() { undefined() }' >sub/broken.go
	row list -- go test ./...
	contains "the remark" "$err" "undefined: undefined"
	fails_with 1 "$BUILD/fake/row" list -- go test ./sub
	contains "the error" "$err" "undefined: undefined"
}

# Catches a repro that does not fail when pasted.
test_repro() {
	suite
	row repro $p.TestDollars $p.TestEuros -- go test -run Test ./...
	is "the command" "$out" "go test -count=1 -run '^(?:Test(?:Dollars|Euros))\$' $p"
	fails_with 1 sh -c "$out"
	row repro $p.TestEuros $p/sub.TestAdd -- go test ./...
	succeeds sh -c "$out"
}

# Catches patterns that are longer than one argument may be.
test_long() {
	suite
	{
		echo 'package prices; import "testing"'
		for i in $(seq 4000); do echo "func TestWithARatherLongNameWhichIsRepeated_$i(t *testing.T) {}"; done
	} >long_test.go
	"$BUILD/fake/row" list -- go test . | grep Repeated | tail -n 3990 >names
	xargs sh -c '"$0" run "$@" -- go test .' "$BUILD/fake/row" <names >ran
	is "how many" "$(grep -c '^p ' ran)" 3990
}

# Catches everything between the row and the answer.
test_bisect() {
	suite
	succeeds "$FB" --json -- go test ./...
	contains "the answer" "$out" '"verdict":"isolated"'
	contains "the answer" "$out" "\"tests\":[\"$p.TestDollars\",\"$p.TestEuros\"]"
}

run_tests "$@"
