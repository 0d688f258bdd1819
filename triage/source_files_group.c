/* Which inputs make one build: see source_files.h for the rules. */
#include "common/base.h"
#include "triage/source_files_in.h"

#include <stdio.h>

#include "common/map.h"

/* What is known of one group before it is read; key tells groups apart. */
struct grouping {
	const struct files_options *o;
	struct files_list *l;
	struct files_groups *out;
	struct map keys;      /* of groups */
	struct map jobs;      /* "FOLDER/JOB" of logs of GitHub Actions */
	struct map job_folders; /* folders that hold such logs */
	struct map steps;     /* folders that hold the logs of a job's steps */
	struct map logs;      /* "FOLDER/JOB SIZE" that are read already */
	struct str key;       /* scratch */
};

static struct span
folder_of(struct span path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return (struct span){ path.p, path.n ? path.n - 1 : 0 };
}

static struct span
name_of(struct span path)
{
	struct span folder = folder_of(path);

	return span_from(path, folder.n ? folder.n + 1 : path.n && path.p[0] == '/');
}

/* ---- GitHub Actions ---- */

static struct span
job_key(struct grouping *g, struct span folder, struct span job)
{
	str_clear(&g->key);
	str_addspan(&g->key, folder);
	str_addc(&g->key, '/');
	str_addspan(&g->key, job);
	return str_span(&g->key);
}

/* Jobs are counted from 0, steps from 1: a folder with a 0, or with a first step, is theirs. */
static void
note_job(struct grouping *g, const struct files_input *i)
{
	struct span name = name_of(i->path), folder = folder_of(i->path), job;

	if (!files_place_job(name, &job))
		return;
	map_add(&g->jobs, job_key(g, folder, job));
	if (span_starts(name, "0_") || name.p[0] == '-')
		map_add(&g->job_folders, folder);
	if (span_is(files_place_stem(name), "1_Set up job.txt"))
		map_add(&g->steps, folder);
}

/* A log of a job that was seen already: another with the same name and size. */
static bool
is_twin(struct grouping *g, const struct files_input *i, struct span job)
{
	size_t before = g->logs.texts.n;

	if (i->size < 0)
		return false;
	job_key(g, folder_of(i->path), job);
	str_addf(&g->key, " %lld", (long long)i->size);
	return map_add(&g->logs, str_span(&g->key)) < before;
}

/* *job is set when it is a job's log; false: what it holds stands in another. */
static bool
see_job(struct grouping *g, const struct files_input *i, struct span *job)
{
	struct span name = name_of(i->path), folder = folder_of(i->path), own;

	if (!files_place_job(name, &own))
		return true;
	if (map_find(&g->job_folders, folder) != MAP_NONE) {
		*job = own;
		return !is_twin(g, i, own);
	}
	if (map_find(&g->jobs, folder) != MAP_NONE &&
	    map_find(&g->job_folders, folder_of(folder)) != MAP_NONE)
		return false;
	if (map_find(&g->steps, folder) != MAP_NONE)
		*job = name_of(folder);
	return true;
}

/* ---- one input ---- */

static struct span
first(struct span a, struct span b)
{
	return a.n ? a : b;
}

/* Two names as one, without what is empty. */
static struct span
below(struct arena *mem, struct span a, struct span b)
{
	struct str s = STR_INIT(STR_LINE);
	struct span out;

	if (a.n == 0 || b.n == 0)
		return first(a, b);
	str_addspan(&s, a);
	str_addc(&s, '/');
	str_addspan(&s, b);
	out = (struct span){ arena_copy(mem, str_c(&s), s.n), s.n };
	str_release(&s);
	return out;
}

