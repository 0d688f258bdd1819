/* `history TEST`: all that is known of one test. */
#include "common/base.h"
#include "triage/cmd.h"

#include "triage/render.h"

/* -1 and e: which tests could be meant. */
static int
find_test(struct asked *a, const char *name, uint32_t *test, struct err *e)
{
	struct str near = STR_INIT(STR_LINE), shown = STR_INIT(200);
	int found = asked_test(a, name, test, &near, e);

	str_add_escaped(&shown, span_of(name));
	if (found == 0 && near.n)
		err_set(e, "no test is called '%s' alone; did you mean\n%.*s", str_c(&shown), (int)near.n - 1,
		        str_c(&near));
	else if (found == 0)
		err_set(e, "there is no test '%s' in the store, nor one with a name like it", str_c(&shown));
	str_release(&near);
	str_release(&shown);
	return found == 1 ? 0 : -1;
}

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	const struct renderer *format = render_find(o->json ? "json" : o->format, e);
	struct asked *a = xcalloc(1, sizeof(*a));
	struct history *h = xcalloc(1, sizeof(*h));
	struct render_options ro = { .all = o->all, .explain = o->explain };
	struct str page = STR_INIT(RENDER_MAX);
	uint32_t test;
	int ret = -1;

	if (format == NULL || call->n_operands == 0) {
		diag_note("%s", format ? "the history of which test? flake-triage history TEST" : e->msg);
		ret = EXIT_USAGE;
		goto out;
	}
	if (asked_open(a, o, 0, e) < 0 || find_test(a, call->operands[0], &test, e) < 0 ||
	    history_gather(h, a, test, e) < 0)
		goto out;
	format->history(&page, h, &ro);
	ret = render_write(&page, o->output, e) < 0 ? -1 : EXIT_ANSWERED;
out:
	str_release(&page);
	asked_release(a);
	free(a);
	free(h);
	return ret;
}

const struct prog_cmd triage_history = {
	.head = {
		.name = "history",
		.usage = "history [OPTION...] TEST",
		.title = "all that is known of one test",
		.operands = "",
		.use = USE_HISTORY,
	},
	.operands_max = 1,
	.run = run,
};
