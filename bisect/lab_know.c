/*
 * What the laboratory learns by answers: how long tests and starts take, which
 * other failures there are, and what goes wrong again and again.  Live and on
 * a replay the same answers give the same knowledge.
 */
#include "common/base.h"
#include "bisect/lab_in.h"

static const double least_seconds = 1e-6;

/* ---- durations ---- */

/* Whether this is the run that tells how long each test takes: the first
 * one of the whole list that says so of at least half of them.  Fills
 * test_micros then. */
bool
know_takes_times(struct lab *lab, const struct run *run, const struct result *r)
{
	uint32_t n = lab_n_tests(lab);
	const struct reading *reading = &run->trial.reading;
	int64_t *micros;
	uint32_t known = 0;

	if (lab->test_micros || run->ask.n != n || n == 0 ||
	    r->judgement.outcome == OUT_TIMEOUT || !(lab->rules.fw->flags & FW_TIMES))
		return false;
	micros = xcalloc(n, sizeof(*micros));
	for (uint32_t i = 0; i < n; i++)
		micros[i] = -1;
	for (size_t i = 0; i < reading->ends.n; i++) {
		const struct test_end *end = &reading->ends.p[i];

		if (end->micros >= 0 && micros[end->test] < 0) {
			micros[end->test] = end->micros;
			known++;
		}
	}
	if (known < n - n / 2) {
		free(micros);
		return false;
	}
	lab->test_micros = micros;
	lab->seconds_old = true; /* whoever asked before has got guesses */
	return true;
}

/* Least squares over runs of one kind: seconds = start + slope * seconds asked. */
static double
intercept(const struct cost *c)
{
	double det = c->n * c->sxx - c->sx * c->sx;

	if (c->n < 2 || det <= 1e-9 * c->n * c->sxx)
		return -1;
	return (c->sy * c->sxx - c->sx * c->sxy) / det;
}

static double
sum_seconds(const struct lab *lab)
{
	double sum = 0;

	for (uint32_t i = 0; i < lab_n_tests(lab); i++)
		sum += lab->seconds[i];
	return sum;
}

