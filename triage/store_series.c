/*
 * Series: rows of some numbers in order, in blocks of some hundred.  In a block
 * each number is a varint; those that mostly grow or stay are stored as their
 * difference to the row before.  Appending to a block is one read and one
 * write; a row that comes late goes where it belongs.
 */
#include "common/base.h"
#include "triage/store_in.h"

#include <math.h>

enum { BLOCK_FULL = 256, BLOCK_SPLIT = 400 }; /* rows */

/* How many numbers a row of a kind has, and which are stored as differences, as bits. */
enum { LANE_WIDTH = 8, LANE_DELTAS = 1 | 2 | 4 | 8 | 16 | 64, TEST_WIDTH = 6, TEST_DELTAS = 1 };

static const struct {
	size_t width;
	unsigned deltas;
} kinds[SERIES_KINDS] = {
	[SERIES_LANE] = { LANE_WIDTH, LANE_DELTAS },
	[SERIES_TEST] = { TEST_WIDTH, TEST_DELTAS },
};

static uint64_t
zigzag(int64_t x)
{
	return ((uint64_t)x << 1) ^ (uint64_t)(x >> 63);
}

static int64_t
unzigzag(uint64_t x)
{
	return (int64_t)(x >> 1) ^ -(int64_t)(x & 1);
}

static void
pack_entry(struct str *out, enum series_kind kind, const struct entry *x, const struct entry *before)
{
	size_t i;

	for (i = 0; i < kinds[kind].width; i++) {
		if (kinds[kind].deltas & 1u << i)
			pack_uint(out, zigzag((int64_t)((uint64_t)x->v[i] - (uint64_t)before->v[i])));
		else
			pack_uint(out, (uint64_t)x->v[i]);
	}
}

/* unpack_uint, quick for the short ones, which most are.  Both by value, so that the caller's
 * span may live in registers. */
static inline struct span
unpack(struct span rest, uint64_t *n, bool *ok)
{
	const unsigned char *p = (const unsigned char *)rest.p;
	struct span slow = rest;
	uint64_t x = 0;

	if (rest.n > 1 && p[0] < 0x80) {
		*n = p[0];
		return (struct span){ rest.p + 1, rest.n - 1 };
	}
	if (rest.n > 2 && p[1] < 0x80) {
		*n = (uint64_t)(p[0] & 0x7f) | (uint64_t)p[1] << 7;
		return (struct span){ rest.p + 2, rest.n - 2 };
	}
	if (rest.n > 3 && p[2] < 0x80) {
		*n = (uint64_t)(p[0] & 0x7f) | (uint64_t)(p[1] & 0x7f) << 7 | (uint64_t)p[2] << 14;
		return (struct span){ rest.p + 3, rest.n - 3 };
	}
	*ok &= unpack_uint(&slow, &x);
	*n = x;
	return slow;
}

/* Inline, so that there is a loop for each kind that knows its numbers. */
static inline bool
unpack_rows(struct entries *out, size_t width, unsigned deltas, struct span data)
{
	struct entry before = { { 0 } }, *x;
	bool ok = true;
	uint64_t n;
	size_t i;

	vec_reserve(&out->e, out->e.n + data.n / width + 1); /* a number is a byte at the least */
	x = out->e.p + out->e.n;
	while (data.n && ok) {
#pragma GCC unroll 8
		for (i = 0; i < width; i++) {
			data = unpack(data, &n, &ok);
			if (deltas & 1u << i)
				n = (uint64_t)before.v[i] + (uint64_t)unzigzag(n);
			before.v[i] = (int64_t)n;
		}
		*x++ = before;
	}
	out->e.n = (size_t)(x - out->e.p) - !ok;
	return ok;
}

static bool
unpack_entries(struct entries *out, enum series_kind kind, struct span data)
{
	if (kind == SERIES_LANE)
		return unpack_rows(out, LANE_WIDTH, LANE_DELTAS, data);
	return unpack_rows(out, TEST_WIDTH, TEST_DELTAS, data);
}

static int
compare(const struct entry *a, const struct entry *b)
{
	if (a->v[0] != b->v[0])
		return a->v[0] < b->v[0] ? -1 : 1;
	return a->v[1] < b->v[1] ? -1 : a->v[1] > b->v[1];
}

/* ---- sums ---- */

