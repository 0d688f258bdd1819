/*
 * The chunks of a log in a Buildbot master's database.  They come in the order of their
 * lines, each packed in its own way; what is damaged or missing is named and passed over.
 */
#include "common/base.h"
#include "triage/source_buildbot_db.h"

#include <stdarg.h>
#include <stdio.h>

enum { BATCH_CHUNKS = 16 };   /* log chunks taken in one statement: 1 MiB of text */

/* Where reading of a log stands. */
struct place {
	int64_t after;    /* first line of the chunk that was read last; INT64_MIN: none yet */
	int64_t expected; /* number of the next line */
	bool letters;
	bool enough;      /* no more is wanted */
	const struct bb_sink *to;
};

static void PRINTF_LIKE(2, 3)
say_unread(const struct bb_sink *to, const char *fmt, ...)
{
	struct str text = STR_INIT(2048);
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	str_adds(&text, line);
	to->unread(to->data, str_c(&text));
	str_release(&text);
}

/* Lines that no chunk holds: another may have taken them in meanwhile (the master joins
 * chunks when a log ends), which the caller has looked for. */
static void
say_gap(struct place *at, int64_t first_line)
{
	if (first_line > at->expected)
		say_unread(at->to, "lines %lld to %lld are missing", (long long)at->expected,
		           (long long)first_line - 1);
	at->expected = first_line;
}

/* Lines of a chunk, which lack the last newline; there is room for it. */
static void
give(struct place *at, char *p, size_t n)
{
	p[n++] = '\n';
	if (at->letters)
		n = bb_strip(p, n);
	if (n)
		at->enough = !at->to->feed(at->to->data, (struct span){ p, n });
}

static void
take_chunk(struct bb_db *d, struct place *at, int64_t first, int64_t last, int64_t codec, struct span packed)
{
	struct err e = ERR_INIT;
	struct span text;
	int64_t known;

	at->after = first;
	if (first < 0 || first > INT64_MAX / 2) {
		say_unread(at->to, "a chunk says that it begins with line %lld", (long long)first);
		return;
	}
	if (unpack(d->unpack, codec, packed, &text, &e) < 0) {
		say_unread(at->to, "chunk of line %lld: %s", (long long)first, e.msg);
		if (last >= first && last - first <= BB_CHUNK_MAX && last >= at->expected)
			at->expected = last + 1;
		return;
	}
	say_gap(at, first > at->expected ? first : at->expected);
	known = at->expected - first;
	at->expected = first + (int64_t)span_count(text, '\n') + 1;
	if (at->expected - first <= known) {
		at->expected = first + known;
		return;
	}
	text = bb_skip_lines(text, known);
	give(at, (char *)text.p, text.n);
}

static const char chunks_after[] =
	"SELECT first_line, last_line, compressed, content FROM logchunks "
	"WHERE logid = ?1 AND first_line > ?2 ORDER BY first_line LIMIT ?3";
static const char chunk_before[] =
	"SELECT first_line, last_line, compressed, content FROM logchunks "
	"WHERE logid = ?1 AND first_line <= ?2 ORDER BY first_line DESC LIMIT 1";

/* The rows of a query; their number, -1 and e. */
static int
take_chunks(struct bb_db *d, struct place *at, const char *sql, int64_t log, int64_t line, int64_t limit,
            struct err *e)
{
	struct db_query *q = db_query(d->db, sql, e);
	int ret = 0, n = 0;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, log);
	db_bind_int(q, 2, line);
	if (limit)
		db_bind_int(q, 3, limit);
	while (!at->enough && (ret = db_step(q, e)) == 1) {
		n++;
		/* Something is missing in between: it may have moved into an earlier chunk. */
		if (limit && db_int(q, 0) > at->expected && at->expected > 0 &&
		    take_chunks(d, at, chunk_before, log, at->expected, 0, e) < 0) {
			ret = -1;
			break;
		}
		take_chunk(d, at, db_int(q, 0), db_int(q, 1), db_int(q, 2), db_text(q, 3));
	}
	db_done(q);
	return ret < 0 ? -1 : n;
}

enum bb_did
bb_database_read(void *self, const struct bb_log *log, const struct bb_sink *to, struct err *e)
{
	struct bb_db *d = self;
	struct place at = { .after = INT64_MIN, .letters = log->type == 's', .to = to };
	int n;

	do {
		n = take_chunks(d, &at, chunks_after, log->id, at.after, BATCH_CHUNKS, e);
	} while (n >= BATCH_CHUNKS && !at.enough);
	if (n < 0)
		return db_is_corrupt(d->db) ? BB_NOT : BB_FATAL;
	if (!at.enough && log->n_lines > at.expected)
		say_gap(&at, log->n_lines);
	return BB_DONE;
}
