/* Names of what became of a job: see job.h. */
#include "common/base.h"
#include "bisect/job.h"

static const char *const names[] = {
	[JOB_EXITED] = "exited", [JOB_SIGNALLED] = "signalled", [JOB_TIMED_OUT] = "timed out",
	[JOB_STOPPED] = "stopped", [JOB_CANCELLED] = "cancelled", [JOB_NOT_STARTED] = "not started",
	[JOB_LOST] = "lost",
};

const char *
job_how_name(enum job_how how)
{
	assert((size_t)how < ARRAY_LEN(names));
	return names[how];
}
