/*
 * Report and history from a store made by hand, in every format: what they say, and that
 * hostile names are harmless.
 */
#include "tests/unit/check.h"

#include <unistd.h>

#include "common/json.h"
#include "triage/collect.h"
#include "triage/doc_escape.h"
#include "triage/render.h"

enum { DAY = 86400, NOW = 1764110000, BUILDS = 60 };

static char path[4096];
static struct store *store;

static void
fresh(void)
{
	const char *folder = getenv("TMPDIR");
	struct err e = ERR_INIT;
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(path, sizeof(path), "%s/answers.db%s", folder ? folder : "/tmp", ends[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/answers.db", folder ? folder : "/tmp");
	store = store_open(path, STORE_WRITE, &e);
	CHECK_STR(e.msg, "");
}

/* How tests do, a letter a build: P, F (failed), R (passed on a re-run), '.' not run. */
struct told { struct span name; const char *cells, *message; };

static void
put_build(const char *builder, const struct told *tests, size_t n, unsigned at)
{
	struct collect c = COLLECT_INIT;
	struct build b = { .source = span_of("test"), .builder = span_of(builder), .branch = span_of("main"),
	                   .worker = span_of("w1"), .url = span_of("https://ci.example/12") };
	char number[16], revision[48];
	struct err e = ERR_INIT;
	enum store_put how;

	snprintf(number, sizeof(number), "%u", 100 + at);
	snprintf(revision, sizeof(revision), "%08x%032x", 0xabc00000 + at, at);
	b.number = span_of(number);
	b.revision = span_of(revision);
	b.started = NOW - (int64_t)(BUILDS - at) * (DAY / 2);
	b.result = BUILD_SUCCESS;
	collect_next_run(&c);
	for (size_t i = 0; i < n; i++) {
		char cell = tests[i].cells[at];
		struct seen s = { .name = tests[i].name, .outcome = cell == 'P' ? OUTCOME_PASS : OUTCOME_FAIL,
		                  .micros = 2500000, .has_micros = true };

		if (cell == '.')
			continue;
		if (cell != 'P')
			s.message = span_of(tests[i].message);
		collect_attempt(&c, &s);
		if (cell == 'R') {
			s.rerun = true;
			s.outcome = OUTCOME_PASS;
			s.message = span_of("");
			collect_attempt(&c, &s);
		}
		if (cell == 'F')
			b.result = BUILD_FAILURE;
	}
	b.run = collect_run(&c);
	CHECK_INT(store_put(store, &b, &how, &e), 0);
	CHECK_STR(e.msg, "");
	collect_release(&c);
}

#define P10 "PPPPPPPPPP"
#define P50 P10 P10 P10 P10 P10
#define P60 P50 P10

static const char hostile[] =
	"<script>alert(1)</script>\x1b[31m|`[x](javascript:1)`\n'; DROP TABLE tests; --\xe2\x80\xae\xff&amp;\"";
static char huge[60001];

/* 3 news, 1 seen once, 1 known later, hostile names. */
static void
fill(void)
{
	memset(huge, 'h', sizeof(huge) - 1);
	const struct told linux_tests[] = {
		{ span_of("pkg.test_ok"), P60, "" },
		{ span_of("pkg.test_regressed"), P50 "PPPPPFFFFF", "AssertionError: 3 != 4" },
		{ span_of("pkg.test_flaky"), "PPRPPPPRPPPRPPRPPPPPRPPPPPRPPRPPPPPPRPPPRPPPPPRPPPPRPPPPPRPP", "TimeoutError: timed out" },
		{ span_of("pkg.test_new_flake"), P50 "PPPPPPPPRR", "TimeoutError: timed out" },
		{ span_of("pkg.test_once"), P50 "PPPPPPPPPR", "OSError: busy" },
		{ { hostile, sizeof(hostile) - 1 }, P50 "PPPPPPPPRR", hostile },
		{ { huge, sizeof(huge) - 1 }, P50 "PPPPPPPPRR", "OSError: busy" },
	};
	const struct told mac_tests[] = {
		{ span_of("pkg.test_ok"), P60, "" }, { span_of("pkg.test_regressed"), P60, "" },
		{ span_of("pkg.test_flaky"), P60, "" },
	};
	struct err e = ERR_INIT;

	for (unsigned i = 0; i < BUILDS; i++) {
		put_build("linux", linux_tests, ARRAY_LEN(linux_tests), i);
		if (i < 50)
			put_build("<b>mac</b>", mac_tests, ARRAY_LEN(mac_tests), i);
	}
	CHECK_INT(store_flush(store, &e), 0);
	store_close(store);
}

/* ---- pages ---- */

static const struct render_options plain = { false, false }, whole = { true, true };

static void
make_report(struct str *out, const char *format, const struct render_options *ro, bool *news)
{
	struct options o = { .db = path, .since = NOW - 2 * DAY, .until = NOW };
	struct asked *a = xcalloc(1, sizeof(*a));
	struct err e = ERR_INIT;
	struct report r = { .now = 0 };

	CHECK_INT(asked_open(a, &o, 0, &e), 0);
	CHECK_INT(report_gather(&r, a, &o, &e), 0);
	CHECK_STR(e.msg, "");
	render_find(format, NULL)->report(out, &r, ro);
	if (news)
		*news = report_has_news(&r);
	report_release(&r);
	asked_release(a);
	free(a);
}

static void
make_history(struct str *out, const char *format, struct span name, const struct render_options *ro)
{
	struct options o = { .db = path, .until = NOW };
	struct asked *a = xcalloc(1, sizeof(*a));
	struct history *h = xcalloc(1, sizeof(*h));
	struct str near = STR_INIT(STR_FILE);
	char *text = xmemdup0(name.p, name.n);
	struct err e = ERR_INIT;
	uint32_t test = 0;

	CHECK_INT(asked_open(a, &o, 0, &e), 0);
	CHECK_INT(asked_test(a, text, &test, &near, &e), 1);
	CHECK_INT(history_gather(h, a, test, &e), 0);
	CHECK_STR(e.msg, "");
	render_find(format, NULL)->history(out, h, ro);
	str_release(&near);
	asked_release(a);
	free(text);
	free(a);
	free(h);
}

/* No control characters but newlines, no broken UTF-8 left raw, nothing that turns text round. */
static bool
harmless(const struct str *s)
{
	for (size_t i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];

		if ((c < ' ' && c != '\n') || c == 0x7f || c == 0xff)
			return false;
	}
	return strstr(str_c(s), "\xe2\x80\xae") == NULL;
}

static bool
holds(const struct str *s, const char *text)
{
	if (strstr(str_c(s), text))
		return true;
	printf("'%s' is not in:\n%.6000s\n", text, str_c(s));
	return false;
}

/* Catches a section left out, a test in the wrong one, and silence kept silent. */
static void
test_report_text(void)
{
	struct str s = STR_INIT(RENDER_MAX);
	const char *regressions, *flakes, *once;
	bool news = false;

	make_report(&s, "text", &plain, &news);
	CHECK(news && harmless(&s));
	CHECK(holds(&s, "! <b>mac</b> is silent"));
	CHECK(holds(&s, "AssertionError: 3 != 4"));
	CHECK(holds(&s, "FFFFF\n"));
	CHECK(holds(&s, "hhhh... (60000 bytes)"));
	CHECK(strstr(str_c(&s), "test_ok") == NULL);
	regressions = strstr(str_c(&s), "New regressions (1)\n\n  pkg.test_regressed  regressed");
	flakes = strstr(str_c(&s), "New flakes (3)");
	once = strstr(str_c(&s), "Seen once, too few to tell (1)\n");
	CHECK(regressions && flakes && once && regressions < flakes && flakes < once);
	CHECK(strstr(once, "pkg.test_once") != NULL && strstr(flakes, "pkg.test_new_flake") < once);
	CHECK(holds(&s, "Still failing (1)"));
	str_release(&s);
}

/* Catches text from outside that becomes markup. */
static void
test_hostile(void)
{
	static const char *const formats[] = { "text", "markdown", "html" };
	struct span name = { hostile, sizeof(hostile) - 1 };

	for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
		struct str s = STR_INIT(RENDER_MAX);

		make_report(&s, formats[f], &whole, NULL);
		make_history(&s, formats[f], name, &whole);
		make_history(&s, formats[f], (struct span){ huge, sizeof(huge) - 1 }, &whole);
		if (!CHECK(harmless(&s) && s.n < 200000 && !s.over))
			printf("in %s\n", formats[f]);
		if (f > 0)
			CHECK(strstr(str_c(&s), "<script>") == NULL && strstr(str_c(&s), "<b>mac") == NULL);
		if (f == 1)
			CHECK(strstr(str_c(&s), "[x](") == NULL);
		str_release(&s);
	}
}

