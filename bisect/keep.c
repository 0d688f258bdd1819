/* Head and tail of an output: see keep.h. */
#include "common/base.h"
#include "bisect/keep.h"

#include <inttypes.h>

#include "common/mem.h"

void
keep_init(struct keep *k)
{
	*k = (struct keep){ .head = STR_INIT(KEEP_PART) };
}

void
keep_release(struct keep *k)
{
	str_release(&k->head);
	free(k->ring);
	keep_init(k);
}

static void
feed_ring(struct keep *k, struct span x)
{
	size_t n;

	if (x.n > KEEP_PART)
		x = span_from(x, x.n - KEEP_PART);
	if (k->ring == NULL && x.n)
		k->ring = xmalloc(KEEP_PART);
	while (x.n) {
		n = KEEP_PART - k->at < x.n ? KEEP_PART - k->at : x.n;
		memcpy(k->ring + k->at, x.p, n);
		k->at = (k->at + n) % KEEP_PART;
		k->ring_n = k->ring_n + n < KEEP_PART ? k->ring_n + n : KEEP_PART;
		x = span_from(x, n);
	}
}

void
keep_feed(struct keep *k, struct span bytes)
{
	size_t room = KEEP_PART - k->head.n;
	struct span first = { bytes.p, bytes.n < room ? bytes.n : room };

	k->total += bytes.n;
	str_addspan(&k->head, first);
	feed_ring(k, span_from(bytes, first.n));
}

uint64_t
keep_dropped(const struct keep *k)
{
	return k->total - k->head.n - k->ring_n;
}

static void
add_ring(const struct keep *k, struct str *out)
{
	if (k->ring_n == KEEP_PART)
		str_add(out, k->ring + k->at, KEEP_PART - k->at);
	str_add(out, k->ring, k->at);
}

void
keep_text(const struct keep *k, struct str *out)
{
	str_addspan(out, str_span(&k->head));
	if (keep_dropped(k) > 0)
		str_addf(out, "\n[%" PRIu64 " bytes left out]\n", keep_dropped(k));
	add_ring(k, out);
}

void
keep_tail(const struct keep *k, struct str *out)
{
	if (keep_dropped(k) == 0)
		str_addspan(out, str_span(&k->head));
	add_ring(k, out);
}
