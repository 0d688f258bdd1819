/*
 * Building the test programs of Go packages: `go test -exec` is given a script
 * that keeps each program instead of running it, so that all of go's own
 * options, build tags and defaults apply.
 */
#include "common/base.h"
#include "bisect/fw_go_in.h"

#include <dirent.h>
#include <stdlib.h>

#include "bisect/fw_tool.h"
#include "bisect/helper.h"
#include "common/fs.h"

static bool
file_text(struct fw_command *c, const char *folder, const char *name, const char **out)
{
	struct str path = STR_INIT(8192), text = STR_INIT(STR_FILE);
	struct err e = ERR_INIT;
	bool ok;

	str_addf(&path, "%s/%s", folder, name);
	ok = fs_read(&text, str_c(&path), &e) == 0;
	if (ok)
		*out = arena_copy(&c->mem, str_c(&text), text.n);
	str_release(&path);
	str_release(&text);
	return ok;
}

/* Which of go's arguments for a test program stay: not those that choose tests, their
 * number or order, or write files. */
static bool
keeps_arg(const char *arg)
{
	static const char *const out[] = { "run", "count", "v", "shuffle", "failfast", "bench", "benchmem",
		"benchtime", "list", "coverprofile", "cpuprofile", "memprofile", "blockprofile",
		"mutexprofile", "trace", "outputdir", "fuzz", "fuzztime", "json", "testlogfile" };
	size_t i, n;

	if (strncmp(arg, "-test.", 6) != 0)
		return true;
	for (i = 0; i < ARRAY_LEN(out); i++) {
		n = strlen(out[i]);
		if (strncmp(arg + 6, out[i], n) == 0 && (arg[6 + n] == '=' || arg[6 + n] == '\0'))
			return false;
	}
	return true;
}

static bool
keeps_test(const char *name)
{
	return strncmp(name, "Test", 4) == 0 || strncmp(name, "Example", 7) == 0 ||
	       strncmp(name, "Fuzz", 4) == 0;
}

static const char **
chosen_lines(struct fw_command *c, const char *text, bool (*keeps)(const char *))
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct span rest = span_of(text), line;

	while (span_next(&rest, '\n', &line)) {
		const char *word = arena_copy(&c->mem, line.p ? line.p : "", line.n);

		if (line.n && keeps(word))
			argv_add(&b, word);
	}
	return argv_done(&b);
}

struct packages { VEC(struct go_package) v; };

/* A folder as fb_go.sh leaves it. */
static void
take_package(struct fw_command *c, struct packages *to, const char *folder)
{
	const char *path, *dir, *args, *list;
	struct go_package p;

	if (!file_text(c, folder, "package", &path) || !file_text(c, folder, "dir", &dir) ||
	    !file_text(c, folder, "args", &args) || !file_text(c, folder, "list", &list))
		return;
	p.path = arena_copy(&c->mem, path, strcspn(path, "\n"));
	p.dir = arena_copy(&c->mem, dir, strcspn(dir, "\n"));
	p.args = chosen_lines(c, args, keeps_arg);
	p.tests = chosen_lines(c, list, keeps_test);
	p.program = arena_copy(&c->mem, folder, strlen(folder) + 1);
	if (p.tests[0])
		vec_push(&to->v, p);
}

static int
by_path(const void *a, const void *b)
{
	const struct go_package *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void
take_packages(struct fw_command *c, struct go *s, const char *folder)
{
	struct str path = STR_INIT(8192);
	struct dirent *d;
	DIR *dir = opendir(folder);
	struct packages found = { VEC_INIT };

	while (dir && (d = readdir(dir)) != NULL) {
		str_clear(&path);
		str_addf(&path, "%s/%s", folder, d->d_name);
		if (d->d_name[0] != '.')
			take_package(c, &found, str_c(&path));
	}
	if (dir)
		closedir(dir);
	s->n_packages = found.v.n;
	s->packages = arena_alloc(&c->mem, (found.v.n + 1) * sizeof(*s->packages));
	if (found.v.n) {
		qsort(found.v.p, found.v.n, sizeof(found.v.p[0]), by_path);
		memcpy(s->packages, found.v.p, found.v.n * sizeof(found.v.p[0]));
	}
	vec_release(&found.v);
	str_release(&path);
}

/* "go test" with our options before the user's; -count=1 keeps go from using its cache. */
static const char **
build_argv(struct fw_command *c, const char *helper)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	size_t i;

	argv_add(&b, c->argv[0]);
	argv_add(&b, "test");
	argv_add(&b, "-vet=off");
	argv_add(&b, "-count=1");
	argv_addf(&b, "-exec=/bin/sh %s", helper);
	for (i = 2; c->argv[i]; i++) {
		if (strcmp(c->argv[i], "-json") != 0 && strcmp(c->argv[i], "--json") != 0)
			argv_add(&b, c->argv[i]);
	}
	return argv_done(&b);
}

static const char *
last_line(const struct fw_run *run, struct arena *mem)
{
	struct span rest = str_span(&run->errors), line, last = { "", 0 };

	while (span_next(&rest, '\n', &line)) {
		if (span_trim(line).n)
			last = span_trim(line);
	}
	return arena_copy(mem, last.p, last.n < 300 ? last.n : 300);
}

static int
build(struct fw_command *c, struct go *s, struct err *e)
{
	struct str folder = STR_INIT(4096), env = STR_INIT(4096);
	const char *envs[] = { NULL, NULL }, *helper;
	struct fw_run run = { .env = envs };
	int ret = -1;

	str_addf(&folder, "%s/go", c->dir);
	str_addf(&env, "FLAKE_BISECT_GO=%s", str_c(&folder));
	envs[0] = str_c(&env);
	if (strchr(c->dir, ' ') || strchr(c->dir, '\'') || strchr(c->dir, '"')) {
		/* go splits -exec at blanks, and early versions know no quotes. */
		err_set(e, "go cannot work with blanks or quotes in the session's folder '%s': choose "
		        "another --session", c->dir);
		goto out;
	}
	if (fs_remove(str_c(&folder), e) < 0 || fs_mkdirs(str_c(&folder), e) < 0 ||
	    helper_install(&helper, c->dir, "fb_go.sh", &c->mem, e) < 0)
		goto out;
	run.argv = build_argv(c, helper);
	if (fw_run(c, &run, e) < 0)
		goto out;
	take_packages(c, s, str_c(&folder));
	ret = 0;
	if (s->n_packages == 0 && (run.end.how != CHILD_EXITED || run.end.code != 0))
		ret = fw_run_failed(&run, e);
	else if (s->n_packages == 0)
		ret = err_set(e, "go finds no tests in these packages");
	else if (run.end.code != 0)
		str_addf(&c->note, "a package does not build and is left out: %s\n",
		         last_line(&run, &c->mem));
out:
	fw_run_release(&run);
	str_release(&folder);
	str_release(&env);
	return ret;
}

struct go *
go_state(struct fw_command *c, struct err *e)
{
	struct go *s = c->state;

	if (s)
		return s;
	s = arena_alloc(&c->mem, sizeof(*s));
	*s = (struct go){ NULL, 0 };
	if (build(c, s, e) < 0)
		return NULL;
	c->state = s;
	return s;
}
