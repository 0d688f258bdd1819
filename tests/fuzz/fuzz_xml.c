/* XML: any bytes in chunks; what expat takes our parser takes too, and says the same. */
#include "common/base.h"

#include <expat.h>

#include "common/map.h"
#include "common/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str said = STR_INIT(16 << 20);

static void
on_open(void *data UNUSED, const char *name, const char *const *attrs)
{
	str_addf(&said, "<%s", name);
	for (; *attrs; attrs += 2)
		str_addf(&said, " %s='%s'", attrs[0], attrs[1]);
	str_addc(&said, '>');
}

static void
on_close(void *data UNUSED, const char *name)
{
	str_addf(&said, "</%s>", name);
}

static void
on_text(void *data UNUSED, struct span text)
{
	str_addspan(&said, text);
}

static int
ours(struct span bytes, size_t chunk)
{
	struct xml_events events = { on_open, on_close, on_text, NULL };
	struct xml *x = xml_new(&events);
	struct err e = ERR_INIT;
	int ret = 0;

	str_clear(&said);
	while (ret == 0 && bytes.n) {
		struct span part = { bytes.p, bytes.n < chunk ? bytes.n : chunk };

		ret = xml_feed(x, part, &e);
		bytes = span_from(bytes, part.n);
	}
	if (ret == 0)
		ret = xml_finish(x, &e);
	assert(ret == 0 || e.msg[0]);
	xml_free(x);
	return ret;
}

static void
expat_open(void *data, const char *name, const char **attrs)
{
	on_open(data, name, (const char *const *)attrs);
}

static void
expat_text(void *data, const char *p, int n)
{
	on_text(data, (struct span){ p, (size_t)n });
}

static bool
theirs(struct span bytes)
{
	XML_Parser p = XML_ParserCreate(NULL);
	bool ok;

	str_clear(&said);
	XML_SetElementHandler(p, expat_open, on_close);
	XML_SetCharacterDataHandler(p, expat_text);
	ok = XML_Parse(p, bytes.p, (int)bytes.n, 1) == XML_STATUS_OK;
	XML_ParserFree(p);
	return ok;
}

/* Declarations, encodings and deep nesting are ours to read otherwise. */
static bool
is_comparable(struct span x)
{
	return span_find(x, "<!DOCTYPE") == x.n && span_find(x, "encoding") == x.n && x.n < 300 &&
	       memchr(x.p, '\0', x.n) == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { size ? (const char *)data : "", size };
	size_t chunk = size ? data[size - 1] % 50 + 1 : 1;
	uint64_t hash;
	int ret = ours(bytes, chunk);

	hash = map_hash(str_span(&said));
	assert(ours(bytes, SIZE_MAX) == ret);
	assert(map_hash(str_span(&said)) == hash || ret < 0);
	if (is_comparable(bytes) && theirs(bytes)) {
		assert(ret == 0);
		assert(map_hash(str_span(&said)) == hash);
	}
	str_release(&said);
	return 0;
}
