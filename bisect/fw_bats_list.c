/*
 * Which tests bats files hold.  bats has no listing, so the files are read with
 * the expressions of its own bats-preprocess, and `bats --count` with the same
 * arguments must come to the same number.
 */
#include "common/base.h"
#include "bisect/fw_bats.h"

#include <dirent.h>
#include <regex.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/fw_tool.h"
#include "common/fs.h"

enum { DEPTH_MAX = 64, FILE_BYTES = 64 << 20 };

/* As in bats-preprocess: what follows the name is the body's brace; or a function
 * with the comment #@test. */
static const char test_pattern[] =
	"^[[:blank:]]*@test[[:blank:]]+(.*[^[:blank:]])[[:blank:]]+\\{(.*)$";
static const char comment_pattern[] = "[[:blank:]]*([^[:blank:]()]+)[[:blank:]]*\\(?\\)?[[:blank:]]+\\{"
                                      "[[:blank:]]+#[[:blank:]]*@test[[:blank:]]*$";

struct finding_tests {
	struct fw_command *c;
	struct bats *b;
	VEC(const char *) files;
	VEC(struct bats_test) tests;
	regex_t test, comment, filter;
};

/* ---- files ---- */

static const char *
copy(struct fw_command *c, const char *text, size_t n)
{
	return arena_copy(&c->mem, text, n);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted by bytes. */
static int
read_folder(struct arena *mem, const char *path, const char ***out, size_t *n, struct err *e)
{
	struct argv_builder names = { mem, VEC_INIT };
	struct dirent *d;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return err_sys(e, "cannot read folder '%s'", path);
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			argv_add(&names, d->d_name);
	}
	closedir(dir);
	*n = names.v.n;
	*out = argv_done(&names);
	qsort(*out, *n, sizeof(**out), compare_names);
	return 0;
}

static bool
is_bats_file(const char *name)
{
	return name[0] != '.' && span_ends(span_of(name), ".bats");
}

static int
collect_folder(struct finding_tests *f, const char *path, int depth, struct err *e)
{
	struct arena mem = ARENA_INIT;
	struct str full = STR_INIT(4096);
	const char **names = NULL;
	size_t i, n = 0;
	struct stat st;
	int ret = depth > DEPTH_MAX ? err_set(e, "folders below '%s' nest too deep", path)
	                            : read_folder(&mem, path, &names, &n, e);

	for (i = 0; ret == 0 && i < n; i++) {
		str_clear(&full);
		str_addf(&full, "%s%s%s", path, span_ends(span_of(path), "/") ? "" : "/", names[i]);
		if (stat(str_c(&full), &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && f->b->recursive)
			ret = collect_folder(f, str_c(&full), depth + 1, e);
		else if (S_ISREG(st.st_mode) && is_bats_file(names[i]))
			vec_push(&f->files, copy(f->c, str_c(&full), full.n));
	}
	str_release(&full);
	arena_release(&mem);
	return ret;
}

static void
find_setup_suite(struct finding_tests *f, const char *path, bool is_folder)
{
	struct str full = STR_INIT(4096);
	const char *slash = strrchr(path, '/');

	if (is_folder)
		str_addf(&full, "%s/setup_suite.bash", path);
	else
		str_addf(&full, "%.*ssetup_suite.bash", slash ? (int)(slash - path) + 1 : 0, path);
	if (f->b->setup_suite == NULL && access(str_c(&full), F_OK) == 0)
		f->b->setup_suite = copy(f->c, str_c(&full), full.n);
	str_release(&full);
}

/* The files in the order in which bats runs them: as given, folders sorted.  Paths are
 * looked up from our own folder, as are bats's. */
static int
collect_files(struct finding_tests *f, struct err *e)
{
	const char *const *path;
	struct stat st;
	size_t from;

	for (path = f->b->select; *path; path++) {
		if (stat(*path, &st) < 0)
			return err_sys(e, "cannot find '%s'", *path);
		find_setup_suite(f, *path, S_ISDIR(st.st_mode));
		from = f->files.n;
		if (!S_ISDIR(st.st_mode))
			vec_push(&f->files, *path);
		else if (collect_folder(f, *path, 0, e) < 0)
			return -1;
		if (S_ISDIR(st.st_mode) && f->files.n)
			qsort(f->files.p + from, f->files.n - from, sizeof(*f->files.p), compare_names);
	}
	return f->files.n ? 0 : err_set(e, "bats was given no test file");
}

/* ---- tests ---- */

/* As bats does: one quote at each end, whichever it is. */
static struct span
without_quotes(struct span name)
{
	if (name.n && (name.p[0] == '\'' || name.p[0] == '"'))
		name = span_from(name, 1);
	if (name.n && (name.p[name.n - 1] == '\'' || name.p[name.n - 1] == '"'))
		name.n--;
	return name;
}

static void
test_line(struct finding_tests *f, uint32_t file, const char *line)
{
	struct bats_test t = { .file = file };
	struct str id = STR_INIT(1 << 20);
	struct span name;
	regmatch_t m[3];

	if (regexec(&f->test, line, 3, m, 0) != 0 && regexec(&f->comment, line, 3, m, 0) != 0)
		return;
	name = without_quotes((struct span){ line + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so) });
	t.name = copy(f->c, name.p, name.n);
	if (f->b->filter && regexec(&f->filter, t.name, 0, NULL, 0) != 0)
		return;
	str_addf(&id, "%s:%s", f->files.p[file], t.name);
	t.id = copy(f->c, str_c(&id), id.n);
	vec_push(&f->tests, t);
	str_release(&id);
}

