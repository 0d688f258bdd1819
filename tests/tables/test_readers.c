/*
 * Walks the table of result formats: each row is complete, is found from the
 * content of its samples (tests/data/triage/README) and reads them the same
 * however they are cut; no part of a sample holds a pass that the whole does not.
 */
#include "tests/unit/check.h"

#include <dirent.h>

#include "common/fs.h"
#include "triage/reader.h"
#include "triage/warn.h"

enum { CUTS = 300 };

static const char root[] = "tests/data/triage";
static const char *row_name, *case_name; /* under test, for messages */
static struct warn *rules;

static bool
slurp(struct str *out, const char *path)
{
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	str_clear(out);
	if (f == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		str_add(out, chunk, n);
	fclose(f);
	return true;
}

/* ---- rows ---- */

/* Catches a row that lacks something, or two of one name. */
static void
test_row(const struct reader *row)
{
	size_t i;

	CHECK(row->name && row->title && row->detect);
	CHECK(row->refused || (row->start && row->feed && row->finish && row->free));
	CHECK(row->name[strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
	CHECK(strlen(row->title) < 70 && strchr(row->title, '\n') == NULL);
	CHECK(reader_find(row->name) == row);
	CHECK_INT(row->detect((struct span){ "", 0 }, ""), 0);
	for (i = 0; readers[i]; i++)
		CHECK(readers[i] == row || strcmp(readers[i]->name, row->name) != 0);
}

/* Catches a row that claims what is of another format. */
static void
test_others(const struct reader *row)
{
	struct str text = STR_INIT(STR_FILE), plain = STR_INIT(STR_FILE);
	struct span rest, line;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s/others", root, row->name);
	slurp(&text, path);
	rest = str_span(&text);
	while (span_next(&rest, '\n', &line)) {
		str_clear(&plain);
		str_add_unescaped(&plain, line);
		if (!CHECK(reader_detect(str_span(&plain), str_c(&plain)) != row))
			printf("  '%s' is taken for %s\n", str_c(&plain), row->name);
	}
	str_release(&text);
	str_release(&plain);
}

/* ---- reading ---- */

/* Reads the bytes in chunks, each of its own size in memory, so that AddressSanitizer
 * sees a step past the end; what feed and finish came to. */
static int
read_chunks(const struct reader *row, struct collect *to, struct span bytes, size_t chunk, struct err *e)
{
	struct reader_input in = { .to = to, .path = case_name, .warn = rules };
	struct reader_stream r;
	int ret = 0;

	reader_start(&r, row, &in, STRIP_PLAIN);
	while (ret == 0 && bytes.n) {
		size_t n = bytes.n < chunk ? bytes.n : chunk;
		char *copy = xrealloc(NULL, n, 1);

		memcpy(copy, bytes.p, n);
		ret = reader_feed(&r, (struct span){ copy, n }, e);
		free(copy);
		bytes = span_from(bytes, n);
	}
	if (ret == 0)
		ret = reader_finish(&r, e);
	reader_release(&r);
	return ret;
}

static void
print_test(struct str *out, const struct run_test *t)
{
	bool rerun = false;
	size_t i;

	for (i = 0; i < t->attempts.n; i++) {
		if (t->attempts.p[i].rerun != rerun)
			str_adds(out, "+");
		rerun = t->attempts.p[i].rerun;
		str_addc(out, outcome_letter(t->attempts.p[i].outcome));
	}
	str_addc(out, ' ');
	str_add_escaped(out, t->name);
	str_addc(out, '\n');
	if (t->file.n) {
		str_adds(out, "  = ");
		str_add_escaped(out, t->file);
		str_addc(out, '\n');
	}
	if (t->message.n) {
		str_adds(out, "  | ");
		str_add_escaped(out, t->message);
		str_addc(out, '\n');
	}
}

static void
print_facts(struct str *out, const struct run *r)
{
	static const char *const verdicts[] = { "unknown", "passed", "failed", "stopped" };

	str_addf(out, "run %s%s", verdicts[r->verdict], r->truncated ? " truncated" : "");
	if (r->n_jobs)
		str_addf(out, " jobs=%u", r->n_jobs);
	if (r->n_processors)
		str_addf(out, " cpus=%u", r->n_processors);
	if (r->seed.n)
		str_addf(out, " seed=%.*s", (int)r->seed.n, r->seed.p);
	if (r->micros >= 0)
		str_addf(out, " micros=%lld", (long long)r->micros);
	if (r->started)
		str_addf(out, " started=%lld", (long long)r->started);
	str_addc(out, '\n');
}

static void
print_runs(struct str *out, const struct collect *c, int ret, const struct err *e)
{
	size_t i, k;

	for (i = 0; i < c->runs.n; i++) {
		const struct run *r = c->runs.p[i];

		print_facts(out, r);
		for (k = 0; k < r->tests.n; k++)
			print_test(out, &r->tests.p[k]);
		for (k = 0; k < r->warnings.n; k++) {
			const struct run_warning *w = &r->warnings.p[k];

			str_addf(out, "warning %.*s ", (int)w->rule.n, w->rule.p);
			str_add_escaped(out, w->test < r->tests.n ? r->tests.p[w->test].name : span_of("-"));
			str_addc(out, ' ');
			str_add_escaped(out, w->line);
			str_addc(out, '\n');
		}
		for (k = 0; k < r->unread.n; k++) {
			str_adds(out, "unread ");
			str_add_escaped(out, r->unread.p[k]);
			str_addc(out, '\n');
		}
	}
	if (ret < 0)
		str_addf(out, "error %s\n", e->msg);
}

/* Catches results that depend on where the input was cut. */
static void
test_chunks(const struct reader *row, struct span bytes, const char *want)
{
	static const size_t chunks[] = { SIZE_MAX, 4096, 7, 1 };
	struct str got = STR_INIT(STR_FILE);
	size_t i;

	for (i = 0; i < ARRAY_LEN(chunks); i++) {
		struct collect c = COLLECT_INIT;
		struct err e = ERR_INIT;
		int ret = read_chunks(row, &c, bytes, chunks[i], &e);

		str_clear(&got);
		print_runs(&got, &c, ret, &e);
		if (!CHECK_STR(str_c(&got), want))
			printf("  in %s/%s, chunks of %zu\n", row_name, case_name, chunks[i]);
		CHECK(ret == 0 || e.msg[0]);
		collect_release(&c);
	}
	str_release(&got);
}

static uint32_t
count_passes(const struct collect *c, struct span name)
{
	uint32_t n = 0;
	size_t i, k, a;

	for (i = 0; i < c->runs.n; i++) {
		for (k = 0; k < c->runs.p[i]->tests.n; k++) {
			const struct run_test *t = &c->runs.p[i]->tests.p[k];

			if (t->name.n != name.n || memcmp(t->name.p, name.p, name.n) != 0)
				continue;
			for (a = 0; a < t->attempts.n; a++)
				n += outcome_evidence(t->attempts.p[a].outcome) == EVIDENCE_PASS;
		}
	}
	return n;
}

/* Catches a pass that nothing says: a truncated input holds no more of them than the whole. */
static void
test_prefix(const struct reader *row, const struct collect *whole, struct span part)
{
	struct collect c = COLLECT_INIT;
	struct err e = ERR_INIT;
	size_t i, k;
	int ret = read_chunks(row, &c, part, 4096, &e);

	CHECK(ret == 0 || e.msg[0]);
	for (i = 0; i < c.runs.n; i++) {
		CHECK(c.runs.p[i]->verdict <= RUN_STOPPED);
		for (k = 0; k < c.runs.p[i]->tests.n; k++) {
			struct span name = c.runs.p[i]->tests.p[k].name;

			if (!CHECK(count_passes(&c, name) <= count_passes(whole, name)))
				printf("  in %s/%s after %zu bytes: %.*s\n", row_name, case_name, part.n,
				       (int)name.n, name.p);
		}
	}
	collect_release(&c);
}

static void
test_prefixes(const struct reader *row, struct span bytes)
{
	struct collect whole = COLLECT_INIT;
	struct err e = ERR_INIT;
	size_t at;

	read_chunks(row, &whole, bytes, 4096, &e);
	for (at = 0; at < bytes.n; at += bytes.n / CUTS + 1)
		test_prefix(row, &whole, (struct span){ bytes.p, at });
	collect_release(&whole);
}

/* ---- samples ---- */

static void
test_detected(const struct reader *row, struct span bytes)
{
	const struct reader *got = reader_detect(bytes, case_name);

	if (!CHECK(got == row))
		printf("  %s/%s is taken for %s\n", row_name, case_name, got ? got->name : "nothing");
}

static void
walk_sample(const struct reader *row, const char *path)
{
	struct str bytes = STR_INIT(STR_FILE), want = STR_INIT(STR_FILE);
	char path_want[4200];

	snprintf(path_want, sizeof(path_want), "%s.want", path);
	if (!CHECK(slurp(&bytes, path)))
		printf("  %s cannot be read\n", path);
	test_detected(row, str_span(&bytes));
	if (row->refused == NULL) {
		if (!CHECK(slurp(&want, path_want)))
			printf("  there is no %s\n", path_want);
		test_chunks(row, str_span(&bytes), str_c(&want));
		test_prefixes(row, str_span(&bytes));
	}
	str_release(&bytes);
	str_release(&want);
}

/* Catches a row whose samples were never read. */
static void
test_has_samples(const struct reader *row, unsigned n)
{
	if (!CHECK(n > 0))
		printf("  there is nothing in %s/%s\n", root, row->name);
}

static void
walk_samples(const struct reader *row)
{
	char dir[2048], path[4096];
	unsigned n = 0;
	struct dirent *d;
	DIR *open;

	snprintf(dir, sizeof(dir), "%s/%s", root, row->name);
	open = opendir(dir);
	while (open && (d = readdir(open)) != NULL) {
		if (d->d_name[0] == '.' || span_ends(span_of(d->d_name), ".want") || strcmp(d->d_name, "others") == 0)
			continue;
		case_name = d->d_name;
		snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
		walk_sample(row, path);
		n++;
	}
	if (open)
		closedir(open);
	test_has_samples(row, n);
}

/* Prints what is read of a file: for a new .want. */
static int
print_file(const struct reader *row, const char *path)
{
	struct str bytes = STR_INIT(STR_FILE), got = STR_INIT(STR_FILE);
	struct collect c = COLLECT_INIT;
	struct err e = ERR_INIT;
	int ret;

	case_name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (!slurp(&bytes, path))
		return 1;
	if (row == NULL)
		row = reader_detect(str_span(&bytes), path);
	if (row == NULL || row->refused) {
		printf("%s\n", row ? row->refused : "no format is known that it is in");
		return 1;
	}
	ret = read_chunks(row, &c, str_span(&bytes), 4096, &e);
	print_runs(&got, &c, ret, &e);
	fputs(str_c(&got), stdout);
	collect_release(&c);
	str_release(&bytes);
	str_release(&got);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	size_t i;

	rules = warn_load(NULL, &e);
	if (!CHECK(rules != NULL))
		printf("  %s\n", e.msg);
	/* test_readers FORMAT/NAME, or any path: print what is read. */
	if (argc == 2) {
		char name[64] = "", path[4096];

		sscanf(argv[1], "%63[^/]", name);
		snprintf(path, sizeof(path), "%s/%s", root, argv[1]);
		return print_file(reader_find(name), reader_find(name) ? path : argv[1]);
	}
	for (i = 0; readers[i]; i++) {
		row_name = readers[i]->name;
		test_row(readers[i]);
		test_others(readers[i]);
		walk_samples(readers[i]);
	}
	CHECK(reader_find("no such") == NULL);
	warn_free(rules);
	return check_done();
}
