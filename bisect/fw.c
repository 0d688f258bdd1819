/*
 * The table of test frameworks and what is the same for all of them: which
 * row a command belongs to, where its list comes from, and argument vectors.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "bisect/ex_warm.h"
#include "bisect/fw_ini.h"
#include "bisect/fw_tool.h"
#include "common/fs.h"

enum { SERVER_GRACE_MS = 2000 };

extern const struct framework fw_generic;
extern const struct framework fw_pytest;
extern const struct framework fw_ctest;
extern const struct framework fw_gtest;
extern const struct framework fw_cargo;
extern const struct framework fw_go;
extern const struct framework fw_jest;
extern const struct framework fw_rspec;
extern const struct framework fw_regrtest;
extern const struct framework fw_unittest;
extern const struct framework fw_prove;
extern const struct framework fw_bats;

/* Surest first: on a tie the upper row wins. */
const struct framework *const frameworks[] = {
	&fw_generic,
	&fw_pytest,
	&fw_unittest,
	&fw_ctest,
	&fw_gtest,
	&fw_cargo,
	&fw_go,
	&fw_jest,
	&fw_rspec,
	&fw_regrtest,
	&fw_prove,
	&fw_bats,
	NULL,
};

const struct framework *
framework_find(const char *name)
{
	size_t i;

	for (i = 0; frameworks[i]; i++) {
		if (strcmp(frameworks[i]->name, name) == 0)
			return frameworks[i];
	}
	return NULL;
}

const struct framework *
framework_detect(const struct fw_command *c)
{
	const struct framework *best = NULL;
	int sure = 0;
	size_t i;

	if (c->argv[0] == NULL)
		return NULL;
	for (i = 0; frameworks[i]; i++) {
		int now = frameworks[i]->detect(c);

		if (now > sure) {
			sure = now;
			best = frameworks[i];
		}
	}
	return best;
}

int
framework_choose(struct fw_command *c, const char *name, const struct framework **out,
                 struct err *e)
{
	*out = name ? framework_find(name) : c->argv[0] && fw_generic.detect(c) ? &fw_generic : NULL;
	if (*out)
		return 0;
	if (ini_choose(c, name, out, e) < 0)
		return -1;
	if (*out == NULL && name)
		return err_set(e, "there is no framework '%s'; `flake-bisect frameworks` lists them%s",
		               name, c->config_path ? ", besides those of .flake-bisect.ini" : "");
	if (*out == NULL)
		*out = framework_detect(c);
	/* Its list() and prepare() say what is missing. */
	if (*out == NULL)
		*out = &fw_generic;
	return 0;
}

/* ---- lists ---- */

struct listing {
	struct testlist *list;
	struct testlist_reader rd;
	struct err *e;
	int failed;
};

static void
list_line(void *data, struct span line)
{
	struct listing *l = data;

	if (l->failed == 0 && (testlist_read_bytes(l->list, &l->rd, line, l->e) < 0 ||
	                       testlist_read_bytes(l->list, &l->rd, span_of("\n"), l->e) < 0))
		l->failed = -1;
}

int
framework_list_command(struct fw_command *c, const char *command, struct testlist *list,
                       struct err *e)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	struct listing l = { .list = list, .e = e };
	struct fw_run run = { .argv = argv, .line = list_line, .data = &l };
	int ret;

	testlist_reader_init(&l.rd, true);
	ret = fw_run_well(c, &run, e);
	if (ret == 0 && l.failed)
		ret = err_prefix(e, "output of '%.200s'", command);
	else if (ret == 0 && testlist_count(list) == 0)
		ret = err_set(e, "'%.200s' printed no test", command);
	fw_run_release(&run);
	testlist_reader_release(&l.rd);
	return ret;
}

/* The environment of a fork server: its own TMPDIR, then what the row wants. */
static const char **
server_env(struct fw_command *c, const char **theirs)
{
	struct argv_builder b = { &c->mem, VEC_INIT };
	struct str tmp = STR_INIT(STR_LINE);

	str_addf(&tmp, "%s/warm", c->scratch ? c->scratch : "");
	if (c->scratch && fs_mkdirs(str_c(&tmp), NULL) == 0)
		argv_addf(&b, "TMPDIR=%s", str_c(&tmp));
	for (; theirs && *theirs; theirs++)
		argv_add(&b, *theirs);
	str_release(&tmp);
	return argv_done(&b);
}

struct executor *
framework_serve(const struct framework *fw, struct fw_command *c, int64_t load_timeout_ms,
                struct err *e)
{
	struct warm_spec spec = {
		.pool = c->pool, .cwd = c->cwd, .load_timeout_ms = load_timeout_ms,
		.grace_ms = SERVER_GRACE_MS,
	};
	const char **argv, **env;

	if (c->launcher || fw->warm == NULL || fw->warm(c, &argv, &env, e) < 0)
		return NULL;
	spec.argv = argv;
	spec.env = server_env(c, env);
	return ex_warm_open(&spec, e);
}

/* From the fork server, which stays in c->warm.  False: list() must do it, and its
 * error is the better one. */
static bool
list_served(const struct framework *fw, struct fw_command *c, struct testlist *list)
{
	struct str path = STR_INIT(STR_LINE);
	struct err ignored = ERR_INIT;

	if (!c->want_warm || !(fw->flags & FW_SERVED_LIST))
		return false;
	c->warm = framework_serve(fw, c, c->list_timeout_ms, &ignored);
	str_addf(&path, "%s/helpers/list", c->dir);
	if (c->warm && (ex_warm_list(c->warm, str_c(&path), list, &ignored) < 0 ||
	                testlist_count(list) == 0 ||
	                (fw->served && fw->served(c, str_c(&path), &ignored) < 0))) {
		executor_close(c->warm);
		c->warm = NULL;
	}
	unlink(str_c(&path));
	str_release(&path);
	return c->warm != NULL;
}

int
framework_list(const struct framework *fw, struct fw_command *c, struct testlist *list,
               struct err *e)
{
	if (c->list_command)
		return framework_list_command(c, c->list_command, list, e);
	if (list_served(fw, c, list))
		return 0;
	return fw->list(c, list, e);
}

/* ---- argument vectors ---- */

void
argv_add(struct argv_builder *b, const char *arg)
{
	vec_push(&b->v, arena_copy(b->mem, arg, strlen(arg)));
}

void
argv_addf(struct argv_builder *b, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	text = arena_alloc(b->mem, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	vec_push(&b->v, text);
}

const char **
argv_done(struct argv_builder *b)
{
	const char **argv = arena_alloc(b->mem, (b->v.n + 1) * sizeof(*argv));

	if (b->v.n)
		memcpy(argv, b->v.p, b->v.n * sizeof(*argv));
	argv[b->v.n] = NULL;
	vec_release(&b->v);
	return argv;
}
