/* What commands that answer with a page do alike: see cmd_page.h. */
#include "common/base.h"
#include "triage/cmd_page.h"

int
cmd_page(const struct prog_call *call, const char *missing,
         int (*write)(const struct page_call *p, struct err *e), struct err *e)
{
	const struct options *o = triage_options(call);
	struct str page = STR_INIT(RENDER_MAX);
	struct page_call p = {
		.o = o, .page = &page, .format = render_find(o->json ? "json" : o->format, e),
		.operand = call->n_operands ? call->operands[0] : NULL,
	};
	int ret = -1;

	if (p.format == NULL || (missing && p.operand == NULL)) {
		diag_note("%s", p.format ? missing : e->msg);
		return EXIT_USAGE;
	}
	p.asked = xcalloc(1, sizeof(*p.asked));
	if (asked_open(p.asked, o, 0, e) == 0)
		ret = write(&p, e);
	if (ret >= 0 && render_write(&page, o->output, e) < 0)
		ret = -1;
	asked_release(p.asked);
	free(p.asked);
	str_release(&page);
	return ret;
}
