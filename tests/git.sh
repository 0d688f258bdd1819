# Sourced after lib.sh by tests of `commits`: repositories that git makes (package git), without
# the configuration of whoever runs the tests.
# shellcheck shell=bash

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b

# repo N: N commits c1 to cN in the folder repo, the number in `f`; tags c1 to cN.  Stands in it.
repo() {
	local i
	need git git
	git init -q -b main repo && cd repo || fail "no repository"
	for i in $(seq "$1"); do
		echo "$i" >f && git add f && git commit -qm "c$i" && git tag "c$i"
	done
}

# check BODY: the command of a search, outside the repository; $n is the number in f, $k counts its runs.
check() {
	printf '#!/bin/sh\nn=$(cat f)\nk=$(cat %s/count 2>/dev/null || echo 0)\necho $((k + 1)) >%s/count\n%s\n' \
		"$SCRATCH" "$SCRATCH" "$1" >"$SCRATCH/check"
	chmod +x "$SCRATCH/check"
}

state() {
	git status --porcelain
	git worktree list
	git for-each-ref
	git stash list
	git ls-files -s
	ls .git
}

id() {
	git rev-parse "$1"
}

json() { # KEY of $out
	python3 -c 'import json,sys; v = json.load(sys.stdin)[sys.argv[1]]
print(json.dumps(v) if isinstance(v, (list, dict)) or v is None else v)' "$1" <<<"$out"
}
