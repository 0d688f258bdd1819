/* `history TEST`: all that is known of one test. */
#include "common/base.h"
#include "triage/cmd_page.h"

static int
write_history(const struct page_call *p, struct err *e)
{
	struct render_options ro = { .all = p->o->all, .explain = p->o->explain };
	struct history *h = xcalloc(1, sizeof(*h));
	uint32_t test;
	int ret = -1;

	if (asked_test_or_error(p->asked, p->operand, &test, e) == 0 && history_gather(h, p->asked, test, e) == 0) {
		p->format->history(p->page, h, &ro);
		ret = EXIT_ANSWERED;
	}
	free(h);
	return ret;
}

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_page(call, "the history of which test? flake-triage history TEST", write_history, e);
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
