/*
 * A console that begins with something else: what a CI system or a build prints before the
 * tests, and any long text.  It is searched for a format that is read, window by window, and
 * handed on to its reader from there; what stands before is dropped.  The log of a whole CI job, whose steps
 * may be of several runners, is handed to a reader of each.
 */
#include "common/base.h"
#include "triage/reader.h"

extern const struct reader read_late;

enum { WINDOW = READER_HEAD, STEP = WINDOW / 2, PARTS_MAX = 4 };
enum { SURE = 80 }; /* of another format in the log of a CI system */

/* One format that was found, with results of its own until the end. */
struct part {
	const struct reader *row;
	void *state;
	struct collect to;
};

struct late {
	struct reader_input in;
	struct str window;
	struct part parts[PARTS_MAX];
	unsigned n_parts;
	bool began;   /* its beginning was looked at */
	bool is_ci;   /* all steps of a job: several runners may have printed into it */
};

/* Does it begin as the log of a whole job does? */
static bool
is_ci(struct span head)
{
	static const char *const begins[] = {
		"Current runner version: ", "Running with gitlab-runner", "Started by ", "[Pipeline] Start of Pipeline",
	};
	struct span line;
	unsigned n;
	size_t i;

	for (n = 0; n < 5 && span_next(&head, '\n', &line); n++) {
		for (i = 0; i < ARRAY_LEN(begins); i++) {
			if (span_starts(line, begins[i]))
				return true;
		}
	}
	return false;
}

/* ---- the row ---- */

static bool
is_found(const struct late *l, const struct reader *row)
{
	unsigned i;

	for (i = 0; i < l->n_parts && l->parts[i].row != row; i++)
		;
	return i < l->n_parts;
}

/* The console format that is surest of the window, of those that were not found yet. */
static const struct reader *
search(const struct late *l)
{
	const struct reader *best = NULL;
	int sure, most = l->n_parts ? SURE - 1 : 1;
	size_t i;

	for (i = 0; readers[i]; i++) {
		if (!readers[i]->console || readers[i]->refused || readers[i] == &read_late || is_found(l, readers[i]))
			continue;
		sure = readers[i]->detect(str_span(&l->window), l->in.path);
		if (sure > most) {
			most = sure;
			best = readers[i];
		}
	}
	return best;
}

/* Begins with the format in the window; rules for warnings are tried once. */
static int
begin(struct late *l, const struct reader *row, struct err *e)
{
	struct part *p = &l->parts[l->n_parts++];
	struct reader_input in = { .to = &p->to, .path = l->in.path, .warn = l->n_parts == 1 ? l->in.warn : NULL };

	p->row = row;
	p->state = row->start(&in);
	return row->feed(p->state, str_span(&l->window), e);
}

static bool
is_searching(const struct late *l)
{
	return l->n_parts == 0 || (l->is_ci && l->n_parts < PARTS_MAX);
}

/* Begins with what is in the window; keeps its end. */
static int
look(struct late *l, struct err *e)
{
	const struct reader *row;

	if (!l->began)
		l->is_ci = is_ci(str_span(&l->window));
	l->began = true;
	while (is_searching(l) && (row = search(l)) != NULL) {
		if (begin(l, row, e) < 0)
			return -1;
	}
	if (l->window.n > STEP) {
		memmove(l->window.p, l->window.p + l->window.n - STEP, STEP);
		str_cut(&l->window, STEP);
	}
	return 0;
}

static int
feed_parts(struct late *l, struct span bytes, struct err *e)
{
	unsigned i;

	for (i = 0; i < l->n_parts; i++) {
		if (l->parts[i].row->feed(l->parts[i].state, bytes, e) < 0)
			return -1;
	}
	return 0;
}

/* Lines of a text that fill all that was looked at, which time stamps may have been taken off; no
 * document. */
static bool
is_long_text(struct span head)
{
	struct span text = span_trim(head);

	return head.n >= READER_HEAD / 3 && text.n && memchr(text.p, '\n', text.n) && !strchr("<{[\"", text.p[0]);
}

static int
detect(struct span head, const char *path UNUSED)
{
	static const char *const begins[] = {
		"Started by ", "Building remotely on ", "Building in workspace", "[Pipeline]",
		"Running with gitlab-runner",
		"Current runner version:", "Cloning into '", "Initialized empty Git repository", "make[1]: Entering",
		"checking for gcc", "checking for C compiler", "configure: ", "-- The C compiler identification",
		"dpkg-buildpackage", "Fetching changes from", "+ git ", "$ git ", "   Compiling ", "[EnvInject]",
		"npm WARN", "Collecting ", "go: downloading", "Downloading from central",
	};
	bool first[256] = { false }; /* bytes of theirs: nearly no line begins with one */
	struct span line, whole = head;
	size_t i;

	if (is_ci(head))
		return 100;
	if (head.n == 0 || memchr(head.p, '\0', head.n))
		return 0;
	for (i = 0; i < ARRAY_LEN(begins); i++)
		first[(unsigned char)begins[i][0]] = true;
	while (span_next(&head, '\n', &line)) {
		for (i = 0; line.n && first[(unsigned char)line.p[0]] && i < ARRAY_LEN(begins); i++) {
			if (span_starts(line, begins[i]))
				return 1;
		}
	}
	return is_long_text(whole);
}

static void *
start(const struct reader_input *in)
{
	struct late *l = xcalloc(1, sizeof(*l));

	l->in = *in;
	l->window = (struct str)STR_INIT(WINDOW);
	return l;
}

static int
feed(void *state, struct span bytes, struct err *e)
{
	struct late *l = state;

	while (bytes.n && is_searching(l)) {
		size_t room = WINDOW - l->window.n;
		struct span now = { bytes.p, bytes.n < room ? bytes.n : room };

		if (feed_parts(l, now, e) < 0)
			return -1;
		str_addspan(&l->window, now);
		bytes = span_from(bytes, now.n);
		if (l->window.n < WINDOW)
			continue;
		if (look(l, e) < 0)
			return -1;
	}
	return bytes.n ? feed_parts(l, bytes, e) : 0;
}

/* The results of a part, if it came to any, behind those of the others. */
static int
finish_part(struct late *l, struct part *p, struct err *e)
{
	struct err mine = ERR_INIT;
	size_t i;

	if (p->row->finish(p->state, &mine) < 0 && p->to.runs.n == 0)
		return l->n_parts == 1 ? err_set(e, "%s", mine.msg) : 0;
	for (i = 0; i < p->to.runs.n; i++) {
		if (p->to.runs.p[i]->format.n == 0)
			p->to.runs.p[i]->format = span_of(p->row->name);
		vec_push(&l->in.to->runs, p->to.runs.p[i]);
	}
	vec_clear(&p->to.runs);
	return 0;
}

static int
finish(void *state, struct err *e)
{
	struct late *l = state;
	unsigned i;

	if (is_searching(l) && look(l, e) < 0)
		return -1;
	for (i = 0; i < l->n_parts; i++) {
		if (finish_part(l, &l->parts[i], e) < 0)
			return -1;
	}
	return 0;
}

static void
stop(void *state)
{
	struct late *l = state;
	unsigned i;

	for (i = 0; i < l->n_parts; i++) {
		l->parts[i].row->free(l->parts[i].state);
		collect_release(&l->parts[i].to);
	}
	str_release(&l->window);
	free(l);
}

const struct reader read_late = {
	.name = "console",
	.title = "a console log in which one of these begins later",
	.console = true,
	.detect = detect,
	.start = start,
	.feed = feed,
	.finish = finish,
	.free = stop,
};
