/*
 * Lines of the journal: "run TAB KEY=VALUE TAB ...".  They hold what an answer
 * needs, and for people the load, the processors and the size of the output.
 */
#include "common/base.h"
#include "bisect/lab_in.h"

#include <inttypes.h>
#include <math.h>
#include <unistd.h>

static const char *const verdict_words[] = { "pass", "fail", "unresolved" };

static const char *const outcome_words[] = {
	[OUT_PASS] = "pass", [OUT_FAIL] = "fail", [OUT_OTHER] = "other failure",
	[OUT_CRASH] = "crash", [OUT_TIMEOUT] = "timeout", [OUT_LEAK] = "leak",
	[OUT_NOT_STARTED] = "not started", [OUT_UNRESOLVED] = "unresolved",
	[OUT_ABSENT] = "absent", [OUT_CANCELLED] = "cancelled",
};

static const char *const signature_words[] = {
	[SIGNATURE_NONE] = "none", [SIGNATURE_EXIT] = "exit", [SIGNATURE_SIGNAL] = "signal",
	[SIGNATURE_TIMEOUT] = "timeout", [SIGNATURE_MATCH] = "match", [SIGNATURE_VICTIM] = "victim",
};

const char *
outcome_name(enum outcome o)
{
	return outcome_words[o];
}

void
result_init(struct result *r)
{
	*r = (struct result){ .victim = TESTLIST_NONE, .load = -1 };
	judgement_init(&r->judgement);
}

void
result_release(struct result *r)
{
	judgement_release(&r->judgement);
	result_init(r);
}

/* ---- writing ---- */

void
indices_format(struct str *out, const uint32_t *p, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && p[j] == p[j - 1] + 1; j++)
			;
		if (i)
			str_addc(out, ',');
		str_addf(out, "%" PRIu32, p[i]);
		if (j > i + 1)
			str_addf(out, "-%" PRIu32, p[j - 1]);
	}
}

static void
add_text(struct str *out, const char *key, const struct str *value)
{
	if (value->n == 0)
		return;
	str_addf(out, "\t%s=", key);
	str_add_escaped(out, str_span(value));
}

static void
add_indices(struct str *out, const char *key, const uint32_t *p, size_t n)
{
	if (n == 0)
		return;
	str_addf(out, "\t%s=", key);
	indices_format(out, p, n);
}

void
result_format(struct str *out, const struct result *r)
{
	const struct judgement *j = &r->judgement;
	const struct signature *s = &j->signature;

	str_addf(out, "run\tn=%" PRIu64 "\task=%" PRIu64 "\tphase=%s\ttests=%" PRIu32
	         "\tquestion=%" PRIu64 "\tfresh=%d\twarm=%d", r->run, r->ask, r->phase, r->n_tests,
	         r->digest, r->fresh, r->warm);
	if (r->victim != TESTLIST_NONE)
		str_addf(out, "\tvictim=%" PRIu32, r->victim);
	str_addf(out, "\tverdict=%s\toutcome=%s\tmicros=%" PRId64 "\tat=%" PRId64 "\tload=%.2f\tcpus=%ld"
	         "\toutput=%" PRIu64, verdict_words[j->verdict], outcome_words[j->outcome], r->micros,
	         r->at, r->load, sysconf(_SC_NPROCESSORS_ONLN), r->n_output);
	if (r->n_leaked)
		str_addf(out, "\tleaked=%d", r->n_leaked);
	if (r->has_seconds)
		str_adds(out, "\tseconds=1");
	if (s->how != SIGNATURE_NONE)
		str_addf(out, "\thow=%s\tcode=%d", signature_words[s->how], s->code);
	add_text(out, "kind", &s->kind);
	add_text(out, "message", &s->message);
	if (strcmp(str_c(&s->line), str_c(&s->message)) != 0)
		add_text(out, "line", &s->line);
	add_indices(out, "signed", s->failed.p, s->failed.n);
	add_indices(out, "failed", j->failed.p, j->failed.n);
	if (j->absent != TESTLIST_NONE)
		str_addf(out, "\tabsent=%" PRIu32, j->absent);
	add_text(out, "why", &j->why);
}

/* ---- reading ---- */

/* The index in words of value; -1: none. */
static int
find_word(struct span value, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_is(value, words[i]))
			return (int)i;
	}
	return -1;
}

static bool
parse_index(struct span x, uint32_t below, uint32_t *out)
{
	uint64_t v;

	if (!span_u64(x, &v) || v >= below)
		return false;
	*out = (uint32_t)v;
	return true;
}

struct indices { VEC(uint32_t) v; };

static bool
parse_indices(struct span value, uint32_t n_list, struct indices *out)
{
	struct span part, first;
	uint32_t lo, hi;

	vec_clear(&out->v);
	while (span_next(&value, ',', &part)) {
		if (!span_next(&part, '-', &first) || !parse_index(first, n_list, &lo))
			return false;
		hi = lo;
		if (part.p && (!parse_index(part, n_list, &hi) || hi < lo))
			return false;
		for (; lo <= hi; lo++)
			vec_push(&out->v, lo);
	}
	return true;
}

