/* What `resume` and `show` have in common: the session that is named, gone on with or
 * only looked at. */
#include "common/base.h"
#include "bisect/cmd.h"

#include "bisect/commits.h"
#include "bisect/work.h"

int
cmd_session(const struct prog_call *call, bool look, struct err *e)
{
	const char *which = call->n_operands ? call->operands[0] : NULL;
	struct work w;
	int status;

	if (commits_is_session(cmd_options(call)->session, which))
		return commits_resume(call, which, look, e);
	work_init(&w, cmd_options(call));
	status = (look ? work_look : work_resume)(&w, which, e);
	if (status == 0) {
		cmd_again(call, &w.opt);
		status = work_run(&w, look, e);
	}
	work_release(&w);
	return status;
}
