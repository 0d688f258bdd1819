/*
 * What the tests of the pool share: children that do as they are told
 * (tests/fake/child.c), what came of them, and looks at processes.
 */
#ifndef TESTS_UNIT_CHILDREN_H
#define TESTS_UNIT_CHILDREN_H

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/fs.h"
#include "common/os.h"
#include "common/pool.h"

#define CHILD(...) (const char *const[]){ fake, __VA_ARGS__, NULL }

static char *fake;    /* tests/fake/child.c */
static char *scratch; /* our folder */
static struct pool *pool;

struct result {
	struct child_end end;
	int n_ends;
	struct str out, errors;
	size_t stop_after; /* bytes; 0: never */
};

static UNUSED bool
take_output(void *data, int stream, struct span bytes)
{
	struct result *r = data;

	str_addspan(stream == 1 ? &r->out : &r->errors, bytes);
	return r->stop_after == 0 || r->out.n < r->stop_after;
}

static UNUSED void
take_end(void *data, const struct child_end *end)
{
	struct result *r = data;

	r->end = *end;
	r->n_ends++;
}

static UNUSED void
result_init(struct result *r)
{
	*r = (struct result){ .out = STR_INIT(1 << 20), .errors = STR_INIT(1 << 20) };
}

static UNUSED void
result_release(struct result *r)
{
	str_release(&r->out);
	str_release(&r->errors);
}

static UNUSED struct child *
start(struct result *r, struct child_spec spec)
{
	struct err e = ERR_INIT;
	struct child *c;

	result_init(r);
	spec.output = take_output;
	spec.ended = take_end;
	spec.data = r;
	c = pool_start(pool, &spec, &e);
	assert(e.msg[0] == '\0');
	return c;
}

static UNUSED void
wait_end(struct result *r)
{
	while (r->n_ends == 0) {
		int got = pool_wait(pool, 60000);
		assert(got == 1);
	}
}

/* Runs it to its end; the texts are released, the end is kept. */
static UNUSED struct child_end
end_of(struct child_spec spec)
{
	struct result r;

	start(&r, spec);
	wait_end(&r);
	assert(r.n_ends == 1);
	result_release(&r);
	return r.end;
}

static UNUSED void
snooze(void)
{
	struct timespec t = { 0, 2 * 1000 * 1000 };

	nanosleep(&t, NULL);
}

/* A path in our folder; the text lives until the second next call. */
static UNUSED const char *
in_scratch(const char *name)
{
	static char path[2][4096];
	static int i;

	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s", scratch, name);
	return path[i];
}

/* The process id that a child wrote; waits for it. */
static UNUSED pid_t
pid_in(const char *name)
{
	struct str text = STR_INIT(64);
	uint64_t pid = 0;
	bool ok;

	while (access(in_scratch(name), F_OK) < 0)
		snooze();
	ok = fs_read(&text, in_scratch(name), NULL) == 0 && span_u64(span_trim(str_span(&text)), &pid);
	assert(ok);
	str_release(&text);
	unlink(in_scratch(name));
	return (pid_t)pid;
}

static UNUSED bool
lives(pid_t pid)
{
	struct os_process info;

	return os_process(pid, &info) && !info.zombie;
}

static UNUSED bool
vanishes(pid_t pid)
{
	int64_t until = clock_micros() + 20 * 1000000;

	while (lives(pid) && clock_micros() < until)
		snooze();
	return !lives(pid);
}

static UNUSED char
state_of(pid_t pid)
{
	struct str text = STR_INIT(4096);
	char path[64], state = '?';
	const char *after;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read(&text, path, NULL) == 0 && (after = strrchr(str_c(&text), ')')) && after[1])
		state = after[2];
	str_release(&text);
	return state;
}

static UNUSED bool
becomes(pid_t pid, char state)
{
	int64_t until = clock_micros() + 20 * 1000000;

	while (state_of(pid) != state && clock_micros() < until)
		snooze();
	return state_of(pid) == state;
}

/* Makes the folder and finds the child beside the program. */
static UNUSED void
children_init(const char *program)
{
	const char *tmp = getenv("TMPDIR"), *slash = strrchr(program, '/');
	struct str path = STR_INIT(4096);

	str_addf(&path, "%.*s/../fake/child", slash ? (int)(slash - program) : 1, slash ? program : ".");
	fake = fs_absolute(str_c(&path), NULL);
	scratch = fs_unique_dir(tmp ? tmp : "/tmp", "test_pool", NULL);
	assert(scratch && access(fake, X_OK) == 0);
	str_release(&path);
}

/* The folder must be empty by then. */
static UNUSED void
children_release(void)
{
	int gone = rmdir(scratch);

	assert(gone == 0);
	free(scratch);
	free(fake);
}

#endif
