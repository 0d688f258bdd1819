/*
 * A console that begins with something else: what a CI system or a build prints before the
 * tests, and any long text.  It is searched for a format that is read, window by window, and
 * handed on to its reader from there; what stands before is dropped.
 */
#include "common/base.h"
#include "triage/reader.h"

extern const struct reader read_late;

enum { WINDOW = READER_HEAD, STEP = WINDOW / 2 };

struct late {
	struct reader_input in;
	struct str window;
	const struct reader *row; /* found; NULL: not yet */
	void *state;
};

/* The console format that is surest of the window. */
static const struct reader *
search(const struct late *l)
{
	const struct reader *best = NULL;
	int sure, most = 1;
	size_t i;

	for (i = 0; readers[i]; i++) {
		if (!readers[i]->console || readers[i]->refused || readers[i] == &read_late)
			continue;
		sure = readers[i]->detect(str_span(&l->window), l->in.path);
		if (sure > most) {
			most = sure;
			best = readers[i];
		}
	}
	return best;
}

/* Goes on with the format, if there is one now; else keeps the end of the window. */
static int
look(struct late *l, struct err *e)
{
	l->row = search(l);
	if (l->row) {
		l->state = l->row->start(&l->in);
		return l->row->feed(l->state, str_span(&l->window), e);
	}
	if (l->window.n > STEP) {
		memmove(l->window.p, l->window.p + l->window.n - STEP, STEP);
		str_cut(&l->window, STEP);
	}
	return 0;
}

/* ---- the row ---- */

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
	struct span line, whole = head;
	size_t i;

	if (head.n == 0 || memchr(head.p, '\0', head.n))
		return 0;
	while (span_next(&head, '\n', &line)) {
		for (i = 0; i < ARRAY_LEN(begins); i++) {
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
	size_t room;

	while (bytes.n && l->row == NULL) {
		room = WINDOW - l->window.n;
		str_add(&l->window, bytes.p, bytes.n < room ? bytes.n : room);
		bytes = span_from(bytes, room);
		if (l->window.n == WINDOW && look(l, e) < 0)
			return -1;
	}
	return l->row && bytes.n ? l->row->feed(l->state, bytes, e) : 0;
}

static int
finish(void *state, struct err *e)
{
	struct late *l = state;

	if (l->row == NULL && look(l, e) < 0)
		return -1;
	return l->row ? l->row->finish(l->state, e) : 0;
}

static void
stop(void *state)
{
	struct late *l = state;

	if (l->row)
		l->row->free(l->state);
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
