/* Output of bats: any bytes are read, and nothing outside of the list is named. */
#include "common/base.h"
#include "tests/fuzz/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const argv[] = { "bats", ".", NULL };

	fuzz_row("bats", argv, (struct span){ (const char *)data, size });
	return 0;
}