static bool
parse_i64(struct span x, int64_t *out)
{
	uint64_t v;

	if (!span_u64(x, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

static bool
parse_text(struct span value, struct str *out)
{
	str_clear(out);
	return str_add_unescaped(out, value);
}

/* Numbers and words of a fixed place; 1 taken, 0 another key, -1 wrong. */
static int
parse_plain(struct result *r, struct span key, struct span value, uint32_t n_list)
{
	struct judgement *j = &r->judgement;
	const struct { const char *key; uint64_t *to; } numbers[] = {
		{ "n", &r->run }, { "ask", &r->ask }, { "question", &r->digest }, { "output", &r->n_output },
	};
	const struct { const char *key; int64_t *to; } times[] = {
		{ "micros", &r->micros }, { "at", &r->at },
	};
	const struct { const char *key; bool *to; } flags[] = {
		{ "fresh", &r->fresh }, { "warm", &r->warm }, { "seconds", &r->has_seconds },
	};
	const struct { const char *key; uint32_t *to; uint32_t below; } indices[] = {
		{ "tests", &r->n_tests, UINT32_MAX }, { "victim", &r->victim, n_list },
		{ "absent", &j->absent, n_list },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		if (span_is(key, numbers[i].key))
			return span_u64(value, numbers[i].to) ? 1 : -1;
	}
	for (i = 0; i < ARRAY_LEN(times); i++) {
		if (span_is(key, times[i].key))
			return parse_i64(value, times[i].to) ? 1 : -1;
	}
	for (i = 0; i < ARRAY_LEN(flags); i++) {
		if (span_is(key, flags[i].key)) {
			*flags[i].to = span_is(value, "1");
			return 1;
		}
	}
	for (i = 0; i < ARRAY_LEN(indices); i++) {
		if (span_is(key, indices[i].key))
			return parse_index(value, indices[i].below, indices[i].to) ? 1 : -1;
	}
	return 0;
}

static bool
parse_indices_into(struct span value, uint32_t n_list, uint32_t **p, size_t *n, size_t *cap)
{
	struct indices v = { VEC_INIT };
	bool ok = parse_indices(value, n_list, &v);

	free(*p);
	*p = v.v.p;
	*n = v.v.n;
	*cap = v.v.cap;
	return ok;
}

static bool
parse_pair(struct result *r, struct span key, struct span value, uint32_t n_list)
{
	struct judgement *j = &r->judgement;
	struct signature *s = &j->signature;
	int taken = parse_plain(r, key, value, n_list), word;
	uint32_t code;

	if (taken)
		return taken > 0;
	if (span_is(key, "phase")) {
		if (value.n >= sizeof(r->phase))
			return false;
		memcpy(r->phase, value.p, value.n);
		r->phase[value.n] = '\0';
	} else if (span_is(key, "verdict")) {
		word = find_word(value, verdict_words, ARRAY_LEN(verdict_words));
		j->verdict = word < 0 ? VERDICT_UNRESOLVED : (enum verdict)word;
		return word >= 0;
	} else if (span_is(key, "outcome")) {
		word = find_word(value, outcome_words, ARRAY_LEN(outcome_words));
		j->outcome = word < 0 ? OUT_UNRESOLVED : (enum outcome)word;
		return word >= 0;
	} else if (span_is(key, "how")) {
		word = find_word(value, signature_words, ARRAY_LEN(signature_words));
		s->how = word < 0 ? SIGNATURE_NONE : (enum signature_how)word;
		return word >= 0;
	} else if (span_is(key, "code")) {
		if (!parse_index(value, INT32_MAX, &code))
			return false;
		s->code = (int)code;
	} else if (span_is(key, "kind")) {
		return parse_text(value, &s->kind);
	} else if (span_is(key, "message")) {
		return parse_text(value, &s->message);
	} else if (span_is(key, "line")) {
		return parse_text(value, &s->line);
	} else if (span_is(key, "why")) {
		return parse_text(value, &j->why);
	} else if (span_is(key, "signed")) {
		return parse_indices_into(value, n_list, &s->failed.p, &s->failed.n, &s->failed.cap);
	} else if (span_is(key, "failed")) {
		return parse_indices_into(value, n_list, &j->failed.p, &j->failed.n, &j->failed.cap);
	}
	return true; /* load, cpus, leaked: for people */
}

int
result_parse(struct result *r, struct span payload, uint32_t n_list, struct err *e)
{
	struct span field, key;

	result_init(r);
	if (!span_next(&payload, '\t', &field) || !span_is(field, "run"))
		return err_set(e, "not the line of a run");
	while (span_next(&payload, '\t', &field)) {
		struct span value = field;

		if (!span_next(&value, '=', &key) || value.p == NULL ||
		    !parse_pair(r, key, value, n_list)) {
			result_release(r);
			return err_set(e, "'%.*s' is not understood", field.n > 200 ? 200 : (int)field.n,
			               field.p);
		}
	}
	if (r->run == 0 || r->ask == 0) {
		result_release(r);
		return err_set(e, "it has no number");
	}
	return 0;
}