bool
is_failing(int64_t cell)
{
	return cell == CELL_RERUN || cell == CELL_FAIL || cell == CELL_FLIP;
}

static struct lane_sum *
sum_of(struct sums *sums, int64_t lane)
{
	size_t i;

	for (i = 0; i < sums->p.n; i++) {
		if (sums->p.p[i].lane == lane)
			return &sums->p.p[i];
	}
	vec_push(&sums->p, ((struct lane_sum){ .lane = lane }));
	return &sums->p.p[sums->p.n - 1];
}

static void
add_to_sums(struct sums *sums, const struct entry *x)
{
	int64_t cell = x->v[2] & 7;
	struct lane_sum *sum = sum_of(sums, x->v[1]);

	sum->n_fails += is_failing(cell);
	sum->n_none += cell == CELL_NONE;
}

static bool
unpack_sums(struct sums *sums, struct span packed)
{
	struct lane_sum *sum;
	uint64_t lane, fails, none;
	bool ok = true;

	while (packed.n) {
		packed = unpack(packed, &lane, &ok);
		packed = unpack(packed, &fails, &ok);
		packed = unpack(packed, &none, &ok);
		if (!ok || lane > UINT32_MAX)
			return false;
		sum = sum_of(sums, (int64_t)lane);
		sum->n_fails += (int64_t)(fails & UINT32_MAX);
		sum->n_none += (int64_t)(none & UINT32_MAX);
	}
	return true;
}

/* ---- blocks ---- */

/* A block in memory. */
struct block {
	int64_t row;
	struct entries rows;
	struct str data;   /* the same, packed */
};

#define BLOCK_INIT { 0, { VEC_INIT }, STR_INIT(STR_FILE) }

static void
block_release(struct block *b)
{
	vec_release(&b->rows.e);
	str_release(&b->data);
}

static int
damaged(struct store *s, struct err *e)
{
	return err_set(e, "'%s' is damaged: a block of results cannot be read; restore it, or move it away "
	               "and ingest again", db_path(s->db));
}

/* Loads the newest block that begins at or before x (strict: before); 0: there is none. */
static int
load(struct store *s, enum series_kind kind, int64_t owner, const struct entry *x, bool strict,
     struct block *b, struct err *e)
{
	struct db_query *q = db_query(s->db, strict ?
		"SELECT id, data FROM blocks WHERE kind = ?1 AND owner = ?2 AND (k0, k1) < (?3, ?4) "
		"ORDER BY k0 DESC, k1 DESC LIMIT 1" :
		"SELECT id, data FROM blocks WHERE kind = ?1 AND owner = ?2 AND (k0, k1) <= (?3, ?4) "
		"ORDER BY k0 DESC, k1 DESC LIMIT 1", e);
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, kind);
	db_bind_int(q, 2, owner);
	db_bind_int(q, 3, x->v[0]);
	db_bind_int(q, 4, x->v[1]);
	got = db_step(q, e);
	if (got <= 0)
		return got;
	b->row = db_int(q, 0);
	str_addspan(&b->data, db_text(q, 1));
	db_done(q);
	return unpack_entries(&b->rows, kind, str_span(&b->data)) && b->rows.e.n ? got : damaged(s, e);
}

/* The sums of a block of a test's rows that is full, by lane: lane, failures, rows that are evidence
 * of nothing. */
static void
pack_sums(struct str *out, enum series_kind kind, const struct entry *p, size_t n)
{
	struct sums sums = { VEC_INIT };
	size_t i;

	if (kind != SERIES_TEST || n < BLOCK_FULL)
		return;
	for (i = 0; i < n; i++)
		add_to_sums(&sums, &p[i]);
	for (i = 0; i < sums.p.n; i++) {
		pack_uint(out, (uint64_t)sums.p.p[i].lane);
		pack_uint(out, (uint64_t)sums.p.p[i].n_fails);
		pack_uint(out, (uint64_t)sums.p.p[i].n_none);
	}
	vec_release(&sums.p);
}

static void
bind_blob_or_null(struct db_query *q, int at, struct span bytes)
{
	if (bytes.n)
		db_bind_blob(q, at, bytes);
	else
		db_bind_null(q, at);
}

