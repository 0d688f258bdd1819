/*
 * One build on its way into the store: see intake.h.  Here bytes find their
 * reader; what becomes of the runs is in intake_runs.c.
 */
#include "common/base.h"
#include "triage/intake_in.h"

#include <stdarg.h>
#include <stdio.h>

void
intake_remark(struct intake *t, const char *text)
{
	if (t->in->remark)
		t->in->remark(t->in->data, text);
}

/* ---- begin and end ---- */

static struct span
copy(struct intake *t, struct span text)
{
	return (struct span){ arena_copy(&t->mem, text.p, text.n), text.n };
}

struct intake *
intake_new(struct ingest *in, const struct build *facts)
{
	struct intake *t = xcalloc(1, sizeof(*t));

	t->in = in;
	t->head = (struct str)STR_INIT(READER_HEAD);
	t->facts = *facts;
	t->facts.source = copy(t, facts->source);
	t->facts.builder = copy(t, facts->builder);
	t->facts.branch = copy(t, facts->branch);
	t->facts.revision = copy(t, facts->revision);
	t->facts.worker = copy(t, facts->worker);
	t->facts.url = copy(t, facts->url);
	t->facts.number = copy(t, facts->number);
	return t;
}

static void
drop_reader(struct intake *t)
{
	if (t->reader)
		t->reader->free(t->state);
	t->reader = NULL;
	strip_release(&t->strip);
}

void
intake_free(struct intake *t)
{
	size_t i;

	if (t == NULL)
		return;
	drop_reader(t);
	collect_release(&t->to);
	collect_release(&t->own);
	for (i = 0; i < t->runs.n; i++)
		run_free(t->runs.p[i]);
	vec_release(&t->runs);
	str_release(&t->head);
	arena_release(&t->mem);
	free(t);
}

/* ---- the content as a number ---- */

