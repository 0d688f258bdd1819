/* Draws the line of progress, and the lines of -v: see progress.h. */
#include "common/base.h"
#include "bisect/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bisect/report.h"
#include "common/clock.h"
#include "common/diag.h"

enum {
	DRAW_EVERY_US = 100 * 1000,
	LOG_EVERY_US = 10 * 1000 * 1000, /* not a terminal: a line of its own so often */
	COLUMNS = 80,
	LINE_BYTES = 4096,
};

struct progress {
	const struct options *opt;
	const struct testlist *list;
	bool shown;     /* the line is wanted */
	bool terminal;  /* it is redrawn in place */
	bool color;
	bool on_screen; /* the terminal's last line is ours */
	bool known;     /* view holds something */
	const char *doing;
	struct drive_view view; /* its phase is NULL before the driver told anything */
	char drawn[LINE_BYTES]; /* last line written where it is no terminal */
	int64_t start_us, next_us;
};

static struct progress *current; /* for the hook of diag.h */

/* ---- drawing ---- */

static size_t
terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return COLUMNS;
}

static void
clear_line(struct progress *p)
{
	if (!p->on_screen)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->on_screen = false;
}

static void
before_diag(void)
{
	if (current)
		clear_line(current);
}

/* Written where it cannot be redrawn: now and then, and only what is new. */
static void
log_line(struct progress *p, const struct str *line)
{
	if (strcmp(p->drawn, str_c(line)) == 0)
		return;
	snprintf(p->drawn, sizeof(p->drawn), "%s", str_c(line));
	fprintf(stderr, "%s\n", str_c(line));
	fflush(stderr);
}

static void
draw(struct progress *p, bool now)
{
	struct str line = STR_INIT(LINE_BYTES);
	int64_t time_us = clock_micros();
	size_t columns;

	if (!p->shown || (!p->known && p->doing == NULL) || (!now && time_us < p->next_us))
		return;
	p->next_us = time_us + (p->terminal ? DRAW_EVERY_US : LOG_EVERY_US);
	/* The last column stays free: some terminals would wrap. */
	columns = p->terminal ? terminal_columns() - 1 : LINE_BYTES;
	if (p->known)
		progress_line(&line, &p->view, p->terminal ? time_us - p->start_us : -1, columns);
	else if (strlen(p->doing) <= columns)
		str_adds(&line, p->doing);
	if (p->terminal) {
		fprintf(stderr, "\r%s\033[K", str_c(&line));
		fflush(stderr);
		p->on_screen = line.n > 0;
	} else {
		log_line(p, &line);
	}
	str_release(&line);
}

void
progress_tick(void *data)
{
	draw(data, false);
}

void
progress_know(void *data, const struct drive_view *view)
{
	struct progress *p = data;
	bool another = !p->known || p->view.phase != view->phase;

	p->view = *view;
	p->view.kept = NULL; /* the driver's; only its number is shown */
	p->known = true;
	draw(p, another);
}

void
progress_say(struct progress *p, const char *doing)
{
	p->doing = doing;
	p->known = false;
	draw(p, true);
}

/* ---- lines that stay ---- */

void
progress_note(void *data UNUSED, const char *text)
{
	diag_note("%s", text);
}

/* Green passes, red failures, yellow for what proves nothing. */
static const char *
color_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return "\033[32m";
	case VERDICT_FAIL:
		return "\033[31m";
	case VERDICT_UNRESOLVED:
		break;
	}
	return "\033[33m";
}

static void
add_failed(struct str *line, const struct progress *p, const struct answer *a)
{
	size_t i, shown = p->opt->verbose > 1 ? a->n_failed : a->n_failed < 3 ? a->n_failed : 3;

	for (i = 0; i < shown; i++) {
		str_adds(line, i ? ", " : "  ");
		report_name(line, testlist_name(p->list, a->failed[i]));
	}
	if (shown < a->n_failed)
		str_addf(line, " and %zu more", a->n_failed - shown);
}

void
progress_ran(void *data, const struct ask *ask, const struct answer *a, bool replayed)
{
	struct progress *p = data;
	struct str line = STR_INIT(1 << 20);
	char took[CLOCK_TEXT];

	if (p->opt->verbose == 0)
		return;
	clear_line(p);
	clock_format(took, a->micros);
	str_addf(&line, "run %llu  %-6s  ", (unsigned long long)a->run, ask->phase);
	if (p->opt->range)
		str_addf(&line, "%.12s", testlist_name(p->list, ask->tests[0]));
	else
		str_addf(&line, "%zu test%s", ask->n, ask->n == 1 ? "" : "s");
	str_addf(&line, "  %s%s%s  %s%s", p->color ? color_of(a->verdict) : "", outcome_name(a->outcome),
	         p->color ? "\033[0m" : "", took, a->warm ? " (warm)" : "");
	if (replayed)
		str_adds(&line, " (recorded)");
	if (a->n_failed)
		add_failed(&line, p, a);
	if (a->why && *a->why) {
		str_adds(&line, ": ");
		report_message(&line, a->why);
	} else if (a->signature && *a->signature && (a->n_failed == 0 || p->opt->verbose > 1)) {
		str_adds(&line, ": ");
		report_message(&line, a->signature);
	}
	fprintf(stderr, "%s\n", str_c(&line));
	fflush(stderr);
	str_release(&line);
	draw(p, p->terminal);
}

/* ---- opening and closing ---- */

struct progress *
progress_open(const struct options *opt, const struct testlist *list)
{
	struct progress *p = xcalloc(1, sizeof(*p));
	const char *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);

	assert(current == NULL);
	p->opt = opt;
	p->list = list;
	p->terminal = terminal;
	p->shown = opt->progress == 1 || (opt->progress < 0 && terminal && !opt->quiet);
	p->color = report_wants_color(opt, STDERR_FILENO);
	p->start_us = clock_micros();
	p->known = list != NULL;
	if (list)
		p->view = (struct drive_view){ .n_tests = testlist_count(list), .seconds_left = -1,
		                               .commits = opt->range != NULL };
	current = p;
	diag_before(before_diag);
	return p;
}

void
progress_close(struct progress *p)
{
	if (p == NULL)
		return;
	clear_line(p);
	diag_before(NULL);
	current = NULL;
	free(p);
}
