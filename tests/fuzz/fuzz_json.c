/* JSON documents: any bytes are read or refused, and what is read is walked through. */
#include "common/base.h"
#include "common/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct json *x)
{
	struct span text;
	double number;
	size_t i;

	json_text(x, &text);
	json_number(x, &number);
	for (i = 0; i < json_count(x); i++)
		walk(json_at(x, i));
	if (json_find(x, "a"))
		walk(json_find(x, "a"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str out = STR_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct json *doc = json_parse((struct span){ (const char *)data, size }, &e);

	assert((doc == NULL) == (e.msg[0] != '\0'));
	walk(doc);
	if (doc)
		json_print(doc, &out);
	json_free(doc);
	str_release(&out);
	return 0;
}
