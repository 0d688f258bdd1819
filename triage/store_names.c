/*
 * Texts that have numbers: the tables of names, tests, revisions, messages and
 * stories, each with a cache of what was seen.  A row, once there, never
 * changes; a cache is dropped when a transaction was rolled back.
 */
#include "common/base.h"
#include "triage/store_in.h"

#include "common/errline.h"
#include "triage/mask.h"

enum { LINES_MAX = 4096 }; /* in the cache of lines, which hold numbers and addresses */

/* ---- caches ---- */

void
cache_release(struct cache *c)
{
	map_release(&c->texts);
	vec_release(&c->ids);
	c->next = 0;
}

void
store_forget(struct store *s)
{
	size_t i;

	for (i = 0; i < NAME_KINDS; i++)
		cache_release(&s->names[i]);
	cache_release(&s->tests);
	cache_release(&s->revisions);
	cache_release(&s->messages);
	cache_release(&s->stories);
	cache_release(&s->lines);
}

/* Is it the text behind the one before?  The tests of a suite come in the same order each night. */
static bool
is_next(const struct cache *c, struct span text)
{
	struct span next = c->next < c->texts.texts.n ? c->texts.texts.p[c->next] : span_of("");

	return next.n && next.n == text.n && memcmp(next.p, text.p, text.n) == 0;
}

/* Its row; 0: it is not known here. */
static int64_t
cached(struct cache *c, struct span text)
{
	size_t at = is_next(c, text) ? c->next : map_find(&c->texts, text);

	if (at == MAP_NONE)
		return 0;
	c->next = at + 1;
	return c->ids.p[at];
}

static int64_t
remember(struct cache *c, struct span text, int64_t id)
{
	size_t at = map_add(&c->texts, text);

	if (at == c->ids.n)
		vec_push(&c->ids, id);
	c->next = at + 1;
	return id;
}

/* The first number of the query's only row; 0: it has none.  Not for rows with 0. */
static int64_t
one_number(struct db_query *q, struct err *e)
{
	int got = db_step(q, e);
	int64_t id;

	if (got <= 0)
		return got;
	id = db_int(q, 0);
	db_done(q);
	return id;
}

static int64_t
insert(struct store *s, struct db_query *q, struct err *e)
{
	return db_run(q, e) < 0 ? -1 : db_last_id(s->db);
}

/* ---- names ---- */

int64_t
name_row(struct store *s, enum name_kind kind, struct span text, bool add, struct err *e)
{
	struct cache *c = &s->names[kind];
	int64_t id = cached(c, text);
	struct db_query *q;

	if (id)
		return id;
	q = db_query(s->db, "SELECT id FROM names WHERE kind = ?1 AND text = ?2", e);
	if (q == NULL)
		return -1;
	db_bind_int(q, 1, kind);
	db_bind_text(q, 2, text);
	id = one_number(q, e);
	if (id == 0 && add) {
		q = db_query(s->db, "INSERT INTO names(kind, text) VALUES(?1, ?2)", e);
		if (q == NULL)
			return -1;
		db_bind_int(q, 1, kind);
		db_bind_text(q, 2, text);
		id = insert(s, q, e);
	}
	return id > 0 ? remember(c, text, id) : id;
}

int64_t
test_row(struct store *s, struct span name, struct span file, struct err *e)
{
	int64_t id = cached(&s->tests, name);
	struct db_query *q;

	if (id)
		return id;
	q = db_query(s->db, "SELECT id FROM tests WHERE name = ?1", e);
	if (q == NULL)
		return -1;
	db_bind_text(q, 1, name);
	id = one_number(q, e);
	if (id == 0) {
		q = db_query(s->db, "INSERT INTO tests(name, file) VALUES(?1, ?2)", e);
		if (q == NULL)
			return -1;
		db_bind_text(q, 1, name);
		db_bind_text(q, 2, file);
		id = insert(s, q, e);
	}
	return id > 0 ? remember(&s->tests, name, id) : id;
}

/* ---- revisions: hashes as bytes ---- */

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes of a long lower-case hexadecimal number; false: it is none. */
static bool
pack_hex(struct str *out, struct span text)
{
	size_t i;

	if (text.n < 16 || text.n % 2)
		return false;
	for (i = 0; i < text.n; i++) {
		if (nibble(text.p[i]) < 0)
			return false;
	}
	for (i = 0; i < text.n; i += 2)
		str_addc(out, (char)(nibble(text.p[i]) << 4 | nibble(text.p[i + 1])));
	return true;
}

/* As it is stored: 'h' and bytes, or 't' and the text. */
static void
pack_revision(struct str *out, struct span text)
{
	str_addc(out, 'h');
	if (!pack_hex(out, text)) {
		str_clear(out);
		str_addc(out, 't');
		str_addspan(out, text);
	}
}

