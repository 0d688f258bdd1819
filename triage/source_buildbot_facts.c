/* What a Buildbot's database and its REST interface share, without I/O: see source_buildbot_in.h. */
#include "common/base.h"
#include "triage/source_buildbot_in.h"

#include <strings.h>

static const double year_10000 = 253402300800.0;

int64_t
bb_time(double seconds)
{
	return seconds >= 1 && seconds < year_10000 ? (int64_t)seconds : 0;
}

struct span
bb_copy(struct arena *mem, struct span text)
{
	return (struct span){ arena_copy(mem, text.p ? text.p : "", text.n), text.n };
}

/* ---- properties ---- */

static struct span
text_of(const struct json *value, struct arena *mem)
{
	struct span text = { "", 0 };

	json_text(value, &text);
	return bb_copy(mem, span_trim(text));
}

struct taking {
	struct bb_build *b;
	struct arena *mem;
};

static void
take_codebase(void *data, struct span codebase, const struct json *value)
{
	struct taking *t = data;
	struct bb_stamp one = { .codebase = bb_copy(t->mem, codebase), .revision = text_of(value, t->mem) };

	if (one.revision.n)
		vec_push(&t->b->got, one);
}

/* A text, or an object with one for each codebase. */
static void
take_got(struct bb_build *b, const struct json *value, struct arena *mem)
{
	struct taking t = { b, mem };
	struct span text;

	vec_clear(&b->got);
	if (json_text(value, &text))
		take_codebase(&t, (struct span){ "", 0 }, value);
	else
		json_each(value, take_codebase, &t);
}

void
bb_property(struct bb_build *b, struct span name, const struct json *value, struct arena *mem)
{
	if (value == NULL)
		return;
	if (span_is(name, "got_revision"))
		take_got(b, value, mem);
	else if (span_is(name, "branch"))
		b->branch = text_of(value, mem);
	else if (span_is(name, "revision"))
		b->revision = text_of(value, mem);
	else if (span_is(name, "workername") || (span_is(name, "slavename") && b->worker.n == 0))
		b->worker = text_of(value, mem);
}

bool
bb_needs_stamps(const struct bb_build *b)
{
	bool one = b->got.n == 1 && b->got.p[0].codebase.n == 0;

	return b->branch.p == NULL || (!one && b->got.n > 0) || (!one && b->revision.p == NULL);
}

/* The one of that codebase; NULL: none. */
static const struct bb_stamp *
of_codebase(const struct bb_stamp *all, size_t n, struct span codebase)
{
	for (size_t i = 0; i < n; i++) {
		if (all[i].codebase.n == codebase.n &&
		    (codebase.n == 0 || memcmp(all[i].codebase.p, codebase.p, codebase.n) == 0))
			return &all[i];
	}
	return NULL;
}

void
bb_revision(const struct bb_build *b, struct span *branch, struct span *revision)
{
	const struct span unnamed = { "", 0 };
	const struct bb_stamp *got = of_codebase(b->got.p, b->got.n, unnamed);
	const struct bb_stamp *stamp = of_codebase(b->stamps.p, b->stamps.n, got ? got->codebase : unnamed);

	if (stamp == NULL && b->stamps.n)
		stamp = &b->stamps.p[0];
	if (got == NULL && stamp)
		got = of_codebase(b->got.p, b->got.n, stamp->codebase);
	if (got == NULL && b->got.n) {
		got = &b->got.p[0];
		stamp = of_codebase(b->stamps.p, b->stamps.n, got->codebase);
	}
	*revision = got ? got->revision : b->revision.n ? b->revision : stamp ? stamp->revision : unnamed;
	*branch = b->branch.n ? b->branch : stamp ? stamp->branch : unnamed;
	if (branch->p == NULL)
		*branch = unnamed;
	if (revision->p == NULL)
		*revision = unnamed;
}

/* ---- which logs ---- */

