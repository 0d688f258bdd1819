/*
 * Walks the table of frameworks: each row is complete, knows its commands
 * among all others', and reads its samples (tests/data/fw/README) the same
 * however they are cut.
 */
#include "tests/unit/check.h"

#include <dirent.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/fw.h"
#include "common/lines.h"

enum { MAX_LINES = 64, CUTS = 150 };

static const char root[] = "tests/data/fw";
static const char *row_name, *case_name; /* under test, for messages */

/* ---- files ---- */

static bool
slurp(struct str *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool
slurp(struct str *out, const char *fmt, ...)
{
	char path[4096], chunk[4096];
	va_list ap;
	size_t n;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	str_clear(out);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		str_add(out, chunk, n);
	fclose(f);
	return true;
}

static void
spill(const char *path, struct span bytes)
{
	FILE *f = fopen(path, "w");

	assert(f);
	fwrite(bytes.p ? bytes.p : "", 1, bytes.n, f);
	fclose(f);
}

/* Words at blanks, NULL at the end; all in mem. */
static const char **
words(struct arena *mem, struct span line)
{
	struct argv_builder b = { mem, VEC_INIT };
	struct span word;

	while (span_next(&line, ' ', &word)) {
		if (word.n)
			argv_addf(&b, "%.*s", span_is(word, "''") ? 0 : (int)word.n, word.p);
	}
	return argv_done(&b);
}

/* ---- commands ---- */

static struct fw_command
command_of(const char **argv)
{
	return (struct fw_command){ .argv = argv, .cwd = "/nonexistent", .dir = "/nonexistent",
	                            .note = STR_INIT(STR_LINE) };
}

static void
command_release(struct fw_command *c)
{
	arena_release(&c->mem);
	str_release(&c->note);
}

/* Catches a row that claims another's command, or does not know its own. */
static void
test_detect(const struct framework *fw)
{
	struct str text = STR_INIT(STR_LINE);
	struct arena mem = ARENA_INIT;
	struct span rest, line;
	unsigned n_own = 0;

	if (!CHECK(slurp(&text, "%s/%s/commands", root, fw->name)))
		printf("  there is no %s/%s/commands\n", root, fw->name);
	rest = str_span(&text);
	while (span_next(&rest, '\n', &line)) {
		struct fw_command c;
		const struct framework *got;

		if (!span_starts(line, "+ ") && !span_starts(line, "- "))
			continue;
		c = command_of(words(&mem, span_from(line, 2)));
		got = framework_detect(&c);
		n_own += line.p[0] == '+';
		if (!CHECK((got == fw) == (line.p[0] == '+')))
			printf("  '%.*s' is taken for %s\n", (int)line.n, line.p,
			       got ? got->name : "nothing");
		command_release(&c);
	}
	CHECK(n_own > 0);
	arena_release(&mem);
	str_release(&text);
}

/* Catches a row that lacks something, or two of one name. */
static void
test_row(const struct framework *fw)
{
	size_t i;

	CHECK(fw->name && fw->title && fw->package && fw->detect && fw->list && fw->prepare);
	CHECK(fw->name[strspn(fw->name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
	CHECK(strlen(fw->title) < 70 && strchr(fw->title, '\n') == NULL);
	CHECK(!(fw->flags & (FW_TIMES | FW_EVERY)) || (fw->flags & FW_NAMES));
	CHECK(!(fw->flags & FW_NAMES) || fw->line || fw->finish);
	CHECK(framework_find(fw->name) == fw);
	for (i = 0; frameworks[i]; i++)
		CHECK(frameworks[i] == fw || strcmp(frameworks[i]->name, fw->name) != 0);
}

/* ---- samples ---- */

struct sample {
	const struct framework *fw;
	const char *base;       /* path without the suffix */
	const char **argv;
	struct testlist list;
	struct str out, err;
	struct job_end end;
	struct arena mem;
	const char *dir;        /* the run's folder */
	char tests_path[4096];
};

struct feeding {
	struct fw_command *c;
	struct reading *r;
	const struct framework *fw;
	int stream;
};

static void
give_line(void *data, struct span line)
{
	struct feeding *f = data;
	char *copy = xmemdup0(line.p ? line.p : "", line.n);

	/* Of its own size, so that AddressSanitizer sees a step past the end. */
	memcpy(copy = xrealloc(copy, line.n, 1), line.p ? line.p : "", line.n);
	f->fw->line(f->c, f->r, f->stream, (struct span){ copy, line.n });
	free(copy);
}

static void
give(struct feeding *f, struct span bytes, size_t chunk)
{
	struct lines l;

	lines_init(&l, give_line, f);
	while (bytes.n) {
		size_t n = bytes.n < chunk ? bytes.n : chunk;

		lines_feed(&l, (struct span){ bytes.p, n });
		bytes = span_from(bytes, n);
	}
	lines_finish(&l);
	lines_release(&l);
}

/* Reads the run; returns what finish() did. */
static int
read_run(const struct sample *s, struct reading *r, struct span out, struct span err,
         size_t chunk, const struct job_end *end, const char *dir)
{
	struct fw_command c = command_of(s->argv);
	struct feeding f = { &c, r, s->fw, 1 };
	struct job job = { .id = 1, .argv = s->argv, .dir = dir, .tests_path = s->tests_path };
	struct err e = ERR_INIT;
	char results[4096];
	int ret = 0;

	snprintf(results, sizeof(results), "%s/results", dir);
	job.results_path = results;
	reading_init(r, &s->list);
	if (s->fw->line) {
		give(&f, out, chunk);
		f.stream = 2;
		give(&f, err, chunk);
	}
	if (s->fw->finish)
		ret = s->fw->finish(&c, r, &job, end, &e);
	if (ret < 0 && !CHECK(e.msg[0] != '\0'))
		printf("  an error without a word\n");
	command_release(&c);
	return ret;
}

static void
print_reading(struct str *text, const struct reading *r, int ret)
{
	size_t i;

	for (i = 0; i < r->ends.n; i++) {
		str_addf(text, "%c ", "pfs"[r->ends.p[i].status]);
		str_add_escaped(text, span_of(testlist_name(r->list, r->ends.p[i].test)));
		str_addc(text, '\n');
	}
	if (r->n_strangers)
		str_addf(text, "strangers %u\n", r->n_strangers);
	if (r->message.n)
		str_addf(text, "message %s\n", str_c(&r->message));
	if (r->unresolved)
		str_addf(text, "unresolved %s\n", r->unresolved);
	if (r->whole_failed)
		str_addf(text, "whole%s%s\n", r->whole_kind ? " " : "",
		         r->whole_kind ? r->whole_kind : "");
	if (ret < 0)
		str_adds(text, "error\n");
}

/* By test: 1 passed and never failed. */
static void
passes(const struct reading *r, unsigned char *out, size_t n)
{
	size_t i;

	memset(out, 0, n);
	for (i = 0; i < r->ends.n; i++) {
		if (r->ends.p[i].status == TEST_PASS)
			out[r->ends.p[i].test] |= 1;
		else if (r->ends.p[i].status == TEST_FAIL)
			out[r->ends.p[i].test] |= 2;
	}
}

/* Catches results that depend on where the output was cut. */
static void
test_sample(const struct sample *s)
{
	static const size_t chunks[] = { 4096, 7, 1 };
	struct str want = STR_INIT(STR_FILE), got = STR_INIT(STR_FILE);
	size_t i;

	if (!CHECK(slurp(&want, "%s.expect", s->base)))
		printf("  there is no %s.expect\n", s->base);
	for (i = 0; i < ARRAY_LEN(chunks); i++) {
		struct reading r;
		int ret = read_run(s, &r, str_span(&s->out), str_span(&s->err), chunks[i], &s->end,
		                   s->dir);

		str_clear(&got);
		print_reading(&got, &r, ret);
		if (!CHECK_STR(str_c(&got), str_c(&want)))
			printf("  in %s/%s, chunks of %zu\n", row_name, case_name, chunks[i]);
		reading_release(&r);
	}
	str_release(&want);
	str_release(&got);
}

/* A truncated run must not report a pass that the whole does not hold. */
static void
test_no_new_pass(const struct sample *s, struct span out, struct span err, const char *dir)
{
	static const struct job_end killed = { .how = JOB_SIGNALLED, .code = 9 };
	const struct job_end *ends[] = { &s->end, &killed };
	size_t i, k, n = testlist_count(&s->list);
	unsigned char *whole = xmalloc(n + 1), *part = xmalloc(n + 1);
	struct reading r;

	read_run(s, &r, str_span(&s->out), str_span(&s->err), 4096, &s->end, s->dir);
	passes(&r, whole, n);
	reading_release(&r);
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		read_run(s, &r, out, err, 4096, ends[i], dir);
		passes(&r, part, n);
		for (k = 0; k < n; k++) {
			if (!CHECK(!(part[k] == 1 && !(whole[k] & 1))))
				printf("  in %s/%s after %zu+%zu bytes: %s\n", row_name, case_name,
				       out.n, err.n, testlist_name(&s->list, (uint32_t)k));
		}
		reading_release(&r);
	}
	free(whole);
	free(part);
}

static void
test_prefixes(const struct sample *s)
{
	size_t at, step = s->out.n / CUTS + 1;

	for (at = 0; at < s->out.n; at += step)
		test_no_new_pass(s, (struct span){ s->out.p, at }, (struct span){ NULL, 0 }, s->dir);
	step = s->err.n / CUTS + 1;
	for (at = 0; at < s->err.n; at += step)
		test_no_new_pass(s, str_span(&s->out), (struct span){ s->err.p, at }, s->dir);
}

/* The same for each file that the run left: the others stay whole. */
static void
test_file_prefixes(const struct sample *s)
{
	char scratch[] = "/tmp/frameworks.XXXXXX", path[5000], command[9000];
	struct str bytes = STR_INIT(STR_FILE);
	struct dirent *d;
	DIR *dir = opendir(s->dir);
	size_t at;

	if (dir == NULL)
		goto out;
	assert(mkdtemp(scratch));
	snprintf(command, sizeof(command), "cp -R '%s/.' '%s'", s->dir, scratch);
	CHECK_INT(system(command), 0);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' || !slurp(&bytes, "%s/%s", s->dir, d->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", scratch, d->d_name);
		for (at = 0; at < bytes.n; at += bytes.n / CUTS + 1) {
			spill(path, (struct span){ bytes.p, at });
			test_no_new_pass(s, str_span(&s->out), str_span(&s->err), scratch);
		}
		unlink(path);
		test_no_new_pass(s, str_span(&s->out), str_span(&s->err), scratch);
		spill(path, str_span(&bytes));
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	CHECK_INT(system(command), 0);
	closedir(dir);
out:
	str_release(&bytes);
}

/* ---- loading ---- */

static void
load_end(struct sample *s)
{
	struct str text = STR_INIT(256);

	s->end = (struct job_end){ .id = 1, .how = JOB_EXITED, .load = -1 };
	if (slurp(&text, "%s.end", s->base)) {
		if (sscanf(str_c(&text), "exited %d", &s->end.code) == 1)
			s->end.how = JOB_EXITED;
		else if (sscanf(str_c(&text), "signalled %d", &s->end.code) == 1)
			s->end.how = JOB_SIGNALLED;
		else if (CHECK(span_starts(str_span(&text), "timed-out")))
			s->end.how = JOB_TIMED_OUT;
	}
	str_release(&text);
}

static void
load_command(struct sample *s)
{
	struct str text = STR_INIT(STR_LINE);
	struct span rest, line = { "", 0 };

	if (slurp(&text, "%s.cmd", s->base)) {
		line = span_trim(str_span(&text));
	} else {
		slurp(&text, "%s/%s/commands", root, s->fw->name);
		rest = str_span(&text);
		while (span_next(&rest, '\n', &line) && !span_starts(line, "+ "))
			;
		line = span_from(line, 2);
	}
	s->argv = words(&s->mem, line);
	str_release(&text);
}

static void
walk_sample(const struct framework *fw, const char *base, bool print)
{
	struct sample s = { .fw = fw, .base = base, .list = TESTLIST_INIT, .out = STR_INIT(STR_FILE),
	                    .err = STR_INIT(STR_FILE), .mem = ARENA_INIT };
	struct str text = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	char path[4096];

	slurp(&s.out, "%s.out", base);
	slurp(&s.err, "%s.err", base);
	snprintf(path, sizeof(path), "%s.tests", base);
	if (!CHECK_INT(testlist_read(&s.list, path, &e), 0))
		printf("  %s\n", e.msg);
	snprintf(s.tests_path, sizeof(s.tests_path), "%s.asked", base);
	if (access(s.tests_path, R_OK) < 0)
		snprintf(s.tests_path, sizeof(s.tests_path), "%s", path);
	snprintf(path, sizeof(path), "%s.files", base);
	s.dir = path;
	load_end(&s);
	load_command(&s);
	if (print) {
		struct reading r;

		print_reading(&text, &r, read_run(&s, &r, str_span(&s.out), str_span(&s.err), 4096,
		                                  &s.end, s.dir));
		fputs(str_c(&text), stdout);
		reading_release(&r);
	} else {
		test_sample(&s);
		test_prefixes(&s);
		test_file_prefixes(&s);
	}
	str_release(&text);
	testlist_release(&s.list);
	str_release(&s.out);
	str_release(&s.err);
	arena_release(&s.mem);
}

/* Catches a row whose samples were never read. */
static void
test_has_samples(const struct framework *fw, unsigned n)
{
	if (!CHECK(n > 0))
		printf("  there is no %s/%s/*.out\n", root, fw->name);
}

static void
walk_samples(const struct framework *fw)
{
	char path[2048], base[4096];
	unsigned n = 0;
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", root, fw->name);
	dir = opendir(path);
	while (dir && (d = readdir(dir)) != NULL) {
		size_t len = strlen(d->d_name);

		if (len <= 4 || strcmp(d->d_name + len - 4, ".out") != 0)
			continue;
		case_name = d->d_name;
		snprintf(base, sizeof(base), "%s/%.*s", path, (int)len - 4, d->d_name);
		walk_sample(fw, base, false);
		n++;
	}
	if (dir)
		closedir(dir);
	test_has_samples(fw, n);
}

int
main(int argc, char **argv)
{
	char base[4096], name[64];
	size_t i;

	/* test_frameworks NAME/CASE: print what is read. */
	if (argc == 2 && sscanf(argv[1], "%63[^/]", name) == 1 && framework_find(name)) {
		snprintf(base, sizeof(base), "%s/%s", root, argv[1]);
		walk_sample(framework_find(name), base, true);
		return 0;
	}
	for (i = 0; frameworks[i]; i++) {
		row_name = frameworks[i]->name;
		test_row(frameworks[i]);
		test_detect(frameworks[i]);
		walk_samples(frameworks[i]);
	}
	CHECK(framework_find("no such") == NULL);
	return check_done();
}
