#!/bin/sh
# Given to `go test -exec`: keeps the test program that go has built, instead of
# running it.  In a new folder below FLAKE_BISECT_GO: the program ("test"), the
# package, the folder where go would run it, go's arguments for it, and the names of
# its tests.
set -e
kept=$(mktemp -d "$FLAKE_BISECT_GO/XXXXXX")
cp "$1" "$kept/test"
shift
pwd >"$kept/dir"
go list -e . >"$kept/package" 2>/dev/null || pwd >"$kept/package"
chosen=.
for arg; do
	printf '%s\n' "$arg"
	case $arg in -test.run=*) chosen=${arg#-test.run=} ;; esac
done >"$kept/args"
"$kept/test" -test.list="${chosen%%/*}" >"$kept/list"
