/* `report`: what changed in a night, on one page. */
#include "common/base.h"
#include "triage/cmd.h"

#include "triage/render.h"

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	const struct renderer *format = render_find(o->json ? "json" : o->format, e);
	struct asked *a = xcalloc(1, sizeof(*a));
	struct render_options ro = { .all = o->all, .explain = o->explain };
	struct str page = STR_INIT(RENDER_MAX);
	struct report r = { .now = 0 };
	int ret = -1;

	if (format == NULL) {
		diag_note("%s", e->msg);
		ret = EXIT_USAGE;
		goto out;
	}
	if (asked_open(a, o, 0, e) < 0 || report_gather(&r, a, o, e) < 0)
		goto out;
	format->report(&page, &r, &ro);
	if (render_write(&page, o->output, e) < 0)
		goto out;
	ret = o->exit_code && report_has_news(&r) ? EXIT_NEGATIVE : EXIT_ANSWERED;
out:
	report_release(&r);
	str_release(&page);
	asked_release(a);
	free(a);
	return ret;
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