static int
collect_tests(struct finding_tests *f, uint32_t file, struct err *e)
{
	struct str text = STR_INIT(FILE_BYTES), line = STR_INIT(FILE_BYTES);
	struct span rest, part;
	size_t i;
	int ret = fs_read(&text, f->files.p[file], e);

	rest = str_span(&text);
	while (ret == 0 && span_next(&rest, '\n', &part)) {
		if (span_find(part, "@test") == part.n)
			continue;
		str_clear(&line);
		for (i = 0; i < part.n; i++) {
			if (part.p[i] != '\r' && part.p[i] != '\0')
				str_addc(&line, part.p[i]);
		}
		test_line(f, file, str_c(&line));
	}
	str_release(&text);
	str_release(&line);
	return ret;
}

static void
count_line(void *data, struct span line)
{
	uint64_t *n = data;

	span_u64(span_trim(line), n);
}

/* Tests that a program makes, or another bats with other rules, are seen here. */
static int
check_count(struct finding_tests *f, struct err *e)
{
	struct arena mem = ARENA_INIT;
	struct argv_builder argv = { &mem, VEC_INIT };
	uint64_t n = 0;
	struct fw_run run = { .line = count_line, .data = &n };
	const char *const *w;
	int ret;

	for (w = f->b->kept; *w; w++)
		argv_add(&argv, *w);
	argv_add(&argv, "--count");
	if (f->b->recursive)
		argv_add(&argv, "--recursive");
	if (f->b->filter) {
		argv_add(&argv, "--filter");
		argv_add(&argv, f->b->filter);
	}
	for (w = f->b->select; *w; w++)
		argv_add(&argv, *w);
	run.argv = argv_done(&argv);
	ret = fw_run_well(f->c, &run, e);
	if (ret == 0 && n != f->tests.n)
		ret = err_set(e, "bats counts %llu tests and %zu were found in its files: use --input "
		              "with {tests} in a command of your own", (unsigned long long)n,
		              (size_t)f->tests.n);
	else if (ret == 0 && n == 0)
		ret = err_set(e, "the bats files hold no test");
	fw_run_release(&run);
	arena_release(&mem);
	return ret;
}

static struct bats_test *sorted; /* for compare_ids, during one qsort */

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(sorted[*(const uint32_t *)a].id, sorted[*(const uint32_t *)b].id);
}

static void
keep(struct finding_tests *f)
{
	struct bats *b = f->b;
	uint32_t i;

	b->n_files = (uint32_t)f->files.n;
	b->n_tests = (uint32_t)f->tests.n;
	b->files = arena_alloc(&f->c->mem, b->n_files * sizeof(*b->files));
	b->tests = arena_alloc(&f->c->mem, b->n_tests * sizeof(*b->tests));
	b->by_id = arena_alloc(&f->c->mem, b->n_tests * sizeof(*b->by_id));
	memcpy(b->files, f->files.p, b->n_files * sizeof(*b->files));
	memcpy(b->tests, f->tests.p, b->n_tests * sizeof(*b->tests));
	for (i = 0; i < b->n_tests; i++)
		b->by_id[i] = i;
	sorted = b->tests;
	qsort(b->by_id, b->n_tests, sizeof(*b->by_id), compare_ids);
}

int
bats_learn(struct fw_command *c, struct bats *b, struct err *e)
{
	struct finding_tests f = { .c = c, .b = b };
	uint32_t i;
	int ret;

	if (b->filter && regcomp(&f.filter, b->filter, REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(e, "--filter '%s' is no extended regular expression", b->filter);
	regcomp(&f.test, test_pattern, REG_EXTENDED);
	regcomp(&f.comment, comment_pattern, REG_EXTENDED);
	ret = collect_files(&f, e);
	for (i = 0; ret == 0 && i < f.files.n; i++)
		ret = collect_tests(&f, i, e);
	if (ret == 0)
		ret = check_count(&f, e);
	if (ret == 0)
		keep(&f);
	regfree(&f.test);
	regfree(&f.comment);
	if (b->filter)
		regfree(&f.filter);
	vec_release(&f.files);
	vec_release(&f.tests);
	return ret;
}

uint32_t
bats_find(const struct bats *b, const char *id)
{
	uint32_t lo = 0, hi = b->n_tests;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = strcmp(id, b->tests[b->by_id[mid]].id);

		if (order == 0)
			return b->by_id[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return UINT32_MAX;
}