/* Catches JSON that is none, keys that were promised, and names changed in it. */
static void
test_json(void)
{
	struct str s = STR_INIT(RENDER_MAX);
	struct err e = ERR_INIT;
	struct json *doc;
	struct span text = { NULL, 0 };
	double low = 0, high = 0, unexplained = -1;
	int64_t n = 0;

	make_history(&s, "json", span_of("test_flaky"), &plain);
	doc = json_parse(str_span(&s), &e);
	CHECK_STR(e.msg, "");
	CHECK(json_text(json_find(doc, "test"), &text) && span_is(text, "pkg.test_flaky"));
	CHECK(json_text(json_find(doc, "verdict"), &text) && span_is(text, "flaky"));
	CHECK(json_int(json_find(doc, "runs"), &n) && n == 110);
	CHECK(json_int(json_find(doc, "failed"), &n) && n == 12);
	CHECK(json_int(json_find(doc, "rerun_passes"), &n) && n == 12);
	CHECK(json_number(json_find(json_find(doc, "rate"), "low"), &low) && low > 0.05);
	CHECK(json_number(json_find(json_find(doc, "rate"), "high"), &high) && high < 0.2);
	CHECK(json_count(json_find(doc, "builders")) == 2);
	CHECK(json_int(json_find(json_at(json_find(doc, "messages"), 0), "count"), &n) && n == 12);
	CHECK(json_number(json_find(json_find(doc, "passing_seconds"), "most"), &low));
	CHECK_NEAR(low, 2.5, 1e-9);
	CHECK(json_find(json_find(doc, "since"), "revision") && json_find(json_find(doc, "since"), "build"));
	json_free(doc);
	str_clear(&s);
	make_report(&s, "json", &plain, NULL);
	doc = json_parse(str_span(&s), &e);
	CHECK_STR(e.msg, "");
	CHECK_INT(json_count(json_find(doc, "tests")), 6);
	CHECK(json_int(json_find(json_find(doc, "builds"), "red"), &n) && n == 4);
	CHECK(json_int(json_find(json_find(doc, "builds"), "orange"), &n) && n == 0);
	CHECK(json_number(json_find(doc, "unexplained"), &unexplained) && unexplained >= 0 && unexplained < 0.2);
	CHECK(json_find(doc, "fresh") != NULL);
	CHECK(json_text(json_find(json_at(json_find(doc, "tests"), 0), "change"), &text) &&
	      span_is(text, "new-regression"));
	json_free(doc);
	str_release(&s);
}

