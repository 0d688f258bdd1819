/*
 * Reading regrtest logs against ripgrep: one thread, the same bytes, the nine warning
 * patterns of CPython's buildbots.  A corpus of CORPUS_MB (default 200) is made of
 * the samples, and of ../shared/samples where that is there.  Prints MB/s and the ratio
 * of processor times of this program (reading alone, with all rules) and of rg -c.
 */
#include "common/base.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/vec.h"
#include "triage/reader.h"
#include "triage/warn.h"

enum { CHUNK = 64 << 10, ROUNDS = 3 };

static const char collect_logs[] =
	"for f in tests/data/triage/regrtest/[0-9]*; do case $f in *.want) ;; *) cat \"$f\"; esac; done >%s/own;"
	"for f in ../shared/samples/regrtest*/*.log.gz; do [ ! -e \"$f\" ] || gzip -dc \"$f\"; done >%s/shared";

static const char rg[] =
	"rg -a -c -j1 -e 'Warning -- ' -e 'Fatal Python error:' -e 'Exception ignored in:' -e 'Windows fatal exception:'"
	" -e ResourceWarning -e 'Re-running failed tests in verbose mode' -e 'Re-running test .* in verbose mode'"
	" -e 'Unhandled exception in thread started by ' -e 'test_[^ ]+ leaked ' %s/corpus >/dev/null";

static void
run(const char *fmt, const char *dir)
{
	struct str command = STR_INIT(STR_LINE);
	struct span rest = span_of(fmt);
	size_t at;

	while ((at = span_find(rest, "%s")) < rest.n) {
		str_add(&command, rest.p, at);
		str_adds(&command, dir);
		rest = span_from(rest, at + 2);
	}
	str_addspan(&command, rest);
	if (system(str_c(&command)) != 0)
		printf("failed: %s\n", str_c(&command));
	str_release(&command);
}

static double
seconds_of(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Appends the file to the corpus until that has so many bytes. */
static uint64_t
fill(const char *dir, const char *part, uint64_t want)
{
	struct str text = STR_INIT(STR_FILE);
	char path[300], chunk[CHUNK];
	uint64_t made = 0;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, part);
	f = fopen(path, "r");
	while (f && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		str_add(&text, chunk, n);
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "%s/corpus", dir);
	f = fopen(path, "a");
	while (f && text.n && made < want)
		made += fwrite(text.p, 1, text.n, f);
	if (f)
		fclose(f);
	str_release(&text);
	return made;
}

static void
read_corpus(const char *path, struct warn *warn, uint64_t *n_attempts)
{
	struct collect c = COLLECT_INIT;
	struct reader_input in = { .to = &c, .path = path, .warn = warn };
	struct reader_stream r;
	char *chunk = xmalloc(CHUNK);
	FILE *f = fopen(path, "r");
	size_t n, i, k;

	setvbuf(f, NULL, _IONBF, 0);
	reader_start(&r, reader_find("regrtest"), &in, STRIP_PLAIN);
	while ((n = fread(chunk, 1, CHUNK, f)) > 0) {
		reader_feed(&r, (struct span){ chunk, n }, NULL);
		/* Done runs go to the store, one by one. */
		while (c.runs.n > 1) {
			struct collect done = COLLECT_INIT;

			for (k = 0; k < c.runs.p[0]->tests.n; k++)
				*n_attempts += c.runs.p[0]->tests.p[k].attempts.n;
			vec_push(&done.runs, c.runs.p[0]);
			collect_release(&done);
			for (i = 1; i < c.runs.n; i++)
				c.runs.p[i - 1] = c.runs.p[i];
			c.runs.n--;
		}
	}
	fclose(f);
	reader_finish(&r, NULL);
	reader_release(&r);
	collect_release(&c);
	free(chunk);
}

int
main(void)
{
	char dir[] = "/tmp/read_regrtest.XXXXXX", path[300];
	const char *mb = getenv("CORPUS_MB");
	uint64_t want = (uint64_t)(mb ? atol(mb) : 200) << 20, got, n_attempts = 0;
	struct warn *warn = warn_load(NULL, NULL);
	double mine = 1e9, theirs = 1e9, t;
	int i;

	assert(mkdtemp(dir) && warn);
	run(collect_logs, dir);
	got = fill(dir, "shared", want);
	if (got < want)
		got += fill(dir, "own", got < want ? want - got : 0);
	snprintf(path, sizeof(path), "%s/corpus", dir);
	for (i = 0; i < ROUNDS; i++) {
		t = seconds_of(RUSAGE_CHILDREN);
		run(rg, dir);
		t = seconds_of(RUSAGE_CHILDREN) - t;
		theirs = t < theirs ? t : theirs;
		n_attempts = 0;
		t = seconds_of(RUSAGE_SELF);
		read_corpus(path, warn, &n_attempts);
		t = seconds_of(RUSAGE_SELF) - t;
		mine = t < mine ? t : mine;
	}
	printf("corpus       %6.0f MB, %llu attempts\n", (double)got / 1e6, (unsigned long long)n_attempts);
	printf("rg -c        %6.0f MB/s\n", (double)got / 1e6 / theirs);
	printf("reading      %6.0f MB/s, %.2f times rg\n", (double)got / 1e6 / mine, theirs / mine);
	run("rm -rf %s", dir);
	warn_free(warn);
	return 0;
}
