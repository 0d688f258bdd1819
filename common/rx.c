/* Regular expressions: see rx.h.  The only file that knows PCRE2. */
#include "common/base.h"
#include "common/rx.h"

#include "common/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Steps of one match.  A line of 64 KiB against a sane pattern takes less than
 * a tenth of it; at the limit about half a second has passed. */
enum { STEP_LIMIT = 10000000, DEPTH_LIMIT = 250000, HEAP_LIMIT_KIB = 20 << 10 };
enum { STACK_FIRST = 32 << 10, STACK_MAX = 1 << 20 };

struct rx {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack; /* NULL without JIT */
	struct span text;       /* of the last match */
	bool matched;
};

static uint32_t
compile_options(unsigned flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;

	if (flags & RX_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & RX_MULTILINE)
		options |= PCRE2_MULTILINE;
	if (flags & RX_WHOLE)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	return options;
}

struct rx *
rx_new(const char *pattern, unsigned flags, struct err *e)
{
	PCRE2_UCHAR reason[256];
	PCRE2_SIZE at;
	int code;
	struct rx *rx = xcalloc(1, sizeof(*rx));

	rx->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	                         compile_options(flags), &code, &at, NULL);
	if (rx->code == NULL) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		err_set(e, "'%s': %s at byte %zu", pattern, (char *)reason, (size_t)at + 1);
		goto fail;
	}
	rx->data = pcre2_match_data_create_from_pattern(rx->code, NULL);
	rx->limits = pcre2_match_context_create(NULL);
	if (rx->data == NULL || rx->limits == NULL) {
		err_set(e, "'%s': out of memory", pattern);
		goto fail;
	}
	pcre2_set_match_limit(rx->limits, STEP_LIMIT);
	pcre2_set_depth_limit(rx->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(rx->limits, HEAP_LIMIT_KIB);
	/* Without JIT (or where memory may not be made executable) it is interpreted. */
	if (pcre2_jit_compile(rx->code, PCRE2_JIT_COMPLETE) == 0) {
		rx->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MAX, NULL);
		pcre2_jit_stack_assign(rx->limits, NULL, rx->stack);
	}
	return rx;
fail:
	rx_free(rx);
	return NULL;
}

void
rx_free(struct rx *rx)
{
	if (rx == NULL)
		return;
	pcre2_jit_stack_free(rx->stack);
	pcre2_match_context_free(rx->limits);
	pcre2_match_data_free(rx->data);
	pcre2_code_free(rx->code);
	free(rx);
}

int
rx_group(const struct rx *rx, const char *name)
{
	int n = pcre2_substring_number_from_name(rx->code, (PCRE2_SPTR)name);

	return n < 0 ? -1 : n;
}

int
rx_match(struct rx *rx, struct span text)
{
	int n;

	rx->text = (struct span){ text.p ? text.p : "", text.n };
	n = pcre2_match(rx->code, (PCRE2_SPTR)rx->text.p, text.n, 0, 0, rx->data, rx->limits);
	rx->matched = n > 0;
	return n > 0 ? 1 : n == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

bool
rx_get(const struct rx *rx, int group, struct span *out)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(rx->data);

	if (!rx->matched || group < 0 || (uint32_t)group >= pcre2_get_ovector_count(rx->data))
		return false;
	at += 2 * group;
	/* \K in a look-around can put the start behind the end. */
	if (at[0] == PCRE2_UNSET || at[1] == PCRE2_UNSET || at[0] > at[1])
		return false;
	*out = (struct span){ rx->text.p + at[0], at[1] - at[0] };
	return true;
}

bool
rx_add_quoted(struct str *s, struct span text)
{
	size_t i, start = s->n;
	bool ok = true;

	for (i = 0; ok && i < text.n; i++) {
		if (text.p[i] && strchr("\\^$.|?*+()[]{}", text.p[i]))
			ok = str_addc(s, '\\');
		ok = ok && str_addc(s, text.p[i]);
	}
	if (!ok)
		str_cut(s, start);
	return ok;
}
