/* `history TEST`: all that is known of one test. */
#include "common/base.h"
#include "triage/cmd.h"

#include "triage/render.h"

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
	if (asked_open(a, o, 0, e) < 0 || asked_test_or_error(a, call->operands[0], &test, e) < 0 ||
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
