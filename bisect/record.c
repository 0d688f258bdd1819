/* What a session was begun with: see record.h. */
#include "common/base.h"
#include "bisect/record.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "bisect/opts.h"
#include "common/clock.h"
#include "common/fs.h"

enum { RECORD_MAX = 16 << 20, FORMAT = 1 };

/* ---- options ---- */

enum kind { KIND_TEXT, KIND_BOOL, KIND_U32, KIND_U64, KIND_I64, KIND_DOUBLE };

static const struct field {
	const char *name;
	enum kind kind;
	size_t at;
} fields[] = {
#define FIELD(name, kind) { #name, kind, offsetof(struct options, name) }
	FIELD(framework, KIND_TEXT), FIELD(input, KIND_TEXT), FIELD(list_command, KIND_TEXT),
	FIELD(output, KIND_TEXT), FIELD(max_tests, KIND_U32), FIELD(max_runs, KIND_U32),
	FIELD(budget_ms, KIND_I64), FIELD(match, KIND_TEXT), FIELD(stop_at_match, KIND_BOOL),
	FIELD(victim, KIND_TEXT), FIELD(fail_exit, KIND_TEXT), FIELD(confidence, KIND_DOUBLE),
	FIELD(jobs, KIND_U32), FIELD(timeout_ms, KIND_I64), FIELD(timeout_is_fail, KIND_BOOL),
	FIELD(any_failure, KIND_BOOL), FIELD(all, KIND_BOOL), FIELD(find_cleaner, KIND_BOOL),
	FIELD(shuffle, KIND_BOOL), FIELD(seed, KIND_U64), FIELD(stress, KIND_U32),
	FIELD(launcher, KIND_TEXT), FIELD(warm, KIND_BOOL), FIELD(range, KIND_TEXT),
	FIELD(range_shown, KIND_TEXT),
	FIELD(first_parent, KIND_BOOL), FIELD(fixed, KIND_BOOL), FIELD(paths, KIND_TEXT),
	FIELD(build, KIND_TEXT), FIELD(build_timeout_ms, KIND_I64), FIELD(term_old, KIND_TEXT),
	FIELD(term_new, KIND_TEXT), FIELD(log, KIND_TEXT), FIELD(history, KIND_TEXT),
#undef FIELD
};

static void
add_field(struct str *out, const struct options *opt, const struct field *f)
{
	const void *p = (const char *)opt + f->at;
	const char *text;

	switch (f->kind) {
	case KIND_TEXT:
		text = *(const char *const *)p;
		if (text == NULL)
			return;
		str_addf(out, "option.%s\t", f->name);
		str_add_escaped(out, span_of(text));
		str_addc(out, '\n');
		return;
	case KIND_BOOL:
		str_addf(out, "option.%s\t%d\n", f->name, *(const bool *)p);
		return;
	case KIND_U32:
		str_addf(out, "option.%s\t%" PRIu32 "\n", f->name, *(const uint32_t *)p);
		return;
	case KIND_U64:
		str_addf(out, "option.%s\t%" PRIu64 "\n", f->name, *(const uint64_t *)p);
		return;
	case KIND_I64:
		str_addf(out, "option.%s\t%" PRId64 "\n", f->name, *(const int64_t *)p);
		return;
	case KIND_DOUBLE:
		str_addf(out, "option.%s\t%.17g\n", f->name, *(const double *)p);
		return;
	}
}

static bool
read_field(struct options *opt, const struct field *f, const char *text)
{
	void *p = (char *)opt + f->at;
	uint64_t v = 0;
	char *end;

	if (f->kind == KIND_TEXT) {
		*(const char **)p = text;
		return true;
	}
	if (f->kind == KIND_DOUBLE) {
		*(double *)p = strtod(text, &end);
		return *text && *end == '\0' && isfinite(*(double *)p);
	}
	if (!span_u64(span_of(text), &v))
		return false;
	if (f->kind == KIND_BOOL)
		*(bool *)p = v != 0;
	else if (f->kind == KIND_U32)
		*(uint32_t *)p = (uint32_t)v;
	else if (f->kind == KIND_U64)
		*(uint64_t *)p = v;
	else
		*(int64_t *)p = (int64_t)v;
	return f->kind == KIND_BOOL ? v <= 1 : f->kind == KIND_U32 ? v <= UINT32_MAX : v <= INT64_MAX ||
	       f->kind == KIND_U64;
}

