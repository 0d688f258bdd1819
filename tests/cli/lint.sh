#!/usr/bin/env bash
# scripts/lint: the project passes it, and it sees what it is there to see.
. "$(dirname "$0")/../lib.sh"

# complains FILE TEXT WHAT: in a tree of that one file, lint says WHAT of it.
complains() {
	rm -rf tree
	mkdir -p tree/scripts tree/tests "tree/$(dirname "$1")"
	git -C tree init -q
	cp "$ROOT/scripts/lint" tree/scripts/
	echo /scripts >tree/.gitignore
	printf '%s\n' "$2" >"tree/$1"
	fails_with 1 tree/scripts/lint
	contains "what lint says of $1" "$out" "$3"
}

# The rules are kept; a new breach must not wait for a reader to see it.
test_project() {
	need git git
	need_that "no git repository" git -C "$ROOT" rev-parse
	succeeds "$ROOT/scripts/lint"
}

# A check whose pattern matches nothing would pass for ever.
test_rules() {
	local head='/* What it is. */
#include "common/base.h"'

	need git git
	complains notes.txt "to do later" "notes.txt: nothing else belongs at the top"
	complains common/a.c "$head
#include \"bisect/job.h\"" "common/a.c:3: common/ includes neither tool"
	complains bisect/a.c "$head
#include \"triage/store.h\"" "bisect/ includes nothing of triage/"
	complains triage/a.c "$head
#include \"bisect/job.h\"" "triage/ includes nothing of bisect/"
	complains bisect/a.c "$head
#include <pcre2.h>" "<pcre2.h> is included by common/rx.c alone"
	complains bisect/a.c "$head
#include \"job.h\"" "includes are written from the root"
	complains bisect/a.c "int x;" "bisect/a.c:1: no header comment"
	complains bisect/a.c "/* What it is. */
#include <stdio.h>" "base.h is included first"
	complains bisect/a.c "$head
int
f(void)
{
$(yes '	f();' | head -n 95)
}" "bisect/a.c:5: function of 96 lines"
	complains bisect/a.c "$head
$(yes 'int f(void);' | head -n 601)" "file of 603 lines"
	complains bisect/a.c "$head
/* TO$(echo DO): more */" "something left to do"
	complains bisect/a.c "$head
void f(void) { printf(\"x\"); }" "only main, cmd_*, report, progress and diag print"
	complains bisect/a.c "$head
void *f(void) { return malloc(3); }" "memory comes from mem.h"
}

run_tests "$@"
