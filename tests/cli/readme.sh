#!/usr/bin/env bash
# Runs what the README shows. A block that begins with ```console holds commands behind
# "$ " and what they print; numbers in indented lines (runs, seconds) may differ.
#
#	tests/cli/readme.sh --show    prints the blocks as they are now
. "$(dirname "$0")/../lib.sh"

readme=$ROOT/README.md

blocks() {
	sed -n '/^```console$/,/^```$/p' "$readme" | grep -v '^```'
}

# Runs the commands of the blocks; prints each and its output.
replay() {
	export PATH=$BUILD:/usr/bin:/bin FLAKETOOLS_NOW=1795348800
	cp "$ROOT/tests/data/quickstart/test_shop.py" .
	cp -r "$ROOT/tests/data/history/." history
	blocks | sed -n 's/^\$ //p' | while read -r line; do
		printf '$ %s\n' "$line"
		bash -c "$line" 2>&1
	done
}

normal() {
	sed -E '/^  [^ ]/s/[0-9]+([.,][0-9]+)*/N/g; s/N (min|h|d|s)( N (min|s|h))?/N s/'
}

# A README whose session is an old one, or was never real.
test_sessions_are_real() {
	need python3 python3
	[ "$(blocks | grep -c '^\$ ')" -gt 0 ] || fail "the README shows no session"
	replay >now
	is "the README's session" "$(blocks | normal)" "$(normal <now)"
}

# Options and commands in its examples that the program does not have.
test_examples_are_understood() {
	local line word program
	for program in "$FB" "$FT"; do
		succeeds "$program" --help
		grep -oE -- "(^| )${program##*/} [^#\`]*" "$readme" | sed "s/'[^']*'//g; s/ -- .*//" |
			grep -oE -- ' --?[a-z-]+' | sort -u >words
		while read -r word; do
			grep -qE -- "(^|[ ,])$word([ ,=[]|\$)" "$OUT" || fail "the README has $word, the help has not"
		done <words
	done
	[ -s words ] || fail "no example was read"
	for line in $(sed -n 's/.*`scripts\/\([a-z-]*\).*/\1/p' "$readme"); do
		[ -x "$ROOT/scripts/$line" ] || fail "there is no scripts/$line"
	done
}

if [ "${1:-}" = --show ]; then
	cd "$(mktemp -d)" && replay
	rm -rf "$PWD"
	exit 0
fi
run_tests "$@"