/* ---- writing ---- */

void
record_release(struct record *r)
{
	arena_release(&r->mem);
	*r = (struct record)RECORD_INIT;
}

void
record_make(struct record *r, const char *mode, const struct options *opt, const char *cwd,
            const char *framework, const struct testlist *list)
{
	char now[CLOCK_TEXT];

	clock_stamp(now, clock_wall());
	*r = (struct record){
		.mode = mode, .version = OPTS_VERSION, .cwd = cwd, .framework = framework,
		.n_tests = testlist_count(list), .list_digest = testlist_digest(list),
		.files_digest = record_digest_files(opt->command), .env_digest = record_digest_environment(),
		.opt = *opt,
	};
	r->started = arena_copy(&r->mem, now, strlen(now));
}

static void
add_text(struct str *out, const char *key, const char *value)
{
	str_addf(out, "%s\t", key);
	str_add_escaped(out, span_of(value));
	str_addc(out, '\n');
}

static int
write_names(struct session *s, const struct testlist *list, struct err *e)
{
	uint32_t n = testlist_count(list), *all = xcalloc((size_t)n + 1, sizeof(*all));
	char *path = session_path(s, "names");
	int ret;

	for (uint32_t i = 0; i < n; i++)
		all[i] = i;
	ret = testlist_write(list, all, n, path, e);
	free(path);
	free(all);
	return ret;
}

int
record_write(const struct record *r, struct session *s, const struct testlist *list, struct err *e)
{
	struct str out = STR_INIT(RECORD_MAX);
	char *path = session_path(s, "record");
	int ret = -1;

	str_addf(&out, "format\t%d\n", FORMAT);
	add_text(&out, "version", r->version);
	add_text(&out, "mode", r->mode);
	add_text(&out, "started", r->started);
	add_text(&out, "cwd", r->cwd);
	add_text(&out, "framework", r->framework);
	str_addf(&out, "tests\t%" PRIu32 "\n", r->n_tests);
	str_addf(&out, "list\t%" PRIu64 "\n", r->list_digest);
	str_addf(&out, "files\t%" PRIu64 "\n", r->files_digest);
	str_addf(&out, "environment\t%" PRIu64 "\n", r->env_digest);
	for (const char *const *word = r->opt.command; *word; word++)
		add_text(&out, "word", *word);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		add_field(&out, &r->opt, &fields[i]);
	str_adds(&out, "end\t\n");
	if (out.over)
		err_set(e, "the command is longer than a session can hold");
	else if (write_names(s, list, e) == 0)
		ret = fs_write(path, str_span(&out), e);
	free(path);
	str_release(&out);
	return ret;
}

/* ---- reading ---- */

struct parsing {
	struct record *r;
	VEC(const char *) words;
	uint64_t format;
	bool end;
};

static bool
parse_u64(const char *text, uint64_t *out)
{
	return span_u64(span_of(text), out);
}

static bool
parse_option(struct record *r, const char *name, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcmp(fields[i].name, name) == 0)
			return read_field(&r->opt, &fields[i], value);
	}
	return true; /* of a later version, which made the answers without it */
}

