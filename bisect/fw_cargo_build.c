/*
 * The words of a cargo test command, and building its test programs: cargo says
 * in JSON lines what it built.
 */
#include "common/base.h"
#include "bisect/fw_cargo_in.h"

#include <stdlib.h>

#include "bisect/fw_tool.h"
#include "common/json.h"

size_t
cargo_find_test(const char *const *argv)
{
	size_t at = argv[0] && argv[1] && argv[1][0] == '+' ? 2 : 1;

	if (!argv[0] || !fw_program_is(argv[0], "cargo") || !argv[at])
		return 0;
	return strcmp(argv[at], "test") == 0 || strcmp(argv[at], "t") == 0 ? at : 0;
}

static bool
is_one_of(const char *word, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

/* Cargo's own words; a name among them chooses tests. */
static void
split_cargo(struct argv_builder *build, struct argv_builder *choosing, const char *const *words,
            size_t n)
{
	static const char *const valued[] = { "-p", "--package", "--exclude", "--bin", "--test", "--example",
		"--bench", "-j", "--jobs", "--features", "-F", "--target", "--target-dir", "--manifest-path",
		"--color", "--profile", "-Z", "--config", "--message-format" };
	static const char *const dropped[] = { "--no-run", "--no-fail-fast", "-q", "--quiet",
		"--message-format" };
	size_t i, k, w;

	for (i = 0; i < n; i += w) {
		w = is_one_of(words[i], valued, ARRAY_LEN(valued)) && i + 1 < n ? 2 : 1;
		if (words[i][0] != '-')
			argv_add(choosing, words[i]);
		for (k = 0; k < w && words[i][0] == '-'; k++) {
			if (!is_one_of(words[i], dropped, ARRAY_LEN(dropped)))
				argv_add(build, words[i + k]);
		}
	}
}

/* Words after "--", for the test programs. */
static void
split_libtest(struct cargo *s, struct argv_builder *choosing, struct argv_builder *settings,
              const char *const *words)
{
	static const char *const valued[] = { "--test-threads", "--skip", "--logfile", "--color", "-Z",
		"--shuffle-seed", "--format" };
	static const char *const chooses[] = { "--skip", "--exact", "--ignored", "--include-ignored" };
	static const char *const dropped[] = { "--nocapture", "--show-output", "-q", "--quiet", "--list",
		"--format", "--color", "--shuffle", "--shuffle-seed", "--logfile" };
	size_t i, k, w;

	for (i = 0; words[i]; i += w) {
		struct argv_builder *to = settings;

		w = is_one_of(words[i], valued, ARRAY_LEN(valued)) && words[i + 1] ? 2 : 1;
		if (is_one_of(words[i], dropped, ARRAY_LEN(dropped)))
			continue;
		if (words[i][0] != '-' || strncmp(words[i], "--skip=", 7) == 0 ||
		    is_one_of(words[i], chooses, ARRAY_LEN(chooses)))
			to = choosing;
		s->threads |= strncmp(words[i], "--test-threads", 14) == 0;
		for (k = 0; k < w; k++)
			argv_add(to, words[i + k]);
	}
}

static void
split_words(struct fw_command *c, struct cargo *s)
{
	struct argv_builder build = { &c->mem, VEC_INIT }, choosing = { &c->mem, VEC_INIT };
	struct argv_builder settings = { &c->mem, VEC_INIT };
	size_t at = cargo_find_test(c->argv), i, n = 0;

	for (i = 0; i < at; i++)
		argv_add(&build, c->argv[i]);
	argv_add(&build, "test");
	while (c->argv[at + 1 + n] && strcmp(c->argv[at + 1 + n], "--") != 0)
		n++;
	split_cargo(&build, &choosing, c->argv + at + 1, n);
	if (c->argv[at + 1 + n])
		split_libtest(s, &choosing, &settings, c->argv + at + 2 + n);
	s->build = argv_done(&build);
	s->choosing = argv_done(&choosing);
	s->settings = argv_done(&settings);
}

void
cargo_add_all(struct argv_builder *b, const char *const *words)
{
	for (; *words; words++)
		argv_add(b, *words);
}

/* ---- building ---- */

struct building { struct fw_command *c; VEC(struct cargo_target) targets; };

static const char *
copy_span(struct arena *mem, struct span x)
{
	return arena_copy(mem, x.p ? x.p : "", x.n);
}

/* "prices 0.1.0 (path+file:///p)"; since 1.77 "path+file:///p#prices@0.1.0", or
 * "path+file:///x/prices#0.1.0" where the folder has the package's name. */
static struct span
package_name(struct span id)
{
	size_t hash = span_find(id, "#"), at;
	struct span tail;

	if (hash == id.n)
		return (struct span){ id.p, span_find(id, " ") };
	tail = span_from(id, hash + 1);
	if (span_find(tail, "@") < tail.n)
		return (struct span){ tail.p, span_find(tail, "@") };
	for (at = hash; at && id.p[at - 1] != '/'; at--)
		;
	return (struct span){ id.p + at, hash - at };
}

/* What cargo sets for a test program that looks at it while it runs. */
static const char **
target_env(struct arena *mem, const struct cargo_target *t)
{
	const char *old = getenv("LD_LIBRARY_PATH");
	struct argv_builder b = { mem, VEC_INIT };
	size_t n = strlen(t->program) - strlen(fw_base_name(t->program));

	argv_addf(&b, "CARGO_MANIFEST_DIR=%s", t->dir);
	argv_addf(&b, "CARGO_PKG_NAME=%s", t->package);
	argv_addf(&b, "LD_LIBRARY_PATH=%.*s%s%s", n ? (int)n - 1 : 1, n ? t->program : ".", old ? ":" : "",
	          old ? old : "");
	return argv_done(&b);
}

/* A line of --message-format=json-render-diagnostics. */
static void
build_line(void *data, struct span line)
{
	struct building *b = data;
	struct arena *mem = &b->c->mem;
	struct cargo_target t = { .n_tests = 0 };
	struct span program, manifest, package, name, kind;
	struct json *doc = json_parse(line, NULL);
	const struct json *target = json_find(doc, "target");
	bool test = false;

	if (!json_bool(json_find(json_find(doc, "profile"), "test"), &test) || !test ||
	    !json_text(json_find(doc, "executable"), &program) ||
	    !json_text(json_find(doc, "manifest_path"), &manifest) ||
	    !json_text(json_find(doc, "package_id"), &package) ||
	    !json_text(json_find(target, "name"), &name) || json_count(json_find(target, "kind")) == 0 ||
	    !json_text(json_at(json_find(target, "kind"), 0), &kind))
		goto out;
	t.program = copy_span(mem, program);
	t.target = copy_span(mem, name);
	t.manifest = copy_span(mem, manifest);
	t.package = copy_span(mem, package_name(package));
	manifest.n = (size_t)(fw_base_name(t.manifest) - t.manifest);
	t.dir = manifest.n > 1 ? copy_span(mem, (struct span){ manifest.p, manifest.n - 1 }) : "/";
	t.option = span_is(kind, "bin") ? "--bin" : span_is(kind, "test") ? "--test" :
	           span_is(kind, "example") ? "--example" : span_is(kind, "bench") ? "--bench" : "--lib";
	t.env = target_env(mem, &t);
	vec_push(&b->targets, t);
out:
	json_free(doc);
}

/* Cargo's order: by package, the library, programs, then tests/ by name. */
static int
rank(const struct cargo_target *t)
{
	static const char *const order[] = { "--lib", "--bin", "--test", "--example", "--bench" };
	int i;

	for (i = 0; strcmp(t->option, order[i]) != 0; i++)
		;
	return i;
}

static int
by_target(const void *a, const void *b)
{
	const struct cargo_target *x = a, *y = b;
	int diff = strcmp(x->manifest, y->manifest);

	if (diff == 0)
		diff = rank(x) - rank(y);
	return diff ? diff : strcmp(x->target, y->target);
}

static void
name_targets(struct fw_command *c, struct cargo *s)
{
	struct str name = STR_INIT(STR_LINE);
	size_t i;
	bool several;

	qsort(s->targets, s->n_targets, sizeof(s->targets[0]), by_target);
	several = strcmp(s->targets[0].manifest, s->targets[s->n_targets - 1].manifest) != 0;
	for (i = 0; i < s->n_targets; i++) {
		struct cargo_target *t = &s->targets[i];

		str_clear(&name);
		if (several && strcmp(t->option, "--lib") != 0)
			str_addf(&name, "%s/", t->package);
		str_adds(&name, t->target);
		if (strcmp(t->option, "--lib") != 0 && strcmp(t->option, "--test") != 0)
			str_addf(&name, "(%s)", t->option + 2);
		t->name = arena_copy(&c->mem, str_c(&name), name.n);
	}
	str_release(&name);
}

struct cargo *
cargo_state(struct fw_command *c, struct err *e)
{
	struct cargo *s = c->state;
	struct building building = { c, VEC_INIT };
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct fw_run run = { .line = build_line, .data = &building };
	int ret;

	if (s)
		return s;
	s = arena_alloc(&c->mem, sizeof(*s));
	*s = (struct cargo){ .build = NULL };
	split_words(c, s);
	cargo_add_all(&b, s->build);
	argv_add(&b, "--no-run");
	argv_add(&b, "--message-format=json-render-diagnostics");
	run.argv = argv_done(&b);
	ret = fw_run_well(c, &run, e);
	fw_run_release(&run);
	if (ret == 0 && building.targets.n == 0)
		ret = err_set(e, "cargo built no test program");
	if (ret == 0) {
		s->n_targets = building.targets.n;
		s->targets = arena_alloc(&c->mem, s->n_targets * sizeof(*s->targets));
		memcpy(s->targets, building.targets.p, s->n_targets * sizeof(*s->targets));
		name_targets(c, s);
		c->state = s;
	}
	vec_release(&building.targets);
	return c->state;
}
