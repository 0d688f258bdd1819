/*
 * cargo test: the tests of the library, the programs and tests/ of a package or
 * workspace, as TARGET::path::name.  Cargo builds once and says what it built;
 * runs start those test programs directly.  Documentation tests are no part
 * of it: rustdoc cannot choose among them by exact names.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include "bisect/fw_cargo_in.h"
#include "bisect/fw_parts.h"
#include "bisect/fw_tool.h"

extern const struct framework fw_cargo;

enum { FAILURE_MAX = 1000, FAILURE_LINES = 3 };

static int
cargo_detect(const struct fw_command *c)
{
	return cargo_find_test(c->argv) ? 90 : 0;
}

/* ---- the list ---- */

struct cargo_list { struct testlist *list; struct cargo_target *target; };

/* "path::name: test" */
static void
list_line(void *data, struct span line)
{
	struct cargo_list *l = data;
	struct str name = STR_INIT(STR_LINE);

	if (span_ends(line, ": test") && !memchr(line.p, '\0', line.n)) {
		str_addf(&name, "%s::", l->target->name);
		str_add(&name, line.p, line.n - 6);
		testlist_add(l->list, str_span(&name));
		l->target->n_tests++;
	}
	str_release(&name);
}

static int
list_target(struct fw_command *c, const struct cargo *s, struct cargo_target *t, struct testlist *list,
            struct err *e)
{
	struct cargo_list l = { list, t };
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct fw_run run = { .env = (const char *const *)t->env, .line = list_line, .data = &l };
	int ret;

	argv_add(&b, t->program);
	argv_add(&b, "--list");
	argv_add(&b, "--format=terse");
	cargo_add_all(&b, s->choosing);
	run.argv = argv_done(&b);
	t->n_tests = 0;
	ret = fw_run_well(c, &run, e);
	fw_run_release(&run);
	return ret;
}

static int
cargo_list(struct fw_command *c, struct testlist *list, struct err *e)
{
	struct cargo *s = cargo_state(c, e);
	size_t i;

	if (s == NULL)
		return -1;
	for (i = 0; i < s->n_targets; i++) {
		if (list_target(c, s, &s->targets[i], list, e) < 0)
			return -1;
	}
	if (testlist_count(list) == 0)
		return err_set(e, "cargo finds no tests (documentation tests do not count)");
	str_adds(&c->note, "documentation tests are left out\n");
	if (!s->threads)
		str_adds(&c->note, "tests run at once, as many as there are processors: "
		         "`-- --test-threads=1` makes them run in a fixed order\n");
	return 0;
}

/* ---- runs ---- */

/* The asked tests of the target, without its name. */
static size_t
add_names(struct argv_builder *b, const struct cargo_target *t, const struct testlist *list,
          const uint32_t *tests, size_t n)
{
	size_t i, len = strlen(t->name), count = 0;

	for (i = 0; i < n; i++) {
		const char *name = testlist_name(list, tests[i]);

		if (strncmp(name, t->name, len) == 0 && strncmp(name + len, "::", 2) == 0) {
			argv_add(b, name + len + 2);
			count++;
		}
	}
	return count;
}

static int
cargo_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct job *job, struct err *e)
{
	struct cargo *s = cargo_state(c, e);
	VEC(struct fw_part) parts = VEC_INIT;
	size_t i, k, count;
	int ret;

	for (i = 0; s && i < s->n_targets; i++) {
		struct cargo_target *t = &s->targets[i];
		struct argv_builder names = { &job->mem, VEC_INIT }, b = { &job->mem, VEC_INIT };
		const char **asked;

		count = add_names(&names, t, list, tests, n);
		asked = argv_done(&names);
		if (count == 0)
			continue;
		argv_add(&b, t->program);
		argv_add(&b, "--color=never");
		cargo_add_all(&b, s->settings);
		if (count == t->n_tests) {
			cargo_add_all(&b, s->choosing);
		} else {
			argv_add(&b, "--exact");
			/* --ignored and the like still apply. */
			for (k = 0; s->choosing[k]; k++) {
				if (strstr(s->choosing[k], "-ignored"))
					argv_add(&b, s->choosing[k]);
			}
			cargo_add_all(&b, asked);
		}
		vec_push(&parts, ((struct fw_part){ t->name, t->dir, (const char *const *)t->env,
		                                    argv_done(&b) }));
	}
	ret = s ? fw_parts_prepare(job, parts.p, parts.n, "name fewer tests", e) : -1;
	vec_release(&parts);
	return ret;
}

/* ---- reading ---- */

/* What is read so far; in the reading's arena. */
struct cargo_reading {
	struct span target;    /* of the part that runs; NULL: none */
	char *running;         /* the test of a line that has no end yet; NULL: none */
	char failure[FAILURE_MAX];
	size_t n_failure;
	int n_lines;           /* lines of the first failure still to come */
	bool part_failed, broke_off, ended;
};

static struct cargo_reading *
reading_of(struct reading *r)
{
	return reading_state(r, sizeof(struct cargo_reading));
}

static void
cargo_ends(struct reading *r, struct cargo_reading *x, struct span name, enum test_status status)
{
	struct str full = STR_INIT(STR_LINE);

	str_addspan(&full, x->target);
	str_adds(&full, "::");
	str_addspan(&full, name);
	reading_test(r, str_span(&full), status, -1);
	x->part_failed |= status == TEST_FAIL;
	str_release(&full);
}

