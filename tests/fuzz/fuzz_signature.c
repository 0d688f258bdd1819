/* Any bytes as output: no crash, and a signature is the same as itself. */
#include "common/base.h"

#include "bisect/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct signature s;

	signature_init(&s);
	s.how = SIGNATURE_EXIT;
	errline_normalise(&s.message, signature_error_line(bytes));
	assert(s.message.n <= SIGNATURE_MESSAGE_MAX && signature_same(&s, &s));
	signature_release(&s);
	return 0;
}
