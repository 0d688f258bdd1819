/*
 * Small histories made by hand, for the tests of the store: a build's tests are
 * written as "test=LETTERS" with blanks between, '+' before a re-run.
 */
#include "tests/unit/check.h"

#include <unistd.h>

#include "triage/collect.h"
#include "triage/store.h"

static char path[4096];

static UNUSED struct store *
fresh(void)
{
	const char *folder = getenv("TMPDIR");
	struct store *s;
	struct err e = ERR_INIT;
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[5000];

	snprintf(path, sizeof(path), "%s/store.db", folder ? folder : "/tmp");
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	s = store_open(path, STORE_WRITE, &e);
	CHECK_STR(e.msg, "");
	return s;
}

static UNUSED struct store *
reopened(struct store *s)
{
	struct err e = ERR_INIT;

	store_close(s);
	s = store_open(path, STORE_WRITE, &e);
	CHECK_STR(e.msg, "");
	return s;
}

/* What a build is made of: "test=LETTERS" with blanks between; '+' before a re-run. */
struct made {
	struct build b;
	struct collect c;
};

static void
make_tests(struct collect *c, const char *tests)
{
	struct span rest = span_of(tests), word, name;
	bool rerun;

	collect_next_run(c);
	while (span_next(&rest, ' ', &word)) {
		span_next(&word, '=', &name);
		rerun = false;
		for (size_t i = 0; i < word.n; i++) {
			struct seen seen = { .name = name, .rerun = rerun, .micros = 1234567, .has_micros = true,
			                     .load = 2.5f, .has_load = true };

			if (word.p[i] == '+') {
				rerun = true;
				continue;
			}
			seen.outcome = outcome_of_letter(word.p[i]);
			if (outcome_evidence(seen.outcome) == EVIDENCE_FAIL)
				seen.message = span_of("ValueError: 17 is wrong");
			collect_attempt(c, &seen);
			rerun = false;
		}
	}
}

static UNUSED enum store_put
put(struct store *s, const char *builder, const char *number, int64_t started, const char *revision,
    const char *tests)
{
	struct made m = { .c = COLLECT_INIT };
	struct err e = ERR_INIT;
	enum store_put how = STORE_PUT_SAME;

	m.b = (struct build){ .source = span_of("test"), .builder = span_of(builder),
		.branch = span_of("main"), .number = span_of(number), .started = started,
		.revision = span_of(revision), .worker = span_of("w1"), .url = span_of("http://x/12/34") };
	if (tests) {
		make_tests(&m.c, tests);
		m.b.run = collect_run(&m.c);
	} else {
		m.b.log_lost = true;
	}
	CHECK_INT(store_put(s, &m.b, &how, &e), 0);
	CHECK_STR(e.msg, "");
	collect_release(&m.c);
	return how;
}