/* From reports; tests without one get the mean of the others. */
static void
seconds_as_reported(struct lab *lab)
{
	uint32_t n = lab_n_tests(lab), known = 0;
	double sum = 0, s;

	for (uint32_t i = 0; i < n; i++) {
		if (lab->test_micros[i] >= 0) {
			sum += (double)lab->test_micros[i] / 1e6;
			known++;
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		s = lab->test_micros[i] >= 0 ? (double)lab->test_micros[i] / 1e6 : sum / (known ? known : 1);
		lab->seconds[i] = s > least_seconds ? s : least_seconds;
	}
}

static void
compute_seconds(struct lab *lab)
{
	uint32_t n = lab_n_tests(lab);
	double whole = lab->whole_seconds > 0 ? lab->whole_seconds : 1, start, told = 0;

	if (lab->seconds == NULL)
		lab->seconds = xcalloc((size_t)n + 1, sizeof(*lab->seconds));
	else if (!lab->seconds_old)
		return;
	lab->seconds_old = false;
	if (lab->test_micros) {
		seconds_as_reported(lab);
		return;
	}
	/* Shares of the whole run; of the start nothing is known but that it is in there. */
	start = intercept(&lab->cost[0]);
	if (start < 0 || start > whole)
		start = lab->cost[0].n > 0 ? whole / 2 : whole / 10;
	for (uint32_t i = 0; i < n; i++)
		told += lab->c.seconds ? lab->c.seconds[i] : 0;
	for (uint32_t i = 0; i < n; i++) {
		double s = told > 0 ? lab->c.seconds[i] * (lab->whole_seconds > 0 ? (whole - start) / told : 1)
		                    : (whole - start) / n;

		lab->seconds[i] = s > least_seconds ? s : least_seconds;
	}
}

const double *
lab_seconds(const struct lab *lab)
{
	compute_seconds((struct lab *)lab);
	return lab->seconds;
}

/* In the unit of the cost: reported seconds, or shares of the list. */
double
know_seconds_of(struct lab *lab, const uint32_t *tests, size_t n)
{
	double sum = 0;

	if (lab->test_micros == NULL)
		return (double)n / (lab_n_tests(lab) ? lab_n_tests(lab) : 1);
	compute_seconds(lab);
	for (size_t i = 0; i < n; i++)
		sum += lab->seconds[tests[i]];
	return sum;
}

double
lab_startup(const struct lab *lab, bool warm)
{
	const struct cost *c = &lab->cost[warm];
	double start = intercept(c), whole = lab->whole_seconds;

	compute_seconds((struct lab *)lab);
	if (start < 0 && c->n > 0 && lab->test_micros)
		start = (c->sy - c->sx) / c->n; /* tests take what they said */
	if (start < 0 && warm)
		start = 0.003;
	if (start < 0)
		start = whole > 0 ? whole - sum_seconds(lab) : 0.1;
	if (whole > 0 && start > whole)
		start = whole;
	return start > 1e-4 ? start : 1e-4;
}

static void
know_cost(struct lab *lab, const struct result *r, double x)
{
	struct cost *c = &lab->cost[r->warm];
	double y = (double)r->micros / 1e6;

	if (r->judgement.outcome == OUT_TIMEOUT || r->judgement.outcome == OUT_NOT_STARTED)
		return;
	c->n++;
	c->sx += x;
	c->sy += y;
	c->sxx += x * x;
	c->sxy += x * y;
	lab->seconds_old = lab->test_micros == NULL;
}

static void
know_baseline(struct lab *lab, const struct result *r)
{
	enum outcome o = r->judgement.outcome;

	if (r->n_tests != lab_n_tests(lab) || o == OUT_TIMEOUT || o == OUT_NOT_STARTED)
		return;
	if (lab->whole_seconds <= 0) {
		lab->whole_seconds = (double)r->micros / 1e6;
		lab->seconds_old = true;
	}
	if (r->micros > lab->baseline[r->warm])
		lab->baseline[r->warm] = r->micros > 0 ? r->micros : 1;
}

/* ---- other failures ---- */

static size_t
find_other(const struct lab *lab, const struct signature *s)
{
	size_t i;

	for (i = 0; i < lab->others.n && !signature_same(lab->other_signatures.p[i], s); i++)
		;
	return i;
}

static void
add_other(struct lab *lab, const struct signature *s, const char *text, struct other_failure seen)
{
	struct signature *copy = xmalloc(sizeof(*copy));

	signature_init(copy);
	signature_copy(copy, s);
	seen.signature = xstrdup(text);
	vec_push(&lab->others, seen);
	vec_push(&lab->other_signatures, copy);
}

/* Moves what became more frequent up. */
static void
sort_other(struct lab *lab, size_t i)
{
	for (; i > 0 && lab->others.p[i].count > lab->others.p[i - 1].count; i--) {
		struct other_failure o = lab->others.p[i];
		struct signature *os = lab->other_signatures.p[i];

		lab->others.p[i] = lab->others.p[i - 1];
		lab->others.p[i - 1] = o;
		lab->other_signatures.p[i] = lab->other_signatures.p[i - 1];
		lab->other_signatures.p[i - 1] = os;
	}
}

static void
know_other(struct lab *lab, const struct result *r)
{
	const struct signature *s = &r->judgement.signature;
	size_t i = find_other(lab, s);

	if (i < lab->others.n)
		lab->others.p[i].count++;
	else
		add_other(lab, s, str_c(&lab->last_text), (struct other_failure){ NULL, 1, r->run });
	sort_other(lab, i);
}

static void
drop_other(struct lab *lab, size_t i)
{
	size_t after = lab->others.n - i - 1;

	free((char *)lab->others.p[i].signature);
	signature_release(lab->other_signatures.p[i]);
	free(lab->other_signatures.p[i]);
	memmove(&lab->others.p[i], &lab->others.p[i + 1], after * sizeof(*lab->others.p));
	memmove(&lab->other_signatures.p[i], &lab->other_signatures.p[i + 1],
	        after * sizeof(*lab->other_signatures.p));
	lab->others.n--;
	lab->other_signatures.n--;
}

void
know_target(struct lab *lab)
{
	const struct signature *new = &lab->last.judgement.signature;
	struct other_failure seen = { NULL, 1, lab->last.run };
	size_t i = find_other(lab, new);

	if (i < lab->others.n) {
		seen = lab->others.p[i];
		drop_other(lab, i);
	}
	if (lab->target.how != SIGNATURE_NONE) {
		add_other(lab, &lab->target, str_c(&lab->target_text), lab->target_seen);
		sort_other(lab, lab->others.n - 1);
	}
	lab->target_seen = seen;
	signature_copy(&lab->target, new);
	str_clear(&lab->target_text);
	str_addspan(&lab->target_text, str_span(&lab->last_text));
}

size_t
lab_others(struct lab *lab, const struct other_failure **out)
{
	*out = lab->others.p;
	return lab->others.n;
}

/* ---- what goes wrong ---- */

static void
know_absent(struct lab *lab, uint32_t test)
{
	lab->stats.n_absent++;
	if (test == TESTLIST_NONE)
		return;
	if (lab->absent_count == NULL)
		lab->absent_count = xcalloc((size_t)lab_n_tests(lab) + 1, sizeof(*lab->absent_count));
	lab->absent_count[test]++;
}

const char *
lab_trouble(struct lab *lab)
{
	const struct lab_stats *s = &lab->stats;
	uint32_t worst = TESTLIST_NONE, n = 0;
	struct str name = STR_INIT(512);

	str_clear(&lab->trouble);
	for (uint32_t i = 0; lab->absent_count && i < lab_n_tests(lab); i++) {
		if (lab->absent_count[i] > n)
			n = lab->absent_count[worst = i];
	}
	if (n >= 2 && s->n_absent * 4 >= s->n_runs) {
		str_add_escaped(&name, span_of(testlist_name(lab->c.list, worst)));
		str_addf(&lab->trouble, "tests vanish: '%s' was asked and did not run in %u runs; does the "
		         "list belong to this command?", str_c(&name), n);
	} else if (s->n_unresolved >= 3 && s->n_unresolved * 2 > s->n_runs) {
		str_addf(&lab->trouble, "%u of %u runs proved nothing", s->n_unresolved, s->n_runs);
		if (lab->last.judgement.why.n)
			str_addf(&lab->trouble, ", the last because %s", str_c(&lab->last.judgement.why));
		if (lab->last.judgement.outcome == OUT_TIMEOUT)
			str_adds(&lab->trouble, "; if a hang is the failure say --timeout-is fail, if not, "
			                        "a longer --timeout");
	}
	str_release(&name);
	return lab->trouble.n ? str_c(&lab->trouble) : NULL;
}

/* ---- all of it ---- */

void
know_result(struct lab *lab, const struct result *r, double tests_seconds)
{
	const struct judgement *j = &r->judgement;

	lab->stats.n_runs++;
	lab->stats.n_unresolved += j->verdict == VERDICT_UNRESOLVED;
	lab->stats.n_warm += r->warm;
	if (lab_n_tests(lab))
		lab->stats.work += (double)r->n_tests / lab_n_tests(lab);
	know_cost(lab, r, tests_seconds);
	know_baseline(lab, r);
	if (j->outcome == OUT_OTHER)
		know_other(lab, r);
	if (j->outcome == OUT_ABSENT)
		know_absent(lab, j->absent);
}

void
know_release(struct lab *lab)
{
	while (lab->others.n)
		drop_other(lab, lab->others.n - 1);
	vec_release(&lab->others);
	vec_release(&lab->other_signatures);
	str_release(&lab->trouble);
	free(lab->absent_count);
	free(lab->test_micros);
	free(lab->seconds);
}