static void
mix(struct intake *t, uint64_t word)
{
	t->hash = (t->hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	t->hash ^= t->hash >> 32;
}

/* Eight bytes at a time, however they come. */
static void
hash_bytes(struct intake *t, struct span bytes)
{
	uint64_t word;

	t->n_bytes += bytes.n;
	while (t->n_tail > 0 && bytes.n) {
		t->tail[t->n_tail++] = bytes.p[0];
		bytes = span_from(bytes, 1);
		if (t->n_tail == sizeof(word)) {
			memcpy(&word, t->tail, sizeof(word));
			mix(t, word);
			t->n_tail = 0;
		}
	}
	for (; bytes.n >= sizeof(word); bytes.p += sizeof(word), bytes.n -= sizeof(word)) {
		memcpy(&word, bytes.p, sizeof(word));
		mix(t, word);
	}
	if (bytes.n) {
		memcpy(t->tail, bytes.p, bytes.n);
		t->n_tail = bytes.n;
	}
}

/* ---- one input ---- */

static void
begin(struct intake *t, const char *path, bool maybe)
{
	drop_reader(t);
	t->path = copy(t, span_of(path)).p;
	t->maybe = maybe;
	t->idle = false;
	t->begun = true;
	str_clear(&t->head);
	mix(t, t->n_bytes);
}

void
intake_begin(struct intake *t, const char *path)
{
	begin(t, path, false);
}

void
intake_begin_maybe(struct intake *t, const char *path)
{
	begin(t, path, true);
}

bool
intake_is_idle(const struct intake *t)
{
	return t->idle;
}

void
intake_file_time(struct intake *t, int64_t seconds)
{
	if (t->file_time == 0 || seconds < t->file_time)
		t->file_time = seconds;
}

/* The reader gave up: what it told before stays. */
static void
give_up(struct intake *t, const struct err *e)
{
	const char *slash = strrchr(t->path, '/');
	char line[ERR_MAX + 256];

	collect_run(&t->to)->truncated = true;
	collect_unread(&t->to, "%s: %s", slash ? slash + 1 : t->path, e->msg);
	snprintf(line, sizeof(line), "'%.200s': %s", t->path, e->msg);
	intake_remark(t, line);
	t->idle = true;
}

static int
give_reader(void *data, struct span bytes, struct err *e)
{
	struct intake *t = data;

	return bytes.n ? t->reader->feed(t->state, bytes, e) : 0;
}

static void
feed_reader(struct intake *t, struct span bytes)
{
	struct err e = ERR_INIT;
	int ret = t->reader->console ? strip_feed(&t->strip, bytes, &e) : give_reader(t, bytes, &e);

	if (ret < 0)
		give_up(t, &e);
}

static void
unknown(struct intake *t, const struct reader *refused)
{
	char line[1024];

	t->idle = true;
	if (t->maybe)
		return;
	t->in->n_unknown++;
	if (refused)
		snprintf(line, sizeof(line), "'%.300s' is %s, which is not read: %s", t->path, refused->title,
		         refused->refused);
	else
		snprintf(line, sizeof(line), "'%.300s' is in no format that is known here; --format names one",
		         t->path);
	intake_remark(t, line);
}

static int
keep(void *data, struct span bytes, struct err *e UNUSED)
{
	str_addspan(data, bytes);
	return 0;
}

/* Console output is seen best without what stands before its lines. */
static const struct reader *
detect(struct intake *t, struct span head)
{
	const struct reader *r = reader_detect(head, t->path);
	struct str bare = STR_INIT(2 * READER_HEAD);
	struct err e = ERR_INIT;
	struct strip strip;

	if (r == NULL) {
		strip_init(&strip, STRIP_PLAIN, keep, &bare);
		if (strip_feed(&strip, head, &e) == 0 && strip_finish(&strip, &e) == 0)
			r = reader_detect(str_span(&bare), t->path);
		if (r && !r->console)
			r = NULL;
		strip_release(&strip);
	}
	str_release(&bare);
	return r;
}

/* Enough was seen to know the format. */
static void
choose(struct intake *t, struct span head)
{
	struct reader_input input = { .to = &t->to, .path = t->path, .warn = t->in->warn };
	const struct reader *r = t->in->format ? t->in->format : head.n ? detect(t, head) : NULL;

	if (r == NULL || r->refused) {
		unknown(t, r);
		return;
	}
	t->in->n_inputs++;
	t->reader = r;
	t->state = r->start(&input);
	strip_init(&t->strip, STRIP_PLAIN, give_reader, t);
	feed_reader(t, head);
}

/* Gathers the head, unless all of it comes at once; what is left of the bytes. */
static struct span
feed_head(struct intake *t, struct span bytes)
{
	size_t n = READER_HEAD - t->head.n;

	if (bytes.n < n || t->head.n) {
		str_add(&t->head, bytes.p, bytes.n < n ? bytes.n : n);
		if (t->head.n == READER_HEAD)
			choose(t, str_span(&t->head));
	} else {
		choose(t, (struct span){ bytes.p, n });
	}
	return span_from(bytes, n);
}

void
intake_feed(struct intake *t, struct span bytes)
{
	assert(t->begun);
	if (t->facts.number.n == 0)
		hash_bytes(t, bytes);
	if (t->reader == NULL && !t->idle)
		bytes = feed_head(t, bytes);
	if (t->reader && !t->idle && bytes.n)
		feed_reader(t, bytes);
}

static bool
is_empty(const struct run *r)
{
	return r->tests.n == 0 && r->n_warnings == 0 && r->n_unread == 0 && r->verdict == RUN_UNKNOWN &&
	       !r->truncated;
}

/* Takes what was read of the input. */
static void
take_runs(struct intake *t, struct collect *from, const char *format)
{
	size_t i;

	for (i = 0; i < from->runs.n; i++) {
		struct run *r = from->runs.p[i];

		if (is_empty(r)) {
			run_free(r);
			continue;
		}
		if (r->format.n == 0)
			r->format = (struct span){ format, strlen(format) }; /* of the table of readers */
		vec_push(&t->runs, r);
	}
	vec_clear(&from->runs);
	map_release(&from->names);
}

void
intake_end(struct intake *t)
{
	struct err e = ERR_INIT;
	const char *format = "";
	size_t n_before = t->runs.n;

	assert(t->begun);
	t->begun = false;
	if (t->reader == NULL && !t->idle)
		choose(t, str_span(&t->head));
	if (t->reader) {
		format = t->reader->name;
		if (!t->idle && ((t->reader->console && strip_finish(&t->strip, &e) < 0) ||
		                 t->reader->finish(t->state, &e) < 0))
			give_up(t, &e);
	}
	drop_reader(t);
	take_runs(t, &t->to, format);
	if (format[0] && t->runs.n == n_before)
		t->blank = t->path;
	t->idle = true;
}

bool
intake_has_tests(const struct intake *t)
{
	size_t i;

	for (i = 0; i < t->runs.n && t->runs.p[i]->tests.n == 0; i++)
		;
	return i < t->runs.n;
}

struct collect *
intake_own(struct intake *t)
{
	return &t->own;
}

void
intake_unread(struct intake *t, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	collect_unread(&t->own, "%s", line);
}

void
intake_lost(struct intake *t)
{
	t->lost = true;
}