/* Where the path says it belongs; false: it is not read. */
static bool
find_place(struct grouping *g, const struct files_input *i, struct files_place *out)
{
	struct span job = { "", 0 }, path = i->below_root;
	struct files_place laid = { .number = { "", 0 } };

	if (g->o->layout && !files_layout_match(g->o->layout, i->path, &laid)) {
		char why[512];

		snprintf(why, sizeof(why), "it does not fit the layout '%.400s'", g->o->layout);
		files_unread(g->l->in, i->path, why);
		return false;
	}
	if (!see_job(g, i, &job))
		return false;
	if (job.n) /* what counts the jobs is no number of a build */
		path = below(&g->l->mem, folder_of(path), span_of("-"));
	files_place_find(out, &g->l->mem, i->root, path);
	if (job.n) {
		out->builder = job;
		out->below = (struct span){ "", 0 };
	}
	out->builder = first(laid.builder, out->builder);
	if (g->o->builder.n)
		out->builder = below(&g->l->mem, g->o->builder, job);
	out->branch = first(g->o->branch, first(laid.branch, out->branch));
	out->revision = first(g->o->revision, laid.revision);
	out->number = first(g->o->number, first(laid.number, out->number));
	out->worker = first(g->o->worker, laid.worker);
	return true;
}

static uint32_t
group_of(struct grouping *g, const struct files_place *p, struct span path)
{
	const struct span parts[] = { p->builder, p->branch, p->revision, p->number, p->worker };
	size_t i;
	uint32_t at;

	str_clear(&g->key);
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		str_addspan(&g->key, parts[i]);
		str_addc(&g->key, '\0');
	}
	at = map_add(&g->keys, str_span(&g->key));
	if (at == g->out->n) {
		struct files_group group = { .place = *p, .path = path };

		vec_push(g->out, group);
	}
	return at;
}

/* ---- builds whose folders are builders ---- */

/* Marks the groups in which a name comes again in another folder. */
static void
find_splits(struct grouping *g, const struct files_place *places, bool *split)
{
	struct map names = MAP_INIT;
	VEC(struct span) where = VEC_INIT;
	size_t i;

	for (i = 0; i < g->l->inputs.n; i++) {
		const struct files_input *in = &g->l->inputs.p[i];
		struct span at = places[i].below;
		uint32_t k;

		if (in->build == FILES_NO_BUILD)
			continue;
		str_clear(&g->key);
		str_addf(&g->key, "%u/", in->build);
		str_addspan(&g->key, name_of(in->path));
		k = map_add(&names, str_span(&g->key));
		if (k == where.n)
			vec_push(&where, at);
		else if (where.p[k].n != at.n || memcmp(where.p[k].p, at.p, at.n) != 0)
			split[in->build] = true;
	}
	map_release(&names);
	vec_release(&where);
}

static void
split_groups(struct grouping *g, struct files_place *places)
{
	size_t n = g->out->n, i;
	bool *split = xcalloc(n + 1, sizeof(*split));

	find_splits(g, places, split);
	for (i = 0; i < g->l->inputs.n; i++) {
		struct files_input *in = &g->l->inputs.p[i];

		if (in->build == FILES_NO_BUILD || !split[in->build] || places[i].below.n == 0)
			continue;
		places[i].builder = below(&g->l->mem, places[i].builder, places[i].below);
		in->build = group_of(g, &places[i], in->path);
	}
	free(split);
}

void
files_group(struct files_list *l, const struct files_options *o, struct files_groups *out)
{
	struct grouping g = { .o = o, .l = l, .out = out, .key = STR_INIT(1 << 20) };
	struct files_place *places = xcalloc(l->inputs.n + 1, sizeof(*places));
	size_t i;

	for (i = 0; i < l->inputs.n; i++)
		note_job(&g, &l->inputs.p[i]);
	for (i = 0; i < l->inputs.n; i++) {
		struct files_input *in = &l->inputs.p[i];

		if (!files_place_is_noise(name_of(in->path)) && find_place(&g, in, &places[i]))
			in->build = group_of(&g, &places[i], in->path);
	}
	if (o->layout == NULL)
		split_groups(&g, places);
	for (i = 0; i < l->inputs.n; i++) {
		if (l->inputs.p[i].build != FILES_NO_BUILD)
			out->p[l->inputs.p[i].build].n_left++;
	}
	free(places);
	map_release(&g.keys);
	map_release(&g.jobs);
	map_release(&g.job_folders);
	map_release(&g.steps);
	map_release(&g.logs);
	str_release(&g.key);
}