/* row 0: a new one. */
static int
write_rows(struct store *s, enum series_kind kind, int64_t owner, int64_t row, const struct entry *p,
           size_t n, struct err *e)
{
	static const struct entry zero = { { 0 } };
	struct str data = STR_INIT(STR_FILE), sums = STR_INIT(STR_FILE);
	struct db_query *q = db_query(s->db, row ?
		"UPDATE blocks SET kind = ?2, owner = ?3, k0 = ?4, k1 = ?5, n = ?6, sums = ?7, data = ?8 "
		"WHERE id = ?1" :
		"INSERT INTO blocks(id, kind, owner, k0, k1, n, sums, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		e);
	int ret = -1;
	size_t i;

	for (i = 0; i < n; i++)
		pack_entry(&data, kind, &p[i], i ? &p[i - 1] : &zero);
	pack_sums(&sums, kind, p, n);
	if (q) {
		if (row)
			db_bind_int(q, 1, row);
		else
			db_bind_null(q, 1);
		db_bind_int(q, 2, kind);
		db_bind_int(q, 3, owner);
		db_bind_int(q, 4, p[0].v[0]);
		db_bind_int(q, 5, p[0].v[1]);
		db_bind_int(q, 6, (int64_t)n);
		bind_blob_or_null(q, 7, str_span(&sums));
		db_bind_blob(q, 8, str_span(&data));
		ret = db_run(q, e);
	}
	str_release(&data);
	str_release(&sums);
	return ret;
}

/* Most rows come last: what is packed stays, and so does the block's key. */
static int
append_row(struct store *s, enum series_kind kind, struct block *b, const struct entry *x, struct err *e)
{
	struct db_query *q = db_query(s->db, "UPDATE blocks SET n = ?2, sums = ?3, data = ?4 WHERE id = ?1", e);
	struct str sums = STR_INIT(STR_FILE);
	int ret = -1;

	pack_entry(&b->data, kind, x, &b->rows.e.p[b->rows.e.n - 1]);
	vec_push(&b->rows.e, *x);
	pack_sums(&sums, kind, b->rows.e.p, b->rows.e.n);
	if (q) {
		db_bind_int(q, 1, b->row);
		db_bind_int(q, 2, (int64_t)b->rows.e.n);
		bind_blob_or_null(q, 3, str_span(&sums));
		db_bind_blob(q, 4, str_span(&b->data));
		ret = db_run(q, e);
	}
	str_release(&sums);
	return ret;
}

static int
drop_block(struct store *s, int64_t row, struct err *e)
{
	struct db_query *q = db_query(s->db, "DELETE FROM blocks WHERE id = ?1", e);

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, row);
	return db_run(q, e);
}

/* Where x is, or belongs. */
static size_t
place_of(const struct block *b, const struct entry *x)
{
	size_t i = b->rows.e.n;

	while (i > 0 && compare(&b->rows.e.p[i - 1], x) >= 0)
		i--;
	return i;
}

/* ---- changes ---- */

/* Puts x before row number at; a block that grows too long becomes two. */
static int
insert_row(struct store *s, enum series_kind kind, int64_t owner, struct block *b, size_t at,
           const struct entry *x, struct err *e)
{
	size_t n = b->rows.e.n;
	struct entry *p;

	vec_push(&b->rows.e, *x);
	p = b->rows.e.p;
	memmove(p + at + 1, p + at, (n - at) * sizeof(*p));
	p[at] = *x;
	n++;
	if (n < BLOCK_SPLIT)
		return write_rows(s, kind, owner, b->row, p, n, e);
	if (write_rows(s, kind, owner, b->row, p, n / 2, e) < 0)
		return -1;
	return write_rows(s, kind, owner, 0, p + n / 2, n - n / 2, e);
}

int
series_insert(struct store *s, enum series_kind kind, int64_t owner, const struct entry *x, struct err *e)
{
	struct block b = BLOCK_INIT;
	int got = load(s, kind, owner, x, false, &b, e);
	size_t at = got > 0 ? place_of(&b, x) : 0;
	bool last = at == b.rows.e.n;

	if (got == 0 || (got > 0 && last && at >= BLOCK_FULL)) /* before all others, or after a full block */
		got = write_rows(s, kind, owner, 0, x, 1, e);
	else if (got > 0)
		got = last ? append_row(s, kind, &b, x, e) : insert_row(s, kind, owner, &b, at, x, e);
	block_release(&b);
	return got < 0 ? -1 : 0;
}

