/*
 * What the Python runners have in common: finding the interpreter and the
 * module in a command, bringing our helpers into it, and reading what they
 * left behind.  The helpers take what we put into the environment out again
 * before the suite is loaded.
 */
#ifndef BISECT_FW_PYTHON_H
#define BISECT_FW_PYTHON_H

#include "bisect/fw.h"

enum { PYTHON_NONE = -1 };

/* Where things stand in a command; indices of its words. */
struct python_call {
	int python;  /* the interpreter; NONE: the program is a script, or coverage starts it */
	int module;  /* the word after -m; NONE: started as a script */
	int args;    /* the first argument of the runner */
	bool closed; /* -E or -I: PYTHONPATH counts for nothing */
};

/* Whether the command runs this module ("pytest") by `python -m`, or one of these
 * scripts ("pytest", "py.test"; NULL-terminated, or NULL), also behind programs
 * that start another one (env, timeout, coverage run, poetry run).  0: no, else
 * how sure, up to 100. */
int python_find(struct python_call *out, const char *const *argv, const char *module,
                const char *const *scripts);

/* Adds FLAKE_BISECT_NAME=VALUE for a helper. */
void python_set(struct argv_builder *env, const char *name, const char *value);
/* For a runner that loads plugins: installs fb_wire.py and this one, adds their folder to
 * PYTHONPATH and addopts to PYTEST_ADDOPTS.  -1 also where PYTHONPATH does not count. */
int python_env(struct fw_command *c, const struct python_call *call, const char *plugin,
               const char *addopts, struct argv_builder *env, struct err *e);
/* For a runner whose place a script of ours takes: installs it and fb_wire.py, and gives
 * the command with the script for `-m MODULE`, in mem.  NULL and e. */
const char **python_argv(struct fw_command *c, const struct python_call *call, const char *script,
                         struct arena *mem, struct err *e);
/* Runs argv, whose helper writes the list: FLAKE_BISECT_MODE and _LIST are added to env.
 * what ("pytest") stands in messages.  A command without tests is an error. */
int python_list(struct fw_command *c, const char *const *argv, struct argv_builder *env,
                const char *what, struct testlist *list, struct err *e);

/* A line that a helper left in the session's folder for the reproducing command; adds
 * nothing when there is none. */
void python_note(const struct fw_command *c, const char *name, struct str *out);

/* How far a run came, by the file that its helper writes beside the results. */
enum python_began {
	PYTHON_NOT_BEGUN, /* no test was begun, for no reason that the helper saw */
	PYTHON_BEGUN,
	PYTHON_TROUBLE,   /* why holds what kept it from telling anything */
};
/* Reads both files; why is cleared first. */
int python_results(struct reading *r, const struct job *job, bool *whole, enum python_began *began,
                   struct str *why, struct err *e);

/* For a run that did not come to its end by itself: unresolved, or failed as a whole
 * when it exited with a failure in the middle of its tests. */
void python_broke_off(struct reading *r, int status, enum python_began began);

#endif
