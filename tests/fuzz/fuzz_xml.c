/* XML: any bytes in chunks; what expat takes our parser takes too, and says the same. */
#include "common/base.h"

#include "common/map.h"
#include "tests/unit/xml_said.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
ours(struct span bytes, size_t chunk)
{
	struct err e = ERR_INIT;
	int ret = xml_said(bytes, chunk, &e);

	assert(ret == 0 || e.msg[0]);
	return ret;
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
	if (is_comparable(bytes) && expat_said(bytes)) {
		assert(ret == 0);
		assert(map_hash(str_span(&said)) == hash);
	}
	str_release(&said);
	return 0;
}
