/* Secrets in what is stored: what is taken out, and what is left because it is none. */
#include "tests/unit/check.h"

#include "triage/mask.h"

static const char *
masked(const char *text)
{
	static char copy[4096];
	struct str out = STR_INIT(sizeof(copy) - 1);

	mask_add(&out, span_of(text));
	memcpy(copy, str_c(&out), out.n + 1);
	str_release(&out);
	return copy;
}

/* As regrtest prints a changed environment: the one place where secrets are known to be. */
static void
test_environments(void)
{
	CHECK_STR(masked("  Before: environ({'PATH': '/bin', 'GITHUB_TOKEN': 'abc-def-123', 'A': '1'})"),
	          "  Before: environ({'PATH': '/bin', 'GITHUB_TOKEN': '[masked]', 'A': '1'})");
	CHECK_STR(masked("{b'DB_PASSWORD': b'it\\'s long'}"), "{b'DB_PASSWORD': b'[masked]'}");
	CHECK_STR(masked("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG; ls"),
	          "export AWS_SECRET_ACCESS_KEY=[masked]; ls");
	CHECK_STR(masked("API_KEY: 0123456789"), "API_KEY: [masked]");
	CHECK_STR(masked("{\"password\": \"hunter22\", \"user\": \"bob\"}"),
	          "{\"password\": \"[masked]\", \"user\": \"bob\"}");
	CHECK_STR(masked("--auth-token=abcdefgh next"), "--auth-token=[masked] next");
}

static void
test_urls_and_headers(void)
{
	CHECK_STR(masked("fatal: https://bob:s3cret@host/x.git failed"), "fatal: https://bob:[masked]@host/x.git failed");
	CHECK_STR(masked("postgres://u:p@ss@db:5432/x"), "postgres://u:[masked]@db:5432/x");
	CHECK_STR(masked("> Authorization: Basic dXNlcjpwYXNz\n> Host: x"), "> Authorization: Basic [masked]\n> Host: x");
	CHECK_STR(masked("{'Authorization': 'Bearer abcdefghijklmnop'}"), "{'Authorization': '[masked]'}");
}

static void
test_shapes(void)
{
	CHECK_STR(masked("x ghp_0123456789abcdefghij0123456789abcdef y"), "x ghp_[masked] y");
	CHECK_STR(masked("id AKIAIOSFODNN7EXAMPLE."), "id AKIA[masked].");
	CHECK_STR(masked("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9"),
	          "got eyJ[masked]");
	CHECK_STR(masked("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nend"),
	          "-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY-----\nend");
}

/* A message from which everything worth knowing is gone. */
static void
test_left_alone(void)
{
	static const char *const texts[] = {
		"KeyError: 'HOME_DIRECTORY'", "AssertionError: 'monkey' != 'donkey'", "AUTHOR=Guido van Rossum",
		"SyntaxError: invalid token: abcdefghij", "http://host:8080/a@b", "GIT_AUTHOR_NAME='A U Thor'",
		"token = None", "https://user@host/x", "PASSED: 123456789", "KEY=short", "test_key: ok, all is well",
		"eyJust a word", "", "sk-", "TOKEN", "TOKEN=", "TOKEN='",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK_STR(masked(texts[i]), texts[i]);
}

int
main(void)
{
	test_environments();
	test_urls_and_headers();
	test_shapes();
	test_left_alone();
	return check_done();
}
