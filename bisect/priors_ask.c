/* Asks flake-triage, and keeps what it said: see priors.h. */
#include "common/base.h"
#include "bisect/priors.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/fs.h"
#include "common/json.h"
#include "common/os.h"
#include "common/pool.h"

enum { TIMEOUT_MS = 600 * 1000, EXIT_NOTHING = 1, EXIT_UNSURE = 125 };

static const char program[] = "flake-triage", file[] = "priors";

/* The program beside this one; its bare name, for PATH, where there is none. */
static void
find_program(struct str *out)
{
	char self[4096];
	const char *slash;

	if (os_program(self, sizeof(self)) && (slash = strrchr(self, '/')) != NULL) {
		str_add(out, self, (size_t)(slash - self) + 1);
		str_adds(out, program);
		if (access(str_c(out), X_OK) == 0)
			return;
	}
	str_clear(out);
	str_adds(out, program);
}

/* Its last line, without its own name: "there is no test 'x'". */
static void
last_line(struct str *out, struct span errors)
{
	struct span line;

	while (span_next(&errors, '\n', &line)) {
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (span_starts(line, "flake-triage: "))
			line = span_from(line, strlen("flake-triage: "));
		str_clear(out);
		str_add_escaped(out, line);
	}
}

static int
check_end(const struct child_end *end, struct span answer, struct span errors, const char *db, struct err *e)
{
	struct str why = STR_INIT(STR_LINE);
	struct json *doc;
	int ret = 0;

	if (end->how == CHILD_NOT_STARTED)
		return err_set(e, "--history: the program flake-triage, which reads '%s', is neither beside "
		               "flake-bisect nor in PATH: %s", db, strerror(end->code));
	if (end->how != CHILD_EXITED ||
	    (end->code != 0 && end->code != EXIT_NOTHING && end->code != EXIT_UNSURE)) {
		last_line(&why, errors);
		ret = err_set(e, "--history: flake-triage cannot tell of '%s': %s", db,
		              why.n ? str_c(&why) : "it was ended");
	} else {
		doc = json_parse(answer, e);
		if (doc == NULL)
			ret = err_prefix(e, "--history: what flake-triage printed");
		json_free(doc);
	}
	str_release(&why);
	return ret;
}

int
priors_ask(struct str *answer, struct pool *pool, const struct options *opt, struct err *e)
{
	struct str path = STR_INIT(STR_LINE), db = STR_INIT(STR_LINE), errors = STR_INIT(STR_LINE);
	const char *tests[] = { NULL, "priors", NULL, NULL };
	const char *blame[] = { NULL, "blame", NULL, "--repo", ".", "--json", "--all", opt->victim, NULL };
	const char **argv = opt->range ? blame : tests;
	struct child_spec spec = { .argv = argv, .timeout_ms = TIMEOUT_MS };
	struct child_end end;
	int ret = -1;

	if (access(opt->history, F_OK) < 0)
		return err_set(e, "--history: there is no store '%s': %s; `flake-triage ingest --db '%s' FOLDER` "
		               "makes one", opt->history, strerror(errno), opt->history);
	find_program(&path);
	str_addf(&db, "--db=%s", opt->history);
	argv[0] = str_c(&path);
	argv[2] = str_c(&db);
	if (pool_capture(pool, &spec, answer, &errors, &end, e) == 0)
		ret = check_end(&end, str_span(answer), str_span(&errors), opt->history, e);
	str_release(&path);
	str_release(&db);
	str_release(&errors);
	return ret;
}

int
priors_keep(struct span answer, const struct session *s, struct err *e)
{
	char *path = session_path(s, file);
	int ret = fs_write(path, answer, e);

	free(path);
	return ret;
}

int
priors_kept(struct str *answer, const struct session *s, struct err *e)
{
	char *path = session_path(s, file);
	int ret = fs_read(answer, path, e);

	free(path);
	return ret;
}
