/* Files and folders as builds: see source_files.h. */
#include "common/base.h"
#include "triage/source_files.h"

int
source_files_check_layout(const char *layout, struct err *e)
{
	return *layout ? 0 : err_set(e, "an empty layout");
}

int
source_files(struct ingest *in UNUSED, const struct files_options *o UNUSED, const char *path,
             struct err *e)
{
	return err_set(e, "'%s': files are not read yet", path);
}
