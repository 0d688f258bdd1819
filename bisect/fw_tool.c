/* What rows of the table have in common: see fw_tool.h. */
#include "common/base.h"
#include "bisect/fw_tool.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/lines.h"

extern char **environ;

/* ---- programs ---- */

struct listening {
	struct fw_run *run;
	struct lines out;
	bool over;
};

static bool
hear(void *data, int stream, struct span bytes)
{
	struct listening *l = data;
	size_t room;

	if (stream == 1 && l->run->line) {
		lines_feed(&l->out, bytes);
	} else if (stream == 2) {
		room = l->run->errors.max - l->run->errors.n;
		str_add(&l->run->errors, bytes.p, bytes.n < room ? bytes.n : room);
	}
	return true;
}

static void
hear_end(void *data, const struct child_end *end)
{
	struct listening *l = data;

	l->run->end = *end;
	l->over = true;
}

static int
why_not_run(const struct fw_run *run, int64_t timeout_ms, struct err *e)
{
	switch (run->end.how) {
	case CHILD_NOT_STARTED:
		errno = run->end.code;
		return err_sys(e, "cannot start '%s'", run->argv[0]);
	case CHILD_TIMED_OUT:
		return err_set(e, "'%s' did not list its tests within %lld s", run->argv[0],
		               (long long)(timeout_ms / 1000));
	case CHILD_STOPPED:
		return err_set(e, "'%s' was stopped", run->argv[0]);
	case CHILD_EXITED:
	case CHILD_SIGNALLED:
		break;
	}
	return 0;
}

int
fw_run(struct fw_command *c, struct fw_run *run, struct err *e)
{
	struct listening l = { .run = run };
	struct child_spec spec = {
		.argv = run->argv, .env = run->env, .cwd = c->cwd, .stdin_path = run->stdin_path,
		.timeout_ms = c->list_timeout_ms, .grace_ms = 1000,
		.output = hear, .ended = hear_end, .data = &l,
	};
	struct child *child;
	int ret = -1;

	lines_init(&l.out, run->line, run->data);
	run->errors = (struct str)STR_INIT(STR_LINE);
	if (e)
		e->msg[0] = '\0';
	child = pool_start(c->pool, &spec, e);
	if (child == NULL && !l.over)
		goto out;
	while (!l.over) {
		if (pool_wait(c->pool, -1) < 0) {
			child_stop(child);
			while (!l.over && pool_count(c->pool))
				pool_wait(c->pool, 100);
			err_set(e, "interrupted");
			goto out;
		}
	}
	if (run->line)
		lines_finish(&l.out);
	ret = why_not_run(run, c->list_timeout_ms, e);
out:
	lines_release(&l.out);
	return ret;
}

void
fw_run_release(struct fw_run *run)
{
	str_release(&run->errors);
}

/* The last line that speaks of an error, or else the last line. */
static struct span
telling_line(struct span text)
{
	struct span line, last = { "", 0 };
	bool found = false;

	while (span_next(&text, '\n', &line)) {
		bool tells = span_find(line, "rror") < line.n;

		line = span_trim(line);
		if (line.n && (tells || !found))
			last = line;
		found |= tells;
	}
	return last;
}

int
fw_run_failed(const struct fw_run *run, struct err *e)
{
	struct span last = telling_line(str_span(&run->errors));
	struct str words = STR_INIT(4096), text = STR_INIT(4096);

	if (last.n > 400)
		last.n = 400;
	str_add_escaped(&text, last);
	fw_add_words(&words, run->argv);
	err_set(e, "'%.300s%s' %s %d%s%s", str_c(&words), words.n > 300 ? "..." : "",
	        run->end.how == CHILD_SIGNALLED ? "was ended by signal" : "exited with status",
	        run->end.code, text.n ? ": " : "", str_c(&text));
	str_release(&words);
	str_release(&text);
	return -1;
}

int
fw_run_well(struct fw_command *c, struct fw_run *run, struct err *e)
{
	if (fw_run(c, run, e) < 0)
		return -1;
	if (run->end.how != CHILD_EXITED || run->end.code != 0)
		return fw_run_failed(run, e);
	return 0;
}

/* ---- words ---- */

const char *
fw_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
fw_program_is(const char *path, const char *name)
{
	static const char *const builds[] = { "", "d", "t", "td", "-dbg", "-debug" };
	const char *rest = fw_base_name(path);
	size_t n = strlen(name), i;

	if (strncmp(rest, name, n) != 0)
		return false;
	rest += n;
	rest += strspn(rest, "0123456789.-");
	if (rest[-1] == '-')
		rest--;
	for (i = 0; i < ARRAY_LEN(builds); i++) {
		if (strcmp(rest, builds[i]) == 0)
			return true;
	}
	return false;
}

size_t
fw_argc(const char *const *argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	return n;
}

void
fw_add_words(struct str *out, const char *const *argv)
{
	size_t i;

	for (i = 0; argv[i]; i++) {
		if (i)
			str_addc(out, ' ');
		str_add_shell(out, argv[i]);
	}
}

static size_t
words_size(const char *const *words)
{
	size_t n = sizeof(char *);

	for (; *words; words++)
		n += strlen(*words) + 1 + sizeof(char *);
	return n;
}

int
fw_check_args(const char *const *argv, const char *instead, struct err *e)
{
	long limit = sysconf(_SC_ARG_MAX);
	/* POSIX asks to leave 2 KiB to the program; the trial adds a few variables. */
	size_t reserve = 8 << 10, size = words_size(argv), i;

	for (i = 0; argv[i]; i++) {
		if (strlen(argv[i]) + 1 > FW_ARG_MAX)
			return err_set(e, "one argument of %zu bytes is too long: %s",
			               strlen(argv[i]), instead);
	}
	if (limit > 0 && size + words_size((const char *const *)environ) + reserve > (size_t)limit)
		return err_set(e, "arguments of %zu bytes are too long: %s", size, instead);
	return 0;
}

/* ---- reproducing commands ---- */

int
fw_repro_file(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct str *out, struct err *e)
{
	struct str path = STR_INIT(4096);
	uint64_t h = n;
	const char *shown;
	size_t i, cwd = strlen(c->cwd);
	int ret = -1;

	/* A set has its own file, the same one each time. */
	for (i = 0; i < n; i++)
		h = (h ^ tests[i]) * 0x100000001b3u;
	str_addf(&path, "%s/repro-%08x.tests", c->dir, (unsigned)(h ^ h >> 32));
	if (testlist_write_raw(list, tests, n, str_c(&path), e) < 0)
		goto out;
	shown = str_c(&path);
	if (strncmp(shown, c->cwd, cwd) == 0 && shown[cwd] == '/')
		shown += cwd + 1;
	str_adds(out, shown);
	ret = 0;
out:
	str_release(&path);
	return ret;
}
