/*
 * The content of a build as a number: a build that comes again with the same
 * one changes nothing.
 */
#include "common/base.h"
#include "triage/store_in.h"

static void
mix(uint64_t *h, uint64_t x)
{
	*h = (*h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	*h ^= *h >> 29;
}

/* Eight bytes at a time. */
static void
mix_span(uint64_t *h, struct span x)
{
	uint64_t word;

	mix(h, x.n);
	for (; x.n >= sizeof(word); x.p += sizeof(word), x.n -= sizeof(word)) {
		memcpy(&word, x.p, sizeof(word));
		mix(h, word);
	}
	word = 0;
	if (x.n) {
		memcpy(&word, x.p, x.n);
		mix(h, word);
	}
}

static void
mix_test(uint64_t *h, const struct run_test *t)
{
	size_t i;

	mix_span(h, t->name);
	mix_span(h, t->message);
	mix_span(h, t->details);
	for (i = 0; i < t->attempts.n; i++) {
		const struct attempt *a = &t->attempts.p[i];

		mix(h, a->outcome | (uint64_t)a->rerun << 8 | (uint64_t)load_code(a->load) << 16);
		mix(h, (uint64_t)a->micros);
	}
}

static void
mix_run(uint64_t *h, const struct run *r)
{
	size_t i;

	for (i = 0; i < r->tests.n; i++)
		mix_test(h, &r->tests.p[i]);
	for (i = 0; i < r->warnings.n; i++) {
		mix_span(h, r->warnings.p[i].rule);
		mix_span(h, r->warnings.p[i].line);
		mix(h, r->warnings.p[i].test);
	}
	for (i = 0; i < r->unread.n; i++)
		mix_span(h, r->unread.p[i]);
	mix(h, r->n_warnings);
	mix(h, r->n_unread);
	mix(h, (uint64_t)r->verdict << 1 | r->truncated);
	mix(h, (uint64_t)r->micros);
	mix(h, r->n_processors);
	mix(h, r->n_jobs);
	mix_span(h, r->seed);
}

int64_t
store_digest(const struct build *b)
{
	/* Not the link: a file may be given by its path from here or from there. */
	const struct span texts[] = { b->branch, b->revision, b->worker };
	uint64_t h = 1;
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		mix_span(&h, texts[i]);
	mix(&h, (uint64_t)b->started);
	mix(&h, (uint64_t)b->finished);
	mix(&h, (uint64_t)b->result << 1 | b->log_lost);
	if (b->run)
		mix_run(&h, b->run);
	return (int64_t)h;
}