static bool
parse_pair(struct parsing *p, const char *key, const char *value)
{
	struct record *r = p->r;
	const struct { const char *key; const char **to; } texts[] = {
		{ "version", &r->version }, { "mode", &r->mode }, { "started", &r->started },
		{ "cwd", &r->cwd }, { "framework", &r->framework },
	};
	const struct { const char *key; uint64_t *to; } numbers[] = {
		{ "format", &p->format }, { "list", &r->list_digest }, { "files", &r->files_digest },
		{ "environment", &r->env_digest },
	};
	uint64_t n;
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(key, texts[i].key) == 0) {
			*texts[i].to = value;
			return true;
		}
	}
	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		if (strcmp(key, numbers[i].key) == 0)
			return parse_u64(value, numbers[i].to);
	}
	if (strcmp(key, "tests") == 0) {
		bool ok = parse_u64(value, &n) && n < TESTLIST_NONE;
		r->n_tests = ok ? (uint32_t)n : 0;
		return ok;
	}
	if (strcmp(key, "word") == 0)
		vec_push(&p->words, value);
	else if (strncmp(key, "option.", 7) == 0)
		return parse_option(r, key + 7, value);
	else if (strcmp(key, "end") == 0)
		p->end = true;
	return true;
}

static bool
parse_line(struct parsing *p, struct span line, struct str *value)
{
	struct span key;

	if (!span_next(&line, '\t', &key) || line.p == NULL)
		return false;
	str_clear(value);
	if (!str_add_unescaped(value, line) || (value->n && memchr(value->p, '\0', value->n)))
		return false;
	return parse_pair(p, arena_copy(&p->r->mem, key.p, key.n),
	                  arena_copy(&p->r->mem, str_c(value), value->n));
}

static const char **
take_words(struct parsing *p)
{
	const char **words = arena_alloc(&p->r->mem, (p->words.n + 1) * sizeof(*words));

	if (p->words.n)
		memcpy(words, p->words.p, p->words.n * sizeof(*words));
	words[p->words.n] = NULL;
	return words;
}

int
record_parse(struct record *r, struct span bytes, struct err *e)
{
	struct parsing p = { .r = r, .words = VEC_INIT };
	struct str value = STR_INIT(RECORD_MAX);
	struct span line;
	unsigned n = 0;
	int ret = -1;

	*r = (struct record)RECORD_INIT;
	while (bytes.n && span_next(&bytes, '\n', &line)) {
		n++;
		if (!parse_line(&p, line, &value)) {
			err_set(e, "line %u is damaged", n);
			goto out;
		}
	}
	r->opt.command = take_words(&p);
	if (p.format != FORMAT)
		err_set(e, "it was written in another format: finish it with the flake-bisect that began it");
	else if (!p.end || !r->version || !r->mode || !r->started || !r->cwd || !r->framework ||
	         r->opt.command[0] == NULL)
		err_set(e, "it is incomplete");
	else
		ret = 0;
out:
	vec_release(&p.words);
	str_release(&value);
	if (ret < 0)
		record_release(r);
	return ret;
}

int
record_read(struct record *r, const struct session *s, struct testlist *list, struct err *e)
{
	struct str bytes = STR_INIT(RECORD_MAX);
	char *path = session_path(s, "record"), *names = session_path(s, "names");
	int ret = -1;

	*r = (struct record)RECORD_INIT;
	if (fs_read(&bytes, path, e) < 0)
		goto out;
	if (record_parse(r, str_span(&bytes), e) < 0) {
		err_prefix(e, "'%s'", path);
		goto out;
	}
	if (r->n_tests && testlist_read(list, names, e) < 0)
		goto out;
	if (testlist_count(list) != r->n_tests || testlist_digest(list) != r->list_digest) {
		err_set(e, "'%s' does not hold the tests that the session began with", names);
		goto out;
	}
	ret = 0;
out:
	if (ret < 0)
		record_release(r);
	free(path);
	free(names);
	str_release(&bytes);
	return ret;
}

/* ---- comparing ---- */

int
record_check(const struct record *r, const char *cwd, struct err *e)
{
	uint64_t now;

	if (strcmp(r->cwd, cwd) != 0)
		return err_set(e, "the session was begun in the directory '%s': go there", r->cwd);
	now = record_digest_files(r->opt.command);
	if (now && r->files_digest && now != r->files_digest)
		return err_set(e, "the command changed: '%s' or a file that it names is not what it was "
		               "when the session began; begin a new one", r->opt.command[0]);
	return 0;
}

bool
record_same_environment(const struct record *r)
{
	return record_digest_environment() == r->env_digest;
}
