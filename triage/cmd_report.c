/* `report`: what changed in a night, on one page. */
#include "common/base.h"
#include "triage/cmd_page.h"

static int
write_report(const struct page_call *p, struct err *e)
{
	struct render_options ro = { .all = p->o->all, .explain = p->o->explain };
	struct report r = { .now = 0 };
	int ret = -1;

	if (report_gather(&r, p->asked, p->o, e) == 0) {
		p->format->report(p->page, &r, &ro);
		ret = p->o->exit_code && report_has_news(&r) ? EXIT_NEGATIVE : EXIT_ANSWERED;
	}
	report_release(&r);
	return ret;
}

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_page(call, NULL, write_report, e);
}

const struct prog_cmd triage_report = {
	.head = {
		.name = "report",
		.usage = "report [OPTION...]",
		.title = "what is new, worse, better, known and broken, on one page",
		.operands = "",
		.use = USE_REPORT,
	},
	.operands_max = 0,
	.run = run,
};
