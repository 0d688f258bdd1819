/*
 * Test frameworks: each is one row of a table (fw.c) and one file fw_NAME.c.
 * A row says how to recognise the command, list its tests, run some of them
 * in a given order, and read from a run which tests ran and how they ended.
 */
#ifndef BISECT_FW_H
#define BISECT_FW_H

#include "bisect/job.h"
#include "bisect/testlist.h"
#include "common/err.h"
#include "common/pool.h"

enum test_status { TEST_PASS, TEST_FAIL, TEST_SKIP };

/* One end of one test.  A test that ran twice has two. */
struct test_end {
	uint32_t test; /* index */
	uint8_t status;
	int64_t micros; /* -1: unknown */
};

/* What one run said.  Filled by the framework, judged by trial.c. */
struct reading {
	const struct testlist *list;
	VEC(struct test_end) ends; /* in the order in which they ended */
	uint32_t n_strangers;      /* tests that ran and are not in the list */
	struct str message;        /* of the first failing test or the last error line; one line */
	const char *unresolved;    /* why the run proves nothing, a literal; NULL: it does */
	bool not_begun;            /* the command itself was not reached (a build before it failed):
	                              unresolved, however the run ended */
	bool whole_failed;         /* failed as a whole (leak, changed environment, crash in tear-down),
	                              whatever single tests say */
	const char *whole_kind;    /* what failed then: "reference leak", "env changed"; a literal */
	void *state;               /* the framework's own, in mem */
	struct arena mem;
};

void reading_init(struct reading *r, const struct testlist *list);
void reading_release(struct reading *r);
/* The framework's own state of this run, all zero when it is first asked for. */
void *reading_state(struct reading *r, size_t size);
/* Notes that a test ended so; a name that is not in the list counts as a stranger. */
void reading_test(struct reading *r, struct span name, enum test_status status, int64_t micros);
/* Keeps the first message that is not blank (control bytes escaped, at most 4 KiB). */
void reading_message(struct reading *r, struct span text);
/* Reads a results file: each line STATUS TAB MICROS TAB NAME [TAB MESSAGE], STATUS one of
 * p f s, NAME and MESSAGE escaped as by str_add_escaped.  A last line "end" says
 * that the run came to its end; without it the run broke off (unresolved unless a
 * signal or a timeout says why).  A file that is not there is no error: nothing ran. */
int reading_results_file(struct reading *r, const char *path, bool *whole, struct err *e);
/* The same for the file's bytes; what follows the last newline is left out. */
int reading_results(struct reading *r, struct span bytes, bool *whole, struct err *e);

enum fw_flags {
	FW_ORDER = 1,  /* runs the tests in the order asked */
	FW_NAMES = 2,  /* says of each test how it ended */
	FW_TIMES = 4,  /* and how long it took */
	FW_EVERY = 8,  /* what was not reported was not run: compare asked and ran */
	FW_SERVED_LIST = 16, /* the list of the fork server is as good as list() */
};

/* The user's command and what was found of it; lives as long as the session. */
struct fw_command {
	const char *const *argv; /* after "--", NULL-terminated */
	const char *cwd;         /* absolute */
	const char *dir;         /* session folder, absolute: helpers are written there */
	const char *scratch;     /* emptied at the end, absolute: TMPDIR of the fork server; or NULL */
	const char *list_command; /* --list-command, or NULL */
	const char *config_path; /* .flake-bisect.ini, or NULL */
	const char *launcher;    /* --launcher, or NULL; put before argv by the trial */
	struct pool *pool;       /* to run list programs */
	int64_t list_timeout_ms;
	bool want_warm;          /* framework_list may start the fork server for the list */
	struct executor *warm;   /* then: it, loaded; whoever takes it over sets NULL, else
	                            whoever made this struct closes it */
	void *state;             /* the framework's own, in mem (e.g. version, split arguments) */
	struct arena mem;
	struct str note;         /* remarks for the user made by list(): "-w was left out", one a line */
};

struct framework {
	const char *name;    /* for --framework */
	const char *title;   /* one line of `flake-bisect frameworks` */
	const char *package; /* the Debian or npm package that brings the program */
	unsigned flags;      /* enum fw_flags */
	/* How sure it is that the command is its own: 0 not, up to 100.  Looks at
	 * argv (and files named there), starts nothing. */
	int (*detect)(const struct fw_command *c);
	/* Fills list in the runner's own order.  -1: e says what to do.  Not called when
	 * the user gave the list (--input) or a session is resumed: what prepare, line and
	 * finish need of the command they find out by themselves, once. */
	int (*list)(struct fw_command *c, struct testlist *list, struct err *e);
	/* Sets job->argv, env, stdin_path so that exactly these tests run, in this
	 * order where FW_ORDER.  tests are indices into list, n may be all of it.
	 * tests_path is already written. */
	int (*prepare)(struct fw_command *c, const struct testlist *list, const uint32_t *tests,
	               size_t n, struct job *job, struct err *e);
	/* Each line of output (without its newline, at most 64 KiB of it); NULL: not wanted. */
	void (*line)(struct fw_command *c, struct reading *r, int stream, struct span line);
	/* After the end: reads files, applies the exit table. */
	int (*finish)(struct fw_command *c, struct reading *r, const struct job *job,
	              const struct job_end *end, struct err *e);
	/* A command that a person can paste; NULL: from prepare's argv. */
	int (*repro)(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
	             struct str *out, struct err *e);
	/* The fork server: argv of a process that loads once, speaks the protocol of
	 * ex_warm.h on its standard input and output; NULL: there is none. */
	int (*warm)(struct fw_command *c, const char ***argv, const char ***env, struct err *e);
	/* FW_SERVED_LIST: looks at the list file that the fork server wrote, for remarks
	 * ("# ..."), as list() would at its own; NULL: there are none. */
	int (*served)(struct fw_command *c, const char *path, struct err *e);
};

extern const struct framework *const frameworks[]; /* NULL-terminated, surest first on a tie */
const struct framework *framework_find(const char *name); /* NULL: no such row */
const struct framework *framework_detect(const struct fw_command *c); /* NULL: none; placeholders win */

/* The row for the command: the one of that name, or (name NULL) the one detected,
 * else the row for any command, whose list() says what is missing.  Also sections of
 * the ini file (fw_ini.h), for which a row is made in c->mem.  -1: no such name, or the
 * ini file is wrong; e says so. */
int framework_choose(struct fw_command *c, const char *name, const struct framework **out,
                     struct err *e);
/* Fills list from --list-command where there is one; else from the fork server when
 * that is wanted, so that the suite is loaded once for both; else as the row does. */
int framework_list(const struct framework *fw, struct fw_command *c, struct testlist *list,
                   struct err *e);
/* Starts the row's fork server (ex_warm.h), which loads while other work goes on.
 * NULL: it has none, a launcher would start it elsewhere, or e says what failed. */
struct executor *framework_serve(const struct framework *fw, struct fw_command *c,
                                 int64_t load_timeout_ms, struct err *e);
/* From what a shell command prints, one test a line as in a list file. */
int framework_list_command(struct fw_command *c, const char *command, struct testlist *list,
                           struct err *e);

/* Arrays for prepare(), in the job's arena.  Words are copied. */
struct argv_builder { struct arena *mem; VEC(const char *) v; };
void argv_add(struct argv_builder *b, const char *arg);
void argv_addf(struct argv_builder *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char **argv_done(struct argv_builder *b); /* NULL-terminated, owned by mem */

#endif
