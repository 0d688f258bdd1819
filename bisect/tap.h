/* Lines of TAP (common/tap.h) as results of tests. */
#ifndef BISECT_TAP_H
#define BISECT_TAP_H

#include "bisect/fw.h"
#include "common/tap.h"

/* A failure that is expected counts as skipped. */
static inline enum test_status
tap_status(const struct tap_line *t)
{
	static const enum test_status of[] = {
		[TAP_PASS] = TEST_PASS, [TAP_FAIL] = TEST_FAIL, [TAP_SKIP] = TEST_SKIP, [TAP_TODO] = TEST_SKIP,
	};

	return of[t->result];
}

#endif
