/* The table of formats: see reader.h. */
#include "common/base.h"
#include "triage/reader.h"

enum { FIRST_LOOK = 4 << 10 }; /* bytes of which most rows are sure already */

extern const struct reader read_ctest;
extern const struct reader read_junit;
extern const struct reader read_pytest;
extern const struct reader read_regrtest;
extern const struct reader read_gotest;
extern const struct reader read_libtest;
extern const struct reader read_tap;
extern const struct reader read_ctestxml;
extern const struct reader read_jenkins;
extern const struct reader read_jest;
extern const struct reader read_late;
extern const struct reader refuse_trx, refuse_nunit, refuse_xunit, refuse_testng, refuse_failsafe, refuse_robot,
                           refuse_qtest, refuse_boost, refuse_catch2, refuse_doctest, refuse_coverage, refuse_lint,
                           refuse_ctest_other, refuse_playwright, refuse_cucumber, refuse_bazel,
                           refuse_subunit;

const struct reader *const readers[] = {
	&read_junit,
	&read_late, /* before the formats that may stand in it */
	&read_regrtest,
	&read_ctest,
	&read_pytest,
	&read_gotest,
	&read_libtest,
	&read_tap,
	&read_ctestxml,
	&read_jenkins,
	&read_jest,
	&refuse_trx,
	&refuse_nunit,
	&refuse_xunit,
	&refuse_testng,
	&refuse_failsafe,
	&refuse_robot,
	&refuse_qtest,
	&refuse_boost,
	&refuse_catch2,
	&refuse_doctest,
	&refuse_coverage,
	&refuse_lint,
	&refuse_ctest_other,
	&refuse_playwright,
	&refuse_cucumber,
	&refuse_bazel,
	&refuse_subunit,
	NULL,
};

const struct reader *
reader_find(const char *name)
{
	size_t i;

	for (i = 0; readers[i]; i++) {
		if (strcmp(readers[i]->name, name) == 0)
			return readers[i];
	}
	return NULL;
}

static int
keep(void *data, struct span bytes, struct err *e)
{
	(void)e;
	str_addspan(data, bytes);
	return 0;
}

/* The row that is surest of the head; nobody is asked after one who is sure. */
static const struct reader *
ask(struct span head, const char *path, int *most)
{
	struct str printed = STR_INIT(2 * READER_HEAD); /* the head as console output */
	const struct reader *best = NULL;
	struct strip strip;
	size_t i;
	int sure;

	*most = 0;
	strip_init(&strip, STRIP_PLAIN, keep, &printed);
	strip_feed(&strip, head, NULL);
	strip_finish(&strip, NULL);
	strip_release(&strip);
	for (i = 0; readers[i] && *most < READER_SURE; i++) {
		sure = readers[i]->detect(readers[i]->console ? str_span(&printed) : head, path);
		if (sure > *most) {
			*most = sure;
			best = readers[i];
		}
	}
	str_release(&printed);
	return best;
}

const struct reader *
reader_detect(struct span head, const char *path)
{
	const struct reader *best;
	int most;

	if (head.n > READER_HEAD)
		head.n = READER_HEAD;
	best = ask((struct span){ head.p, head.n < FIRST_LOOK ? head.n : FIRST_LOOK }, path, &most);
	return most >= READER_SURE || head.n <= FIRST_LOOK ? best : ask(head, path, &most);
}

/* ---- one input ---- */

static int
to_row(void *data, struct span bytes, struct err *e)
{
	struct reader_stream *r = data;

	return r->format->feed(r->state, bytes, e);
}

void
reader_start(struct reader_stream *r, const struct reader *format, const struct reader_input *in,
             enum strip_mode mode)
{
	assert(format->refused == NULL);
	r->format = format;
	r->state = format->start(in);
	strip_init(&r->strip, mode, to_row, r);
}

int
reader_feed(struct reader_stream *r, struct span bytes, struct err *e)
{
	return r->format->console ? strip_feed(&r->strip, bytes, e) : r->format->feed(r->state, bytes, e);
}

int
reader_finish(struct reader_stream *r, struct err *e)
{
	if (r->format->console && strip_finish(&r->strip, e) < 0)
		return -1;
	return r->format->finish(r->state, e);
}

void
reader_release(struct reader_stream *r)
{
	strip_release(&r->strip);
	r->format->free(r->state);
}

int
reader_read(const struct reader *format, const struct reader_input *in, struct span bytes,
            struct err *e)
{
	struct err mine = ERR_INIT;
	struct reader_stream r;
	int ret;

	if (format == NULL)
		format = reader_detect(bytes, in->path);
	if (format == NULL)
		return err_set(e, "'%s' is in no format that is known here; --format names one", in->path);
	if (format->refused)
		return err_set(e, "'%s' is %s, which is not read: %s", in->path, format->title, format->refused);
	reader_start(&r, format, in, STRIP_PLAIN);
	ret = reader_feed(&r, bytes, &mine);
	if (ret == 0)
		ret = reader_finish(&r, &mine);
	reader_release(&r);
	if (ret == 0)
		return 0;
	collect_run(in->to)->truncated = true;
	collect_unread(in->to, "%s", mine.msg);
	return err_set(e, "'%s': %s", in->path, mine.msg);
}
