/*
 * .flake-bisect.ini: any bytes are a file that is understood or refused with its
 * name and a line, and a section that was understood can be used.
 */
#include "common/base.h"

#include "bisect/fw_ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(const struct framework *fw, struct fw_command *c)
{
	struct testlist list = TESTLIST_INIT;
	uint32_t tests[] = { testlist_add(&list, span_of("one")), testlist_add(&list, span_of("two x")) };
	struct job job = { .id = 1, .dir = "/nonexistent", .tests_path = "/nonexistent/tests",
	                   .results_path = "/nonexistent/results" };
	struct job_end end = { .how = JOB_EXITED };
	struct err e = ERR_INIT;
	struct reading r;

	if (fw->prepare(c, &list, tests, 2, &job, &e) < 0)
		assert(e.msg[0]);
	else
		assert(job.argv[0]);
	reading_init(&r, &list);
	fw->line(c, &r, 1, span_of("ok 1 - one"));
	fw->line(c, &r, 2, span_of("not ok two x"));
	if (fw->finish(c, &r, &job, &end, &e) < 0)
		assert(e.msg[0]);
	reading_release(&r);
	arena_release(&job.mem);
	testlist_release(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const argv[] = { "./a", "b", NULL };
	struct fw_command c = { .argv = argv, .cwd = "/", .dir = "/nonexistent", .config_path = "x.ini",
	                        .note = STR_INIT(1000) };
	const struct framework *fw;
	struct err e = ERR_INIT;

	if (ini_choose_from(&c, (struct span){ (const char *)data, size }, "x.ini", NULL, &fw, &e) < 0)
		assert(strncmp(e.msg, "x.ini:", 6) == 0);
	else if (fw)
		use(fw, &c);
	arena_release(&c.mem);
	str_release(&c.note);
	return 0;
}
