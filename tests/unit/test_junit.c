/* JUnit reports, and what runners put into them that XML forbids. */
#include "tests/unit/check.h"

#include "bisect/junit.h"
#include "common/xml.h"

static struct str seen = STR_INIT(10000);

static void
on_case(void *data UNUSED, const struct junit_case *c)
{
	str_addf(&seen, "%c %s|%s|%lld|%s;", "pfs"[c->status], c->classname ? c->classname : "-",
	         c->name ? c->name : "-", (long long)c->micros, c->message);
}

static void
on_suite(void *data UNUSED, const struct junit_suite *s)
{
	str_addf(&seen, "[%s %lld %lld];", s->name ? s->name : "-", (long long)s->tests,
	         (long long)s->failures);
}

static int
parse(const char *text, struct err *e)
{
	struct junit_events events = { on_case, on_suite, NULL };

	str_clear(&seen);
	return junit_parse(span_of(text), &events, e);
}

/* Catches statuses, names, times or messages that are read wrong. */
static void
test_cases(void)
{
	struct err e = ERR_INIT;

	CHECK_INT(parse("<?xml version='1.0'?><testsuites><testsuite name='s' tests='4' failures='1'>"
	                "<testcase classname='a.b' name='c' time='1,000.25'/>"
	                "<testcase name='d'><failure message='bad &lt;&amp;&gt;'>text</failure></testcase>"
	                "<testcase name='e'><error>boom</error><error message='2'/></testcase>"
	                "<testcase name='f' time='x'><skipped/></testcase><testcase/>"
	                "</testsuite></testsuites>", &e), 0);
	CHECK_STR(str_c(&seen), "p a.b|c|1000250000|;f -|d|-1|bad <&>;f -|e|-1|boom;s -|f|-1|;p -|-|-1|;"
	          "[s 4 1];");
}

/* Catches a report that is refused for what a test printed. */
static void
test_forbidden(void)
{
	struct err e = ERR_INIT;

	CHECK_INT(parse("<testsuite><testcase name='a'><failure message='&#27;[0m &#xD800; &#x41; \x1b \xff"
	                " \xc3\xa9 \xef\xbf\xbf'/></testcase></testsuite>", &e), 0);
	CHECK_STR(str_c(&seen), "f -|a|-1|?[0m ? A ? ? \xc3\xa9 ???;[- -1 -1];");
}

/* Catches XML that is broken and no error, or an error without its line. */
static void
test_broken(void)
{
	struct err e = ERR_INIT;
	struct str deep = STR_INIT(10000);
	int i;

	CHECK_INT(parse("<testsuite>\n<testcase name='a'/>\n", &e), -1);
	CHECK(strstr(e.msg, "line ") != NULL);
	CHECK_INT(parse("", &e), -1);
	CHECK_INT(parse("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>", &e), -1);
	CHECK(strstr(e.msg, "entities") != NULL);
	for (i = 0; i < 1000; i++)
		str_adds(&deep, "<testsuite>");
	CHECK_INT(parse(str_c(&deep), &e), -1);
	CHECK(strstr(e.msg, "deep") != NULL);
	str_release(&deep);
}

int
main(void)
{
	test_cases();
	test_forbidden();
	test_broken();
	str_release(&seen);
	return check_done();
}
