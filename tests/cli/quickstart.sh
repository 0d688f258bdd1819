#!/usr/bin/env bash
# scripts/quickstart, the first thing that a newcomer runs.
. "$(dirname "$0")/../lib.sh"

# It must work from any folder, end with the answer, and leave the clone clean.
test_quickstart() {
	local before after

	before=$(cd "$ROOT" && find . -path ./build -prune -o -path ./.git -prune -o -type f -print | sort)
	succeeds "$ROOT/scripts/quickstart"
	contains "the answer" "$out" "test_shop.ExportTest.test_yen"
	contains "the answer" "$out" "test_shop.ReceiptTest.test_price"
	after=$(cd "$ROOT" && find . -path ./build -prune -o -path ./.git -prune -o -type f -print | sort)
	is "the files of the clone" "$after" "$before"
}

# CI must do what a newcomer does: the README's two commands, nothing else.
test_ci() {
	local readme

	readme=$(cat "$ROOT/README.md")
	contains "the README" "$readme" "
scripts/quickstart "
	contains "the README" "$readme" "
make check "
	is "what CI calls" "$(grep '</dev/null$' "$ROOT/.ci/run")" "scripts/quickstart </dev/null
make check </dev/null"
	[ -x "$ROOT/.ci/run" ] || fail ".ci/run is not executable"
}

# A second look for packages must be quick and ask no package manager.
test_install_deps_idle() {
	need_that "packages are missing" "$ROOT/scripts/install-deps"
	succeeds "$ROOT/scripts/install-deps"
	is "what it says when all is there" "$out$err" ""
}

# A library that the Makefile asks for and no row installs fails on a fresh machine only.
test_install_deps_complete() {
	local library

	for library in $(sed -n 's/^PKGS *:= *//p' "$ROOT/Makefile"); do
		contains "scripts/install-deps" "$(cat "$ROOT/scripts/install-deps")" "pc:$library "
	done
}

# One that is not root must get the command, not an attempt; and a status that
# tells whether building is possible.
test_install_deps_not_root() {
	mkdir bin
	printf '#!/bin/sh\necho 1000\n' >bin/id
	printf '#!/bin/sh\nexit 1\n' >bin/pkg-config
	printf '#!/bin/sh\necho called >&2\n' >bin/apt-get
	chmod +x bin/*
	sed 's,^PATH=,PATH='"$PWD"'/bin:,' "$ROOT/scripts/install-deps" >install-deps
	fails_with 1 sh install-deps
	contains "what is missing" "$err" "missing: libarchive-dev"
	contains "what is missing" "$err" " libpcre2-dev"
	contains "the command" "$err" "to install them: sudo install-deps"
	lacks "what apt-get says" "$err" called
	fails_with 1 sh install-deps --nonsense
	contains "the complaint" "$err" "unknown option '--nonsense'"
}

run_tests "$@"
