/* What a run said: collecting it, and the results file. */
#include "tests/unit/check.h"

#include <unistd.h>

#include "bisect/fw.h"

static struct testlist list = TESTLIST_INIT;

static int
feed(struct reading *r, const char *text, bool *whole, struct err *e)
{
	reading_init(r, &list);
	return reading_results(r, span_of(text), whole, e);
}

/* Catches statuses, times, names or order that are read wrong. */
static void
test_results(void)
{
	struct reading r;
	struct err e = ERR_INIT;
	bool whole;

	CHECK_INT(feed(&r, "p\t1500\tb\n"
	               "f\t-1\ta\\nx\tfirst\\nerror\tmore\nf\t-\tb\tsecond\ns\t0\tother\nend\n",
	               &whole, &e), 0);
	CHECK(whole);
	CHECK_INT(r.n_strangers, 1);
	if (CHECK_INT(r.ends.n, 3)) {
		CHECK_INT(r.ends.p[0].test, 1);
		CHECK_INT(r.ends.p[0].status, TEST_PASS);
		CHECK_INT(r.ends.p[0].micros, 1500);
		CHECK_INT(r.ends.p[1].test, 0);
		CHECK_INT(r.ends.p[1].status, TEST_FAIL);
		CHECK_INT(r.ends.p[1].micros, -1);
		CHECK_INT(r.ends.p[2].micros, -1);
	}
	CHECK_STR(str_c(&r.message), "first\\nerror");
	reading_release(&r);
}

/* Catches a run that broke off and is taken as whole, or a torn line that counts. */
static void
test_torn(void)
{
	struct reading r;
	struct err e = ERR_INIT;
	bool whole;

	CHECK_INT(feed(&r, "p\t1\tb\nf\t1", &whole, &e), 0);
	CHECK(!whole);
	CHECK_INT(r.ends.n, 1);
	reading_release(&r);
	CHECK_INT(feed(&r, "p\t1\tb\nend", &whole, &e), 0);
	CHECK(!whole);
	reading_release(&r);
	CHECK_INT(feed(&r, "", &whole, &e), 0);
	CHECK(!whole);
	reading_release(&r);
}

/* Catches rubbish that is taken for results. */
static void
test_wrong(void)
{
	static const char *const wrong[] = { "x\t1\tb\n", "p\tx\tb\n", "p\t1\n", "p\n", "\n",
		"end\np\t1\tb\n", "p\t99999999999999999999\tb\n" };
	struct reading r;
	struct err e = ERR_INIT;
	bool whole;
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		CHECK_INT(feed(&r, wrong[i], &whole, &e), -1);
		CHECK(strstr(e.msg, "line ") != NULL);
		reading_release(&r);
	}
}

/* Catches a missing file that is an error, or an error without the file's name. */
static void
test_file(void)
{
	char path[] = "/tmp/results.XXXXXX";
	int fd = mkstemp(path);
	struct reading r;
	struct err e = ERR_INIT;
	bool whole = true;

	assert(fd >= 0 && write(fd, "p\t1\tb\nend\nq\n", 12) == 12);
	close(fd);
	reading_init(&r, &list);
	CHECK_INT(reading_results_file(&r, path, &whole, &e), -1);
	CHECK(strstr(e.msg, path) && strstr(e.msg, "line 3"));
	unlink(path);
	CHECK_INT(reading_results_file(&r, path, &whole, &e), 0);
	CHECK(!whole);
	reading_release(&r);
}

/* Catches messages that are cut inside a character, grow, or hold control bytes. */
static void
test_message(void)
{
	struct reading r;
	char big[10000];
	size_t i;

	reading_init(&r, &list);
	reading_message(&r, span_of(" \n"));
	CHECK_STR(str_c(&r.message), "");
	for (i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa9", 2);
	big[0] = 'x';
	big[1] = '\x1b';
	reading_message(&r, (struct span){ big, sizeof(big) });
	CHECK(r.message.n <= 4096 && r.message.n > 4000);
	CHECK_INT(strncmp(str_c(&r.message), "x\\x1b\xc3\xa9", 7), 0);
	CHECK_INT((unsigned char)r.message.p[r.message.n - 1], 0xa9);
	i = r.message.n;
	reading_message(&r, span_of("second"));
	CHECK_INT(r.message.n, i);
	reading_release(&r);
}

int
main(void)
{
	testlist_add(&list, span_of("a\nx"));
	testlist_add(&list, span_of("b"));
	test_results();
	test_torn();
	test_wrong();
	test_file();
	test_message();
	testlist_release(&list);
	return check_done();
}
