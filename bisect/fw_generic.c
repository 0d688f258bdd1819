/*
 * Any command: {tests}, {file} or {filter:SEP} in its words say where the
 * tests go.  The list comes from --input or --list-command, and only the exit
 * status tells how a run ended.
 */
#include "common/base.h"
#include "bisect/fw_generic.h"

#include "bisect/fw_tool.h"

enum place { PLACE_NONE, PLACE_TESTS, PLACE_FILE, PLACE_FILTER };

/* A word cut at its first placeholder. */
struct cut_word {
	enum place place;
	struct span before, sep, after; /* sep: of {filter:SEP} */
};

static struct cut_word
cut(const char *word)
{
	static const struct { const char *open; enum place place; } kinds[] = {
		{ "{tests}", PLACE_TESTS }, { "{file}", PLACE_FILE }, { "{filter:", PLACE_FILTER },
	};
	struct span text = span_of(word), tail;
	struct cut_word best = { PLACE_NONE, text, { "", 0 }, { "", 0 } };
	size_t i, at, close;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		at = span_find(text, kinds[i].open);
		if (at >= best.before.n)
			continue;
		tail = span_from(text, at + strlen(kinds[i].open));
		close = kinds[i].place == PLACE_FILTER ? span_find(tail, "}") : 0;
		if (kinds[i].place == PLACE_FILTER && close == tail.n)
			continue;
		best.place = kinds[i].place;
		best.before.n = at;
		best.sep = (struct span){ tail.p, close };
		best.after = span_from(tail, kinds[i].place == PLACE_FILTER ? close + 1 : 0);
	}
	return best;
}

bool
placeholder_in(const char *word)
{
	return cut(word).place != PLACE_NONE;
}

bool
placeholder_in_any(const char *const *words)
{
	for (; *words; words++) {
		if (placeholder_in(*words))
			return true;
	}
	return false;
}

static int
fill_filter(struct argv_builder *b, const struct cut_word *w, const struct testlist *list,
            const uint32_t *tests, size_t n, struct err *e)
{
	struct str text = STR_INIT(FW_ARG_MAX - 1), sep = STR_INIT(FW_ARG_MAX - 1);
	size_t i;
	int ret = -1;

	str_add_unescaped(&sep, w->sep);
	str_addspan(&text, w->before);
	for (i = 0; i < n && !text.over; i++) {
		if (i)
			str_addspan(&text, str_span(&sep));
		str_adds(&text, testlist_name(list, tests[i]));
	}
	str_addspan(&text, w->after);
	if (text.over || sep.over) {
		err_set(e, "%zu tests joined to one argument are longer than the %d bytes the system "
		        "takes: use {file} or {tests}", n, FW_ARG_MAX - 1);
		goto out;
	}
	argv_add(b, str_c(&text));
	ret = 0;
out:
	str_release(&text);
	str_release(&sep);
	return ret;
}

int
placeholder_fill(struct argv_builder *b, const char *const *words, const struct testlist *list,
                 const uint32_t *tests, size_t n, const char *file, struct err *e)
{
	size_t i;

	for (; *words; words++) {
		struct cut_word w = cut(*words);

		switch (w.place) {
		case PLACE_NONE:
			argv_add(b, *words);
			break;
		case PLACE_FILE:
			argv_addf(b, "%.*s%s%.*s", (int)w.before.n, w.before.p, file,
			          (int)w.after.n, w.after.p);
			break;
		case PLACE_TESTS:
			for (i = 0; i < n; i++)
				argv_addf(b, "%.*s%s%.*s", (int)w.before.n, w.before.p,
				          testlist_name(list, tests[i]), (int)w.after.n, w.after.p);
			break;
		case PLACE_FILTER:
			if (fill_filter(b, &w, list, tests, n, e) < 0)
				return -1;
			break;
		}
	}
	return 0;
}

static bool
is_plain(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (*c == '\\' || (unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	}
	return *name && *name != '#';
}

const char *
placeholder_file(const struct testlist *list, const uint32_t *tests, size_t n, struct job *job,
                 struct err *e)
{
	struct str path = STR_INIT(4096);
	const char *copy = NULL;
	size_t i;

	for (i = 0; i < n && is_plain(testlist_name(list, tests[i])); i++)
		;
	if (i == n)
		return job->tests_path;
	str_addf(&path, "%s/names", job->dir);
	if (testlist_write_raw(list, tests, n, str_c(&path), e) == 0)
		copy = arena_copy(&job->mem, str_c(&path), path.n);
	str_release(&path);
	return copy;
}

static bool
wants_file(const char *const *words)
{
	for (; *words; words++) {
		if (cut(*words).place == PLACE_FILE)
			return true;
	}
	return false;
}

int
placeholder_prepare(const char *const *words, const struct testlist *list, const uint32_t *tests,
                    size_t n, struct job *job, struct err *e)
{
	struct argv_builder b = { &job->mem, VEC_INIT };
	const char *file = NULL;
	int ret = -1;

	if (wants_file(words) && (file = placeholder_file(list, tests, n, job, e)) == NULL)
		goto out;
	ret = placeholder_fill(&b, words, list, tests, n, file, e);
out:
	job->argv = argv_done(&b);
	if (ret == 0)
		ret = fw_check_args(job->argv, "use {file} in the place of {tests}", e);
	return ret;
}

int
placeholder_repro(struct fw_command *c, const char *const *words, const struct testlist *list,
                  const uint32_t *tests, size_t n, struct str *out, struct err *e)
{
	struct arena mem = ARENA_INIT;
	struct argv_builder b = { &mem, VEC_INIT };
	struct str file = STR_INIT(8192);
	const char **argv;
	int ret = -1;

	if (wants_file(words) && fw_repro_file(c, list, tests, n, &file, e) < 0)
		goto out;
	ret = placeholder_fill(&b, words, list, tests, n, str_c(&file), e);
out:
	argv = argv_done(&b);
	if (ret == 0)
		fw_add_words(out, argv);
	str_release(&file);
	arena_release(&mem);
	return ret;
}

/* ---- the row ---- */

static int
generic_detect(const struct fw_command *c)
{
	return placeholder_in_any(c->argv) ? 100 : 0;
}

static int
generic_list(struct fw_command *c, struct testlist *list UNUSED, struct err *e)
{
	if (!placeholder_in_any(c->argv))
		return err_set(e, "'%s' is no test runner that is known: put {tests}, {file} or "
		               "{filter:SEP} where its tests go, or name its --framework",
		               c->argv[0] ? c->argv[0] : "");
	return err_set(e, "a command with placeholders cannot list its tests: give --input FILE or "
	               "--list-command CMD");
}

static int
generic_prepare(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
                struct job *job, struct err *e)
{
	if (!placeholder_in_any(c->argv))
		return generic_list(c, NULL, e);
	return placeholder_prepare(c->argv, list, tests, n, job, e);
}

static int
generic_repro(struct fw_command *c, const struct testlist *list, const uint32_t *tests, size_t n,
              struct str *out, struct err *e)
{
	return placeholder_repro(c, c->argv, list, tests, n, out, e);
}

const struct framework fw_generic = {
	.name = "command",
	.title = "any command with {tests}, {file} or {filter:SEP} in it",
	.package = "none needed",
	.flags = FW_ORDER,
	.detect = generic_detect,
	.list = generic_list,
	.prepare = generic_prepare,
	.repro = generic_repro,
};
