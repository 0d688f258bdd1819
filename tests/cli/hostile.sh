#!/usr/bin/env bash
# Names and messages that are out for harm: markup, SQL, terminal escapes, line feeds, 64 KB.  No command
# may print them so in any format.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

make_builds() {
	python3 - <<-'END' || fail "the builds"
		import json
		evil = ["<script>alert(1)</script><img src=x onerror=alert(2)>", "'); DROP TABLE tests;--", "\x1b]0;evil\x07\x1b[2J",
		        "line1\nline2\r\nFAILED fake", "\u202egnp.exe", "](javascript:alert(1)) [x](http://evil)", "| a | b |\n| - | - |",
		        "`code` ``` fence", "%s%n%d", "\x00nul\x00", "x" * 60000, "<" * 30000, "--help", "\t\x08\x7f\x9b31m",
		        "</title></style><svg onload=alert(1)>", "'\" onmouseover=alert(1) x=\"", ""]
		for n in range(1, 10):
		    with open(f"build-{n}.json", "w") as f:
		        def event(action, i, **more):
		            print(json.dumps(dict(Action=action, Package="p", Test=evil[i], **more)), file=f)
		        for i, name in enumerate(evil):
		            bad = (n + i) % 3 == 0
		            event("run", i, Time=f"2026-11-{n + 10}T00:00:00Z")
		            if bad:
		                event("output", i, Output=f"Error: {name[:3000]}\n")
		            event("fail" if bad else "pass", i)
		        print('{"Action":"fail","Package":"p"}', file=f)
	END
}

# What no output may hold, whatever names there are.
look_at() { # FILE...
	python3 - "$@" <<-'END' || fail "$*"
		import html.parser, json, re, sys
		fine = set("html head meta title style body main header footer section h1 h2 h3 p table thead tbody tr th td svg path rect g "
		           "text line circle polyline polygon a span div ul li small code pre details summary b em strong br".split())
		class Page(html.parser.HTMLParser):
		    def handle_starttag(self, tag, attrs):
		        assert tag in fine, tag
		        for key, value in attrs:
		            assert not key.startswith("on"), key
		            assert key not in ("href", "src") or value.startswith(("#", "http://", "https://")), value
		for path in sys.argv[1:]:
		    text = open(path, "rb").read().decode("utf-8")  # valid, too
		    bad = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
		    assert not bad, (path, bad[:5])
		    if path.endswith(".json") and text:
		        json.loads(text)
		    if path.endswith(".html"):
		        Page().feed(text)
		    if path.endswith(".markdown"):
		        assert not re.search(r"<(script|img|svg|b onclick)|(?<!\\)\]\(javascript", text), path
	END
}

test_names_in_every_format() {
	local format facts
	facts=(--builder $'<b onclick=alert(3)>|`x`\nnew' --branch $'m\x1b[31mai<n>' --worker '<w>' --revision $'abc\'"<i>')

	make_builds
	succeeds "$FT" ingest --db h.db "${facts[@]}" build-*.json
	cat "$OUT" "$ERR" >ingest.text
	succeeds "$FT" known add --db h.db --issue 'https://x/"><script>' --note $'<b>\x1b[31m\nnote' --test '*javascript*'
	cat "$OUT" >known.text
	for format in text markdown html json; do
		"$FT" report --db h.db --since 100d --until 2026-11-26 --format "$format" >"report.$format" 2>&1 || fail report
		"$FT" answer --db h.db $'<b onclick=alert(3)>|`x`\nnew/9' --format "$format" >"answer.$format" || fail answer
		"$FT" blame --db h.db 'DROP TABLE' --format "$format" >"blame.$format" 2>"blame-$format.text"
		"$FT" fixes --db h.db 'DROP TABLE' --format "$format" >"fixes.$format" 2>"fixes-$format.text"
		for part in '<script>' 'DROP' 'gnp.exe' 'fence' 'xxxx' '</title>' 'line1'; do
			"$FT" history --db h.db --explain --format "$format" "$part" >"history-${part//[^a-zA-Z]/}.$format" || fail "history $part"
		done
	done
	"$FT" known list --db h.db --json >known.json || fail "known list"
	"$FT" priors --db h.db >priors.json || fail priors
	"$FT" history --db h.db $'no such \x1b[31m\xc2\x9b test' >no.text 2>&1
	look_at *.text *.markdown *.html known.json priors.json report.json answer.json history-*.json
}

run_tests "$@"
