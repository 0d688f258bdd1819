/* `answer BUILD`: each failure of one build, ready to paste. */
#include "common/base.h"
#include "triage/cmd.h"

#include "triage/render.h"

static int
run(const struct prog_call *call, struct err *e)
{
	const struct options *o = triage_options(call);
	const struct renderer *format = render_find(o->json ? "json" : o->format, e);
	struct asked *a = xcalloc(1, sizeof(*a));
	struct answer answer = { .now = 0 };
	struct render_options ro = { .all = o->all, .explain = o->explain };
	struct str page = STR_INIT(RENDER_MAX);
	int ret = -1;

	if (format == NULL || call->n_operands == 0) {
		diag_note("%s", format ? "which build? flake-triage answer BUILDER/NUMBER" : e->msg);
		ret = EXIT_USAGE;
		goto out;
	}
	if (asked_open(a, o, 0, e) < 0 || answer_gather(&answer, a, call->operands[0], e) < 0)
		goto out;
	format->answer(&page, &answer, &ro);
	if (render_write(&page, o->output, e) < 0)
		goto out;
	ret = o->exit_code && answer_has_news(&answer) ? EXIT_NEGATIVE : EXIT_ANSWERED;
out:
	answer_release(&answer);
	str_release(&page);
	asked_release(a);
	free(a);
	return ret;
}

const struct prog_cmd triage_answer = {
	.head = {
		.name = "answer",
		.usage = "answer [OPTION...] BUILD",
		.title = "what is known of each failure of one build",
		.operands = "",
		.use = USE_ANSWER,
	},
	.operands_max = 1,
	.run = run,
};
