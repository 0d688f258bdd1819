#!/usr/bin/env bash
# Reading from web servers (common/http.h), with a server that misbehaves on request.
. "$(dirname "$0")/../lib.sh"

# serve ARGS...: starts it; sets $port; `served` ends it.
serve() {
	mkfifo in
	python3 -B "$ROOT/tests/fake/web.py" --log log "$@" <in >port &
	exec 9>in
	wait_for 10 test -s port
	port=$(cat port)
}

served() {
	exec 9>&-
	wait
}

get() {
	succeeds "$BUILD/fake/get" "$@"
}

# Catches an answer that is read wrong, a second connection, and a proxy for this machine.
test_answers() {
	serve
	get --token secret "http://127.0.0.1:$port/" "http://127.0.0.1:$port/redirect" "http://127.0.0.1:$port/none" \
		"http://127.0.0.1:$port/empty" "http://127.0.0.1:$port/agent"
	served
	is "the answers" "$(echo "$out" | sed 's/ "[0-9]*"$/ E/')" '200 application/json 5 E
  hello
200 application/json 3 E
  far
404 application/json 9 E
200 application/json 0 E
200 application/json 19 E
  get/1 Bearer secret'
	is "the connections" "$(cut -d ' ' -f 1 log | sort -u)" 1
}

# Catches an ETag that is not sent, or a 304 that is taken for an answer with a body.
test_etag() {
	serve
	get "http://127.0.0.1:$port/far"
	get --etag "$(echo "$out" | sed -n 's/.* //;1p')" "http://127.0.0.1:$port/far" "http://127.0.0.1:$port/"
	served
	matches "the first" "$(echo "$out" | sed -n 1p)" '304 application/json 0 "[0-9]*"'
	matches "the second" "$(echo "$out" | sed -n 2p)" '200 application/json 5 "[0-9]*"'
}

# Catches what passes when it is tried again, and is not.
test_again() {
	serve --fault '[?]a$=busy*2' --fault '[?]b$=drop*2' --fault '[?]c$=half*1' --fault '[?]d$=500*1' --fault '[?]e$=garbage*1' \
		--fault '[?]f$=stall*1'
	for path in a b c d f; do
		get --stall 1 "http://127.0.0.1:$port/?$path"
		matches "$path" "$(head -n 1 "$OUT")" '200 application/json 5 "[0-9]*"'
	done
	served
}

# Catches a program that never gives up, or says nothing useful when it does.
test_giving_up() {
	serve --fault '[?]a$=busy' --fault '[?]b$=drop' --fault '[?]c$=half' --fault '[?]e$=patient' \
		--fault '[?]f$=large'
	get "http://127.0.0.1:$port/?a"
	is "busy" "$out" "503 application/json 4 "
	get "http://127.0.0.1:$port/?b"
	contains "dropped" "$out" "error: after 3 tries: "
	get "http://127.0.0.1:$port/?c"
	contains "cut" "$out" "error: after 3 tries: "
	get "http://127.0.0.1:$port/?e"
	is "patience" "$out" "429 application/json 18 "
	get --max 100000 "http://127.0.0.1:$port/?f" "http://127.0.0.1:$port/round"
	is "large" "$out" "error: the answer has more than 100000 bytes (over)
error: Maximum (5) redirects followed"
	served
	is "the tries" "$(grep -c '?[abc]' log)" 9
	is "the tries" "$(grep -c '?[ef]' log)" 2
}

# Catches waiting for what is plainly wrong.
test_hopeless() {
	get http://127.0.0.1:1/ http:// ftp://127.0.0.1/ 'http://no such host/' file:///etc/passwd
	is "the errors" "$(echo "$out" | grep -c '^error: ')" 5
	lacks "the errors" "$out" "tries"
	contains "the first" "$(echo "$out" | head -n 1)" "connect"
}

run_tests "$@"
