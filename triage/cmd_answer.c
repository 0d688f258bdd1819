/* `answer BUILD`: each failure of one build, ready to paste. */
#include "common/base.h"
#include "triage/cmd_page.h"

static int
write_answer(const struct page_call *p, struct err *e)
{
	struct render_options ro = { .all = p->o->all, .explain = p->o->explain };
	struct answer answer = { .now = 0 };
	int ret = -1;

	if (answer_gather(&answer, p->asked, p->operand, e) == 0) {
		p->format->answer(p->page, &answer, &ro);
		ret = p->o->exit_code && answer_has_news(&answer) ? EXIT_NEGATIVE : EXIT_ANSWERED;
	}
	answer_release(&answer);
	return ret;
}

static int
run(const struct prog_call *call, struct err *e)
{
	return cmd_page(call, "which build? flake-triage answer BUILDER/NUMBER", write_answer, e);
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