/* Catches an abbreviation taken for two tests, or a mistyped one for none. */
static void
test_names(void)
{
	struct options o = { .db = path, .until = NOW };
	struct asked *a = xcalloc(1, sizeof(*a));
	struct str near = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	uint32_t test;

	CHECK_INT(asked_open(a, &o, 0, &e), 0);
	CHECK_INT(asked_test(a, "pkg.test_flaky", &test, &near, &e), 1);
	CHECK_INT(asked_test(a, "test_flaky", &test, &near, &e), 1);
	CHECK_INT(asked_test(a, "regress", &test, &near, &e), 1);
	CHECK_STR(str_c(&near), "");
	CHECK_INT(asked_test(a, "flak", &test, &near, &e), 0);
	CHECK(strstr(str_c(&near), "pkg.test_flaky") && strstr(str_c(&near), "pkg.test_new_flake"));
	str_clear(&near);
	CHECK_INT(asked_test(a, "test_falky", &test, &near, &e), 0);
	CHECK_STR(str_c(&near), "  pkg.test_flaky\n");
	str_clear(&near);
	CHECK_INT(asked_test(a, "", &test, &near, &e), 0);
	CHECK_INT(asked_test(a, "nothing like any", &test, &near, &e), 0);
	CHECK_STR(str_c(&near), "");
	str_release(&near);
	asked_release(a);
	free(a);
}

/* Catches an escape function that lets something through, or loses letters. */
static void
test_escapes(void)
{
	struct str s = STR_INIT(STR_LINE);

	escape_text(&s, (struct span){ "a\x1b[1m\n\xc3\xa9\x80\xe2\x80\xae\xc2\x85z\0y", 17 });
	CHECK_STR(str_c(&s), "a\\x1b[1m\\n\xc3\xa9\\x80\\u202e\\x85z\\x00y");
	str_clear(&s);
	escape_html(&s, span_of("<a href=\"x\" onclick='y'>&amp;"));
	CHECK_STR(str_c(&s), "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;");
	str_clear(&s);
	escape_markdown(&s, span_of("[a](b) *c* `d` <e> @f http://g: h ![i]"));
	CHECK_STR(str_c(&s), "\\[a\\](b) \\*c\\* \\`d\\` &#60;e&#62; &#64;f http\\://g: h \\!\\[i\\]");
	str_release(&s);
}

int
main(void)
{
	fresh();
	fill();
	test_report_text();
	test_hostile();
	test_json();
	test_names();
	test_escapes();
	return check_done();
}
