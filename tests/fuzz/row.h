/*
 * For the fuzz targets of framework rows: the bytes as the output of a run, of
 * which the first line is the name of a listed test.  Included by one file of a program.
 */
#ifndef TESTS_FUZZ_ROW_H
#define TESTS_FUZZ_ROW_H

#include "common/base.h"

#include "bisect/fw.h"
#include "common/lines.h"

struct fuzz_row {
	const struct framework *fw;
	struct fw_command c;
	struct reading r;
};

static void
fuzz_line(void *data, struct span line)
{
	struct fuzz_row *row = data;

	row->fw->line(&row->c, &row->r, 1, line);
}

static void
fuzz_row(const char *name, const char *const *argv, struct span bytes)
{
	struct fuzz_row row = { framework_find(name), { .argv = argv, .cwd = "/", .dir = "/nonexistent" },
	                        { .list = NULL } };
	struct job job = { .id = 1, .argv = (const char **)(uintptr_t)argv, .dir = "/nonexistent",
	                   .tests_path = "/nonexistent/tests", .results_path = "/nonexistent/results" };
	struct job_end end = { .how = JOB_EXITED, .code = 0 };
	struct testlist list = TESTLIST_INIT;
	struct err e = ERR_INIT;
	struct lines lines;
	size_t n = 0;

	while (n < bytes.n && bytes.p[n] != '\n' && bytes.p[n] != '\0')
		n++;
	testlist_add(&list, (struct span){ bytes.p, n });
	testlist_add(&list, span_of("one"));
	reading_init(&row.r, &list);
	lines_init(&lines, fuzz_line, &row);
	lines_feed(&lines, bytes);
	lines_finish(&lines);
	if (row.fw->finish(&row.c, &row.r, &job, &end, &e) < 0)
		assert(e.msg[0]);
	for (size_t i = 0; i < row.r.ends.n; i++)
		assert(row.r.ends.p[i].test < 2);
	lines_release(&lines);
	reading_release(&row.r);
	testlist_release(&list);
	arena_release(&row.c.mem);
	str_release(&row.c.note);
}

#endif
