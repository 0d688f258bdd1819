/* JUnit reports: any bytes; cases have a status and a message that ends. */
#include "common/base.h"

#include "bisect/junit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_case(void *data, const struct junit_case *c)
{
	size_t *n = data;

	assert(c->status <= TEST_SKIP && c->micros >= -1 && c->message);
	*n += strlen(c->message) + (c->name ? strlen(c->name) : 0);
}

static void
on_suite(void *data UNUSED, const struct junit_suite *s)
{
	assert(s->tests >= -1 && s->errors >= -1 && s->failures >= -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	struct junit_events events = { on_case, on_suite, &n };
	struct err e = ERR_INIT;

	if (junit_parse((struct span){ (const char *)data, size }, &events, &e) < 0)
		assert(e.msg[0]);
	return 0;
}