struct span
revision_text(struct arena *mem, struct span stored)
{
	static const char digits[] = "0123456789abcdef";
	size_t i, n = stored.n ? stored.n - 1 : 0;
	char *p;

	if (n == 0 || stored.p[0] != 'h')
		return (struct span){ arena_copy(mem, n ? stored.p + 1 : "", n), n };
	p = arena_alloc(mem, 2 * n + 1);
	for (i = 0; i < n; i++) {
		p[2 * i] = digits[(unsigned char)stored.p[i + 1] >> 4];
		p[2 * i + 1] = digits[stored.p[i + 1] & 15];
	}
	p[2 * n] = '\0';
	return (struct span){ p, 2 * n };
}

int64_t
revision_row(struct store *s, struct span text, struct err *e)
{
	struct str packed = STR_INIT(STR_LINE);
	struct db_query *q;
	int64_t id = text.n ? cached(&s->revisions, text) : 0;

	if (id || text.n == 0)
		return id;
	if (text.n > STR_LINE / 2)
		text.n = STR_LINE / 2;
	pack_revision(&packed, text);
	q = db_query(s->db, "SELECT id FROM revisions WHERE text = ?1", e);
	if (q) {
		db_bind_blob(q, 1, str_span(&packed));
		id = one_number(q, e);
	}
	if (q && id == 0 && (q = db_query(s->db, "INSERT INTO revisions(text) VALUES(?1)", e)) != NULL) {
		db_bind_blob(q, 1, str_span(&packed));
		id = insert(s, q, e);
	}
	str_release(&packed);
	if (q == NULL || id < 0)
		return -1;
	return remember(&s->revisions, text, id);
}

/* ---- messages: by the hash of the normalised line, all without secrets ---- */

static int64_t
new_message(struct store *s, uint64_t hash, struct span line, struct span details, struct err *e)
{
	struct db_query *q = db_query(s->db,
		"INSERT INTO messages(hash, example, details) VALUES(?1, ?2, ?3)", e);
	struct str clean = STR_INIT(4 * RUN_DETAILS_MAX);
	int64_t id = -1;

	if (q) {
		mask_add(&clean, details);
		db_bind_int(q, 1, (int64_t)hash);
		db_bind_text(q, 2, line);
		db_bind_text(q, 3, str_span(&clean));
		id = insert(s, q, e);
	}
	str_release(&clean);
	return id;
}

/* The row of a line that has no secrets any more, by its normal form. */
static int64_t
clean_row(struct store *s, struct span line, struct span normal, struct span details, struct err *e)
{
	uint64_t hash = map_hash(normal);
	struct db_query *q = db_query(s->db, "SELECT id FROM messages WHERE hash = ?1", e);
	int64_t id;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, (int64_t)hash);
	id = one_number(q, e);
	if (id == 0)
		id = new_message(s, hash, line, details, e);
	return id > 0 ? remember(&s->messages, normal, id) : id;
}

int64_t
message_row(struct store *s, struct span line, struct span details, struct err *e)
{
	struct str clean = STR_INIT(2 * RUN_MESSAGE_MAX), normal = STR_INIT(2 * ERRLINE_MAX);
	int64_t id = line.n ? cached(&s->lines, line) : 0;

	if (id || (line.n == 0 && details.n == 0))
		return id;
	mask_add(&clean, line);
	errline_normalise(&normal, str_span(&clean));
	id = cached(&s->messages, str_span(&normal));
	if (id == 0)
		id = clean_row(s, str_span(&clean), str_span(&normal), details, e);
	str_release(&clean);
	str_release(&normal);
	if (s->lines.ids.n == LINES_MAX)
		cache_release(&s->lines);
	return id > 0 ? remember(&s->lines, line, id) : id;
}

/* ---- stories ---- */

static int64_t
find_story(struct store *s, struct span letters, const struct story *story, const char *sql, struct err *e)
{
	struct db_query *q = db_query(s->db, sql, e);

	if (q == NULL)
		return -1;
	db_bind_text(q, 1, letters);
	db_bind_int(q, 2, story->n);
	db_bind_int(q, 3, story->cell);
	return one_number(q, e);
}

int64_t
story_row(struct store *s, const struct attempt *a, size_t n, struct err *e)
{
	struct story story = story_of(a, n);
	struct str key = STR_INIT(300);
	struct span letters;
	int64_t id;

	story_letters(&key, a, n);
	letters = (struct span){ NULL, key.n };
	str_addf(&key, " %u %u", story.n, story.cell);
	letters.p = key.p;
	id = cached(&s->stories, str_span(&key));
	if (id == 0) {
		id = find_story(s, letters, &story,
			"SELECT id FROM stories WHERE letters = ?1 AND n = ?2 AND cell = ?3", e);
		if (id == 0)
			id = find_story(s, letters, &story,
				"INSERT INTO stories(letters, n, cell) VALUES(?1, ?2, ?3) RETURNING id", e);
		if (id > 0)
			remember(&s->stories, str_span(&key), id);
	}
	str_release(&key);
	return id;
}
