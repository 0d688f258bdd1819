/* What earlier builds tell: see priors.h. */
#include "common/base.h"
#include "bisect/priors.h"

#include <math.h>
#include <stdlib.h>

#include "common/json.h"

static const double least_seconds = 1e-6, most_seconds = 1e6;
static const double most_suspect = 10;  /* times the mean */
static const double trusted = 0.9;      /* share of the prior that is the history's */

void
priors_release(struct priors *p)
{
	free(p->seconds);
	free(p->suspicion);
	*p = (struct priors){ 0 };
}

/* The array of that name; NULL and e: it is no answer of flake-triage. */
static const struct json *
list_of(const struct json *doc, const char *key, struct err *e)
{
	const struct json *list = json_find(doc, key);

	if (list == NULL)
		err_set(e, "--history: flake-triage gave an answer without '%s': is it another version?", key);
	return list;
}

/* ---- tests ---- */

/* What the history says of one test. */
struct row { double seconds; /* < 0: unknown */ double suspicion; };

static struct row
row_of(const struct json *x)
{
	struct row r = { -1, 0 };
	double fails = 0, runs = 0;

	if (json_number(json_find(x, "seconds"), &r.seconds) && !(r.seconds >= 0))
		r.seconds = -1;
	json_number(json_find(x, "fails"), &fails);
	json_number(json_find(x, "runs"), &runs);
	if (!(runs >= 0) || !(fails >= 0 && fails <= runs))
		fails = runs = 0;
	r.suspicion = (fails + 0.5) / (runs + 1);
	return r;
}

/* Known values, and their mean for the others; NULL: none is known (< 0). */
static double *
with_mean(const struct row *rows, const uint32_t *row, uint32_t n, size_t field, double *mean)
{
	double *out, sum = 0, x;
	uint32_t known = 0;

	for (uint32_t i = 0; i < n; i++) {
		x = row[i] == TESTLIST_NONE ? -1 : *(const double *)((const char *)&rows[row[i]] + field);
		known += x >= 0;
		sum += x >= 0 ? x : 0;
	}
	if (known == 0)
		return NULL;
	*mean = sum / known;
	out = xcalloc((size_t)n + 1, sizeof(*out));
	for (uint32_t i = 0; i < n; i++) {
		x = row[i] == TESTLIST_NONE ? -1 : *(const double *)((const char *)&rows[row[i]] + field);
		out[i] = x >= 0 ? x : *mean;
	}
	return out;
}

static void
fill(struct priors *p, const struct row *rows, const uint32_t *row, uint32_t n)
{
	double mean = 0;

	for (uint32_t i = 0; i < n; i++)
		p->n_known += row[i] != TESTLIST_NONE;
	p->seconds = with_mean(rows, row, n, offsetof(struct row, seconds), &mean);
	for (uint32_t i = 0; p->seconds && i < n; i++)
		p->seconds[i] = fmin(fmax(p->seconds[i], least_seconds), most_seconds);
	p->suspicion = with_mean(rows, row, n, offsetof(struct row, suspicion), &mean);
	/* Half of it equal: a polluter that never failed by itself loses one bit at the most. */
	for (uint32_t i = 0; p->suspicion && i < n; i++)
		p->suspicion[i] = 1 + fmin(p->suspicion[i] / mean, most_suspect);
}

int
priors_of_tests(struct priors *p, struct span answer, const struct testlist *list, struct err *e)
{
	struct json *doc = json_parse(answer, e);
	const struct json *tests = doc ? list_of(doc, "tests", e) : NULL;
	size_t n = json_count(tests);
	uint32_t n_list = testlist_count(list), *row = xcalloc((size_t)n_list + 1, sizeof(*row));
	struct row *rows = xcalloc(n + 1, sizeof(*rows));
	struct span *names = xcalloc(n + 1, sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		names[i] = span_of("");
		json_text(json_find(json_at(tests, i), "test"), &names[i]);
		rows[i] = row_of(json_at(tests, i));
	}
	if (tests) {
		priors_match(row, list, names, n);
		fill(p, rows, row, n_list);
	}
	free(row);
	free(rows);
	free(names);
	json_free(doc);
	return tests ? 0 : -1;
}

/* ---- commits ---- */

/* The only commit whose id begins so; TESTLIST_NONE: there is none, or several. */
static uint32_t
commit_of(const struct testlist *list, struct span id)
{
	uint32_t found = testlist_find(list, id);

	if (found != TESTLIST_NONE || id.n < 7)
		return found;
	for (uint32_t i = 0; i < testlist_count(list); i++) {
		if (strncmp(testlist_name(list, i), id.p, id.n) != 0)
			continue;
		if (found != TESTLIST_NONE)
			return TESTLIST_NONE;
		found = i;
	}
	return found;
}

/* Failures and runs of one side; none when it is not said, or cannot be. */
static void
side_of(double *fails, double *runs, const struct json *side)
{
	*fails = *runs = 0;
	if (!json_number(json_find(side, "failed"), fails) || !json_number(json_find(side, "runs"), runs) ||
	    !(*fails >= 0 && *fails <= *runs && *runs < 1e15))
		*fails = *runs = 0;
}

int
priors_of_commits(double *prior, uint32_t *n_known, struct hunt_past *past, struct span answer,
                  const struct testlist *list, struct err *e)
{
	struct json *doc = json_parse(answer, e);
	const struct json *suspects = doc ? list_of(doc, "suspects", e) : NULL;
	uint32_t n = testlist_count(list) - 1, at;
	double sum = 0, p;
	struct span id;

	*n_known = 0;
	side_of(&past->old_new, &past->old_runs, json_find(doc, "before"));
	side_of(&past->new_new, &past->new_runs, json_find(doc, "after"));
	for (uint32_t i = 0; i < n; i++)
		prior[i] = 0;
	for (size_t i = 0; i < json_count(suspects); i++) {
		const struct json *x = json_at(suspects, i);

		if (!json_text(json_find(x, "commit"), &id) || !json_number(json_find(x, "posterior"), &p) ||
		    !(p > 0 && p <= 1))
			continue;
		at = commit_of(list, id);
		if (at == TESTLIST_NONE || at == 0)
			continue;
		*n_known += prior[at - 1] == 0;
		prior[at - 1] += p;
		sum += p;
	}
	for (uint32_t i = 0; i < n; i++)
		prior[i] = sum > 0 ? trusted * prior[i] / sum + (1 - trusted) / n : 1.0 / n;
	json_free(doc);
	return suspects ? 0 : -1;
}
