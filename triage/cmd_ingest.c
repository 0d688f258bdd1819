/* `ingest PATH|URL...`: reads build results into the store. */
#include "common/base.h"
#include "triage/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/mem.h"
#include "triage/reader.h"
#include "triage/source_buildbot.h"
#include "triage/source_files.h"
#include "triage/warn.h"

/* ---- remarks ---- */

enum { REMARKS_SHOWN = 20 };

struct remarks {
	struct map seen;
	bool quiet;
};

static void
remark(void *data, const char *text)
{
	struct remarks *r = data;
	size_t before = r->seen.texts.n;

	if (map_add(&r->seen, span_of(text)) < before || r->quiet || before > REMARKS_SHOWN)
		return;
	if (before == REMARKS_SHOWN)
		diag_note("more remarks of this kind are left out");
	else
		diag_note("%s", text);
}

/* ---- what came of it ---- */

static void
add_count(struct str *out, uint64_t n, const char *one, const char *many)
{
	str_addf(out, "%s%" PRIu64 " %s", out->n ? ", " : "", n, n == 1 ? one : many);
}

static void
print_text(const struct ingest *in)
{
	struct str out = STR_INIT(4096);

	add_count(&out, in->n_new, "new build", "new builds");
	if (in->n_changed)
		add_count(&out, in->n_changed, "changed", "changed");
	if (in->n_same)
		add_count(&out, in->n_same, "as before", "as before");
	add_count(&out, in->n_tests, "test result", "test results");
	if (in->n_lost)
		add_count(&out, in->n_lost, "build without its log", "builds without their logs");
	if (in->n_unknown)
		add_count(&out, in->n_unknown, "input in no known format", "inputs in no known format");
	if (in->n_unread)
		add_count(&out, in->n_unread, "thing that could not be read", "things that could not be read");
	printf("%s\n", str_c(&out));
	str_release(&out);
}

static void
print_json(const struct ingest *in)
{
	printf("{\"schema\":1,\"new\":%" PRIu64 ",\"changed\":%" PRIu64 ",\"same\":%" PRIu64
	       ",\"lost\":%" PRIu64 ",\"inputs\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"unread\":%" PRIu64
	       ",\"tests\":%" PRIu64 ",\"attempts\":%" PRIu64 "}\n", in->n_new, in->n_changed, in->n_same,
	       in->n_lost, in->n_inputs, in->n_unknown, in->n_unread, in->n_tests, in->n_attempts);
}

/* ---- sources ---- */

static struct span
text_of(const char *text)
{
	return text ? span_of(text) : span_of("");
}

/* All paths at once: files of several of them may be parts of one build. */
static int
read_files(struct ingest *in, const struct options *o, const char *const *paths, size_t n, struct err *e)
{
	struct files_options files = {
		.builder = text_of(o->builder),
		.branch = text_of(o->branch),
		.revision = text_of(o->revision),
		.number = text_of(o->number),
		.worker = text_of(o->worker),
		.started = o->started,
		.layout = o->layout,
	};

	return source_files_all(in, &files, paths, n, e);
}

static int
read_buildbot(struct ingest *in, const struct options *o, const char *where, struct err *e)
{
	const struct buildbot_options buildbot = {
		.since = o->since,
		.token = getenv("FLAKE_TRIAGE_TOKEN"),
	};

	return source_buildbot(in, &buildbot, where, e);
}

/* What an operand is, by its beginning or its content; what no row takes is a path. */
static const struct source {
	bool (*is)(const char *operand);
	int (*read)(struct ingest *in, const struct options *o, const char *operand, struct err *e);
} sources[] = {
	{ source_buildbot_is, read_buildbot },
	{ NULL, NULL },
};

static const struct source *
source_of(const char *operand)
{
	const struct source *s = sources;

	while (s->is && !s->is(operand))
		s++;
	return s->is ? s : NULL;
}

/* One that fails does not keep the others from being read: e is the last failure. */
static int
read_operands(struct ingest *in, const struct options *o, const char *const *operands, size_t n, struct err *e)
{
	VEC(const char *) paths = VEC_INIT;
	const struct source *s;
	int ret = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		s = source_of(operands[i]);
		if (s == NULL) {
			vec_push(&paths, operands[i]);
		} else if (s->read(in, o, operands[i], e) < 0) {
			if (ret < 0 || i + 1 < n)
				diag_note("%s", e->msg);
			ret = -1;
		}
	}
	if (paths.n && read_files(in, o, paths.p, paths.n, e) < 0)
		ret = -1;
	vec_release(&paths);
	return ret;
}

/* ---- the whole ---- */

static int
no_format(const char *name, struct err *e)
{
	struct str all = STR_INIT(1000);
	size_t i;

	for (i = 0; readers[i]; i++) {
		if (!readers[i]->refused)
			str_addf(&all, "%s%s", all.n ? ", " : "", readers[i]->name);
	}
	err_set(e, "option '--format': there is no format '%s'; these are read: %s", name, str_c(&all));
	str_release(&all);
	return -1;
}

static int
check(const struct prog_call *call, const struct options *o, const struct reader **format, struct err *e)
{
	if (call->n_operands == 0)
		return err_set(e, "read what? flake-triage ingest PATH|URL...");
	if (o->layout && source_files_check_layout(o->layout, e) < 0)
		return err_prefix(e, "option '--layout'");
	*format = o->format ? reader_find(o->format) : NULL;
	if (o->format && *format == NULL)
		return no_format(o->format, e);
	if (*format && (*format)->refused)
		return err_set(e, "%s is not read: %s", (*format)->title, (*format)->refused);
	return 0;
}

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	struct remarks remarks = { .seen = MAP_INIT, .quiet = o->quiet };
	struct ingest in = { .remark = remark, .data = &remarks };
	struct err failed = ERR_INIT;
	int ret = -1;

	if (check(call, o, &in.format, &failed) < 0) {
		diag_note("%s", failed.msg);
		return EXIT_USAGE;
	}
	in.warn = warn_load(o->warnings, e);
	if (in.warn == NULL || (in.store = store_open(o->db, STORE_WRITE, e)) == NULL)
		goto out;
	ret = read_operands(&in, o, (const char *const *)call->operands, call->n_operands, e);
	if (store_flush(in.store, ret < 0 ? NULL : e) < 0)
		ret = -1;
	else if (o->json)
		print_json(&in);
	else
		print_text(&in);
out:
	store_close(in.store);
	warn_free(in.warn);
	map_release(&remarks.seen);
	return ret < 0 ? -1 : EXIT_ANSWERED;
}

const struct prog_cmd triage_ingest = {
	.head = {
		.name = "ingest",
		.usage = "ingest [OPTION...] PATH|URL...",
		.title = "read build results into the store",
		.operands = "FILE",
		.use = USE_INGEST,
	},
	.operands_max = PROG_MANY,
	.run = run,
};
