/* The line of progress: what it says, and what it leaves out where there is no room. */
#include "tests/unit/check.h"

#include "bisect/progress.h"

static const char *
line(struct str *out, const struct drive_view *v, size_t columns)
{
	progress_line(out, v, 41500000, columns);
	return str_c(out);
}

/* A part that is lost, or shown although it is not known. */
static void
says_what_is_known(void)
{
	struct str out = STR_INIT(4096);
	struct drive_view v = { .phase = "gate", .n_tests = 1200, .n_open = 1200, .seconds_left = -1 };

	CHECK_STR(line(&out, &v, 200), "gate: run 0  1200 tests  42 s");
	v.phase = NULL;
	CHECK_STR(line(&out, &v, 200), "first run  1200 tests  42 s");
	v = (struct drive_view){ .phase = "search", .n_tests = 1200, .n_open = 14, .n_runs = 12,
		                 .runs_left = 8, .seconds_left = 61.2, .posterior = .6,
		                 .whole = { 3, 4 }, .n_kept = 75 };
	CHECK_STR(line(&out, &v, 200),
	          "search: run 12  14 of 1200 tests left  about 8 more, 1 min 1 s  fails 3 of 4  "
	          "60 % sure  42 s");
	v.n_kept = 9;
	CHECK(strstr(line(&out, &v, 200), "9 of 1200 tests left") != NULL);
	v.runs_left = 0;
	CHECK(strstr(line(&out, &v, 200), "about 1 min 1 s left") != NULL);
	v.posterior = 1;
	CHECK(strstr(line(&out, &v, 200), "99 % sure") != NULL);
	str_release(&out);
}

/* A line that is wider than the window, or cut within a number. */
static void
fits_every_width(void)
{
	struct str out = STR_INIT(4096);
	struct drive_view v = { .phase = "search", .n_tests = 100000, .n_open = 14, .n_runs = 12,
		                .runs_left = 8, .seconds_left = 61.2, .posterior = .6,
		                .whole = { 3, 4 }, .n_kept = 75 };
	size_t columns;

	for (columns = 0; columns < 150; columns++) {
		CHECK(strlen(line(&out, &v, columns)) <= columns);
		CHECK(out.n == 0 || out.p[out.n - 1] != ' ');
	}
	CHECK_STR(line(&out, &v, 20), "search: run 12  42 s");
	str_release(&out);
}

int
main(void)
{
	says_what_is_known();
	fits_every_width();
	return check_done();
}
