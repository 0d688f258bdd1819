/* Packed pieces: the first byte chooses the codec; no more than the limit may come out. */
#include "common/base.h"

#include "common/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct unpack *u;
	struct err e = ERR_INIT;
	struct span out;

	if (size == 0)
		return 0;
	if (u == NULL)
		u = unpack_new(1 << 16);
	if (unpack(u, data[0] % 8, (struct span){ (const char *)data + 1, size - 1 }, &out, &e) == 0)
		assert(out.n <= 1 << 16);
	else
		assert(out.n == 0 && e.msg[0]);
	return 0;
}