int
series_remove(struct store *s, enum series_kind kind, int64_t owner, int64_t k0, int64_t k1, struct err *e)
{
	struct entry x = { { k0, k1 } };
	struct block b = BLOCK_INIT;
	int got = load(s, kind, owner, &x, false, &b, e);
	size_t at, n = b.rows.e.n;

	if (got > 0) {
		at = place_of(&b, &x);
		if (at < n && compare(&b.rows.e.p[at], &x) == 0) {
			memmove(b.rows.e.p + at, b.rows.e.p + at + 1, (n - at - 1) * sizeof(x));
			got = n == 1 ? drop_block(s, b.row, e) :
			      write_rows(s, kind, owner, b.row, b.rows.e.p, n - 1, e);
		}
	}
	block_release(&b);
	return got < 0 ? -1 : 0;
}

/* ---- reading ---- */

int
series_block(struct store *s, enum series_kind kind, int64_t owner, const struct entry *before,
             struct entries *out, struct entry *first, struct err *e)
{
	struct block b = { 0, *out, STR_INIT(STR_FILE) };
	size_t n = out->e.n;
	int got = load(s, kind, owner, before, true, &b, e);

	*out = b.rows;
	str_release(&b.data);
	if (got > 0)
		*first = out->e.p[n];
	return got;
}

/* The rows of one block. */
static int
block_rows(struct store *s, int64_t id, struct entries *out, struct err *e)
{
	struct db_query *q = db_query(s->db, "SELECT data FROM blocks WHERE id = ?1", e);
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, id);
	got = db_step(q, e);
	if (got > 0) {
		if (!unpack_entries(out, SERIES_TEST, db_text(q, 0)))
			got = damaged(s, e);
		db_done(q);
	}
	return got < 0 ? -1 : 0;
}

int
series_since(struct store *s, int64_t test, int64_t from, struct entries *out, struct sums *sums,
             struct err *e)
{
	/* A block is old when the next one begins before `from`, or at it. */
	struct db_query *q = db_query(s->db, "SELECT id, CASE WHEN lead(k0) OVER (ORDER BY k0, k1) <= ?3 "
		"THEN sums END FROM blocks WHERE kind = ?1 AND owner = ?2 ORDER BY k0, k1", e);
	struct span packed;
	int got;

	if (q == NULL)
		return -1;
	db_bind_int(q, 1, SERIES_TEST);
	db_bind_int(q, 2, test);
	db_bind_int(q, 3, from);
	while ((got = db_step(q, e)) > 0) {
		packed = db_text(q, 1);
		if (packed.n ? !unpack_sums(sums, packed) : block_rows(s, db_int(q, 0), out, e) < 0) {
			db_done(q);
			return packed.n ? damaged(s, e) : -1;
		}
	}
	return got;
}

int
series_find(struct store *s, enum series_kind kind, int64_t owner, int64_t k0, struct entry *out,
            struct err *e)
{
	struct entry x = { { k0, INT64_MAX } };
	struct block b = BLOCK_INIT;
	int got = load(s, kind, owner, &x, false, &b, e);
	size_t i;

	if (got > 0) {
		for (got = 0, i = b.rows.e.n; i > 0 && got == 0; i--) {
			if (b.rows.e.p[i - 1].v[0] == k0) {
				*out = b.rows.e.p[i - 1];
				got = 1;
			}
		}
	}
	block_release(&b);
	return got;
}

/* ---- numbers that need not be exact ---- */

int64_t
duration_code(int64_t micros)
{
	int64_t exponent = 0, unit = 1;

	if (micros < 0)
		return 0;
	while (exponent < 15 && micros / unit + (micros % unit >= (unit + 1) / 2 && unit > 1) > 999) {
		unit *= 10;
		exponent++;
	}
	micros = micros / unit + (micros % unit >= (unit + 1) / 2 && unit > 1);
	return 1 + (micros > 999 ? 999 : micros) * 16 + exponent;
}

int64_t
duration_of(int64_t code)
{
	int64_t micros, i;

	if (code < 1 || code > 1 + 999 * 16 + 15)
		return -1;
	micros = (code - 1) / 16;
	for (i = (code - 1) % 16; i > 0; i--)
		micros *= 10;
	return micros;
}

int64_t
load_code(float load)
{
	if (!(load >= 0) || load > 1e7f)
		return 0;
	return 1 + lroundf(load * 100);
}

float
load_of(int64_t code)
{
	return code < 1 ? -1 : (float)(code - 1) / 100;
}