bool
bb_tests_matter(int results)
{
	enum build_result r = build_result_of_buildbot(results);

	return r == BUILD_SUCCESS || r == BUILD_WARNINGS || r == BUILD_FAILURE;
}

/* First words of steps that run no tests: sources, preparation, files sent about. */
static const char *const idle_steps[] = {
	"git", "svn", "hg", "mercurial", "cvs", "bzr", "darcs", "monotone", "p4", "repo", "gitlab", "github",
	"checkout", "fetch", "update", "worker_preparation", "buildslave_preparation", "configure",
	"compile", "setproperty", "setproperties", "setpropertyfromcommand", "set_property", "upload",
	"download", "fileupload", "filedownload", "directoryupload", "stringdownload", "jsonstringdownload",
	"transfer", "clean", "mkdir", "rmdir", "makedirectory", "removedirectory", "copydirectory",
	"trigger", "pythoninfo",
};

/* Logs that hold no results of their own: copies of lines, what the master says. */
static const char *const idle_logs[] = {
	"warnings", "problems", "property changes", "properties", "err.text", "err.html", "environ",
	"patch", "cancelled", "interrupt", "changes", "preparation",
};

/* Does text begin with one of the words, and go on with no letter? */
static bool
begins_with(struct span text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		char next = text.n > len ? text.p[len] : ' ';
		if (text.n >= len && strncasecmp(text.p, words[i], len) == 0 &&
		    !((next | 32) >= 'a' && (next | 32) <= 'z'))
			return true;
	}
	return false;
}

bool
bb_step_matters(struct span step)
{
	for (size_t i = 0; i + 4 <= step.n; i++) {
		if (strncasecmp(step.p + i, "test", 4) == 0)
			return true;
	}
	return !begins_with(step, idle_steps, ARRAY_LEN(idle_steps));
}

bool
bb_log_matters(struct span log, char type)
{
	return type != 'h' && !begins_with(log, idle_logs, ARRAY_LEN(idle_logs));
}

/* ---- lines ---- */

size_t
bb_strip(char *p, size_t n)
{
	char *from = p, *end = p + n, *to = p;

	while (from < end) {
		char *nl = memchr(from, '\n', (size_t)(end - from));
		char *next = nl ? nl + 1 : end;
		size_t len = (size_t)(next - from);

		if (*from == '\n') {
			*to++ = '\n';
		} else if (*from != 'h') {
			memmove(to, from + 1, len - 1);
			to += len - 1;
		}
		from = next;
	}
	return (size_t)(to - p);
}

size_t
bb_count_lines(struct span text)
{
	return span_count(text, '\n') + (text.n && text.p[text.n - 1] != '\n');
}

struct span
bb_skip_lines(struct span text, int64_t n)
{
	for (; n > 0 && text.n; n--) {
		const char *nl = memchr(text.p, '\n', text.n);
		text = span_from(text, nl ? (size_t)(nl - text.p) + 1 : text.n);
	}
	return text;
}

/* ---- builds ---- */

void
bb_describe(const struct bb_build *b, struct str *out)
{
	str_clear(out);
	str_addf(out, "%lld %lld %lld", (long long)b->id, (long long)b->number, (long long)b->started);
}

bool
bb_is_before(const struct bb_build *b, int64_t since)
{
	return b->started && b->started < since;
}

void
bb_page_clear(struct bb_page *page)
{
	for (size_t i = 0; i < page->builds.n; i++) {
		struct bb_build *b = &page->builds.p[i];
		vec_release(&b->got);
		vec_release(&b->stamps);
		vec_release(&b->logs);
	}
	vec_release(&page->builds);
	arena_release(&page->mem);
}

struct bb_build *
bb_page_add(struct bb_page *page)
{
	const struct bb_build empty = {
		.builder_id = -1, .worker_id = -1, .request_id = -1, .results = -1,
	};

	vec_push(&page->builds, empty);
	return &page->builds.p[page->builds.n - 1];
}
