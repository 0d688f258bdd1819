/*
 * Which starts of bats run exactly the tests asked for.  Tests are chosen by
 * --filter, an expression over names, and by the files given.  Where that would also
 * choose others (a name that stands in two files), or the expression grows long, the
 * files are spread over several starts, in the order of the files.
 */
#include "common/base.h"
#include "bisect/fw_bats.h"

/* bash compiles the expression anew for each name, so a long one is slow. */
enum { FILTER_BYTES = 8 << 10 };

/* While choosing.  A test is asked for or not; a group of files is open. */
struct choosing {
	const struct bats *b;
	const unsigned char *asked;
	struct testlist names; /* of the open group's asked tests */
	size_t filter_bytes;
	bool all;              /* its files were asked for as a whole */
	struct bats_start open;
	struct bats_starts *out;
};

/* With a --filter of the user's the file holds others, which are not listed. */
static bool
file_is_whole(const struct choosing *c, uint32_t from, uint32_t to)
{
	if (c->b->filter)
		return false;
	for (; from < to; from++) {
		if (!c->asked[from])
			return false;
	}
	return true;
}

static void
close_group(struct choosing *c)
{
	if (c->open.last > c->open.first) {
		c->open.filtered = !c->all;
		vec_push(&c->out->v, c->open);
	}
	testlist_release(&c->names);
	c->filter_bytes = 0;
	c->all = true;
	c->open = (struct bats_start){ 0, 0, false };
}

/* Whether a filter of the names of the tests first..last-1 chooses exactly the asked
 * ones among all tests of files that have one. */
static bool
filter_is_exact(const struct choosing *c, uint32_t first, uint32_t last,
                const struct testlist *names)
{
	uint32_t i, k, end;

	for (i = first; i < last; i = end) {
		bool any = false;

		for (end = i; end < c->b->n_tests && c->b->tests[end].file == c->b->tests[i].file; end++)
			any |= c->asked[end];
		for (k = i; any && k < end; k++) {
			if (!c->asked[k] &&
			    testlist_find(names, span_of(c->b->tests[k].name)) != TESTLIST_NONE)
				return false;
		}
	}
	return true;
}

static void
add_names(struct choosing *c, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		const char *name = c->b->tests[from].name;

		if (c->asked[from] && testlist_find(&c->names, span_of(name)) == TESTLIST_NONE) {
			testlist_add(&c->names, span_of(name));
			c->filter_bytes += 2 * strlen(name) + 1;
		}
	}
}

/* A file whose filter alone is too long is run in pieces. */
static void
choose_pieces(struct choosing *c, uint32_t from, uint32_t to)
{
	uint32_t i, first = from;
	size_t bytes = 0;

	for (i = from; i < to; i++) {
		size_t more = c->asked[i] ? 2 * strlen(c->b->tests[i].name) + 1 : 0;

		if (bytes && bytes + more > FILTER_BYTES) {
			struct bats_start s = { first, i, true };

			vec_push(&c->out->v, s);
			first = i;
			bytes = 0;
		}
		bytes += more;
	}
	c->open = (struct bats_start){ first, to, true };
	c->all = false;
	close_group(c);
}

/* Takes the file with tests from..to-1 into the open group, or begins another. */
static void
choose_file(struct choosing *c, uint32_t from, uint32_t to)
{
	bool whole = file_is_whole(c, from, to), none = c->open.last == c->open.first;
	uint32_t first = none ? from : c->open.first;

	if (!none && c->all && whole) {
		add_names(c, from, to);
		c->open.last = to;
		return;
	}
	if (none && whole) {
		c->open = (struct bats_start){ from, to, false };
		add_names(c, from, to);
		return;
	}
	add_names(c, from, to);
	if (c->filter_bytes <= FILTER_BYTES && filter_is_exact(c, first, to, &c->names)) {
		c->open = (struct bats_start){ first, to, true };
		c->all = false;
		return;
	}
	if (none) {
		close_group(c);
		choose_pieces(c, from, to);
		return;
	}
	close_group(c);
	choose_file(c, from, to);
}

void
bats_choose(const struct bats *b, const unsigned char *asked, struct bats_starts *out)
{
	struct choosing c = { .b = b, .asked = asked, .names = TESTLIST_INIT, .all = true, .out = out };
	uint32_t i, end;

	for (i = 0; i < b->n_tests; i = end) {
		bool any = false;

		for (end = i; end < b->n_tests && b->tests[end].file == b->tests[i].file; end++)
			any |= asked[end];
		if (any)
			choose_file(&c, i, end);
	}
	close_group(&c);
}