/* "test NAME ... ok", "test NAME - should panic ... FAILED", "test NAME ... ignored, why". */
static bool
take_result(struct reading *r, struct cargo_reading *x, struct span line)
{
	struct span name, status;
	size_t at = span_find(line, " ... ");

	if (!span_starts(line, "test ") || at == line.n)
		return false;
	name = span_from((struct span){ line.p, at }, 5);
	status = span_from(line, at + 5);
	if (span_ends(name, " - should panic"))
		name.n -= 15;
	if (span_is(status, "ok"))
		cargo_ends(r, x, name, TEST_PASS);
	else if (span_is(status, "FAILED"))
		cargo_ends(r, x, name, TEST_FAIL);
	else if (span_is(status, "ignored") || span_starts(status, "ignored, "))
		cargo_ends(r, x, name, TEST_SKIP);
	else if (status.n == 0)
		x->running = arena_copy(&r->mem, name.p, name.n);
	return true;
}

static void
part_ends(struct reading *r, struct cargo_reading *x, int status)
{
	if (status != 0 && x->running) {
		if (x->n_failure == 0) {
			x->n_failure = strlen(x->running) < FAILURE_MAX ? strlen(x->running) : FAILURE_MAX;
			memcpy(x->failure, x->running, x->n_failure);
		}
		cargo_ends(r, x, span_of(x->running), TEST_FAIL);
	}
	x->broke_off |= status != 0 && !x->part_failed;
	x->running = NULL;
	x->target = (struct span){ NULL, 0 };
	x->ended = true;
}

static void
add_failure(struct cargo_reading *x, struct span line)
{
	size_t room = FAILURE_MAX - x->n_failure;

	line = span_trim(line);
	if (line.n == 0 || span_starts(line, "stack backtrace:") || span_starts(line, "note: ") || room < 2) {
		x->n_lines = x->n_failure ? 0 : x->n_lines;
		return;
	}
	if (x->n_failure)
		x->failure[x->n_failure++] = ' ';
	room = FAILURE_MAX - x->n_failure;
	memcpy(x->failure + x->n_failure, line.p, line.n < room ? line.n : room);
	x->n_failure += line.n < room ? line.n : room;
	x->n_lines--;
}

static void
cargo_line(struct fw_command *c UNUSED, struct reading *r, int stream, struct span line)
{
	struct cargo_reading *x = reading_of(r);
	struct span name;
	int status;

	if (stream != 1)
		return;
	switch (fw_part_line(line, &name, &status)) {
	case PART_BEGIN:
		x->target = (struct span){ arena_copy(&r->mem, name.p, name.n), name.n };
		x->part_failed = false;
		return;
	case PART_END:
		part_ends(r, x, status);
		return;
	case PART_NONE:
		break;
	}
	if (x->target.p == NULL || take_result(r, x, line))
		return;
	if (span_starts(line, "---- ") && span_ends(line, " stdout ----"))
		x->n_lines = x->n_failure ? 0 : FAILURE_LINES;
	else if (x->n_lines > 0)
		add_failure(x, line);
}

static int
cargo_finish(struct fw_command *c UNUSED, struct reading *r, const struct job *job UNUSED,
             const struct job_end *end, struct err *e UNUSED)
{
	struct cargo_reading *x = reading_of(r);

	if (x->n_failure)
		reading_message(r, (struct span){ x->failure, x->n_failure });
	if (end->how == JOB_EXITED && (!x->ended || x->target.p)) {
		r->unresolved = "the test programs did not come to their end";
	} else if (end->how == JOB_EXITED && x->broke_off) {
		r->whole_failed = true;
		r->whole_kind = "exit status";
	}
	return 0;
}

/* ---- to paste ---- */

static int
cargo_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
            struct str *out, struct err *e)
{
	struct cargo *s = cargo_state(c, e);
	struct arena mem = ARENA_INIT;
	size_t i;
	bool any = false;

	for (i = 0; s && i < s->n_targets; i++) {
		const struct cargo_target *t = &s->targets[i];
		struct argv_builder b = { &mem, VEC_INIT }, names = { &mem, VEC_INIT };
		size_t count = add_names(&names, t, list, tests, n), k;
		const char **asked = argv_done(&names), **argv;

		if (count == 0)
			continue;
		cargo_add_all(&b, s->build);
		argv_add(&b, "-p");
		argv_add(&b, t->package);
		argv_add(&b, t->option);
		if (strcmp(t->option, "--lib") != 0)
			argv_add(&b, t->target);
		argv_add(&b, "--");
		cargo_add_all(&b, s->settings);
		for (k = 0; s->choosing[k]; k++) {
			if (strstr(s->choosing[k], "-ignored"))
				argv_add(&b, s->choosing[k]);
		}
		argv_add(&b, "--exact");
		cargo_add_all(&b, asked);
		argv = argv_done(&b);
		str_adds(out, any ? "; " : "");
		fw_add_words(out, (const char *const *)argv);
		any = true;
	}
	arena_release(&mem);
	return s ? 0 : -1;
}

const struct framework fw_cargo = {
	.name = "cargo",
	.title = "cargo test, without documentation tests",
	.package = "cargo",
	.flags = FW_NAMES | FW_EVERY,
	.detect = cargo_detect,
	.list = cargo_list,
	.prepare = cargo_prepare,
	.line = cargo_line,
	.finish = cargo_finish,
	.repro = cargo_repro,
};
