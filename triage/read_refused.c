/*
 * Formats that are recognised in order to be refused: someone has results in them, and is told
 * what to do instead of "no format that is known".
 */
#include "common/base.h"
#include "triage/reader.h"

#include "common/xml.h"
#include "triage/jline.h"

/* The rows, each with what it is seen by. */
#define REFUSED(id, name_, title_, advice, test) \
	static int \
	detect_##id(struct span head, const char *path UNUSED) \
	{ \
		return (test) ? 60 : 0; \
	} \
	extern const struct reader refuse_##id; \
	const struct reader refuse_##id = { \
		.name = name_, .title = title_, .refused = advice, .detect = detect_##id, \
	}

#define JUNIT_INSTEAD "write JUnit XML instead"

static bool
is_root(struct span head, const char *name)
{
	return span_is(xml_root(head), name);
}

static bool
has(struct span head, const char *text)
{
	return span_find(head, text) < head.n;
}

/* A document that is one JSON object or array, with all of the words in its beginning. */
static bool
is_json(struct span head, const char *a, const char *b)
{
	head = span_trim(head);
	return head.n && (head.p[0] == '{' || head.p[0] == '[') && has(head, a) && has(head, b);
}

REFUSED(trx, "trx", "TRX, of Visual Studio's dotnet test",
        JUNIT_INSTEAD " (package JunitXml.TestLogger: dotnet test --logger junit)",
        is_root(head, "TestRun") && has(head, "microsoft.com"));
REFUSED(nunit, "nunit", "NUnit XML",
        JUNIT_INSTEAD " (nunit3-console --result=r.xml;transform=nunit3-junit.xslt, or JunitXml.TestLogger)",
        is_root(head, "test-run") || is_root(head, "test-results"));
REFUSED(xunit, "xunit-net", "xUnit.net XML",
        JUNIT_INSTEAD " (xunit.console -junit r.xml, or package JunitXml.TestLogger)",
        is_root(head, "assemblies") || is_root(head, "assembly"));
REFUSED(testng, "testng", "TestNG XML",
        "read the JUnit XML that it writes beside it, in junitreports/ or by Surefire",
        is_root(head, "testng-results"));
REFUSED(failsafe, "failsafe-summary", "the summary of Maven's Failsafe",
        "read the TEST-*.xml beside it; the summary names no tests", is_root(head, "failsafe-summary"));
REFUSED(robot, "robot", "Robot Framework's output.xml",
        JUNIT_INSTEAD " (rebot --xunit junit.xml output.xml)", is_root(head, "robot"));
REFUSED(qtest, "qtest", "Qt Test XML", JUNIT_INSTEAD " (-o r.xml,junitxml)", is_root(head, "TestCase"));
REFUSED(boost, "boost-test", "Boost.Test XML",
        JUNIT_INSTEAD " (--logger=JUNIT,all,r.xml)", is_root(head, "TestLog") || is_root(head, "TestResult"));
REFUSED(catch2, "catch2", "Catch2 XML", JUNIT_INSTEAD " (--reporter junit::out=r.xml)",
        is_root(head, "Catch2TestRun") || is_root(head, "Catch"));
REFUSED(doctest, "doctest", "doctest XML", JUNIT_INSTEAD " (--reporters=junit)", is_root(head, "doctest"));
REFUSED(coverage, "coverage", "a coverage report", "it holds no test results; leave it out",
        is_root(head, "coverage") || is_root(head, "CoverageSession") || (is_root(head, "report") &&
        has(head, "JACOCO")));
REFUSED(lint, "checkstyle", "a report of a style checker", "it holds no test results; leave it out",
        is_root(head, "checkstyle") || is_root(head, "pmd") || is_root(head, "BugCollection"));
REFUSED(ctest_other, "ctest-part", "a part of CTest's report without tests",
        "read the Test.xml beside it, or CTest's console", is_root(head, "Site") && !has(head, "<Testing"));
REFUSED(playwright, "playwright-json", "Playwright's JSON",
        JUNIT_INSTEAD " (--reporter=junit)", is_json(head, "\"config\"", "\"suites\""));
REFUSED(cucumber, "cucumber-json", "Cucumber's JSON",
        JUNIT_INSTEAD " (--plugin junit:r.xml)", is_json(head, "\"keyword\"", "\"elements\""));
REFUSED(bazel, "bazel-bep", "Bazel's build event protocol", "read the test.xml below bazel-testlogs/",
        jline_looks_like(head, (const char *const[]){ "\"id\":", "\"buildStarted\"", NULL }) ||
        is_json(head, "\"started\"", "\"buildToolVersion\""));
REFUSED(subunit, "subunit", "subunit v2",
        JUNIT_INSTEAD " (subunit2junitxml <stream >r.xml)", head.n > 3 && head.p[0] == '\xb3' &&
        (head.p[1] & 0xf0) == 0x20);
