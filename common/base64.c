/* Base64: see base64.h. */
#include "common/base.h"
#include "common/base64.h"

static int
digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool
base64_decode(struct str *out, struct span text)
{
	uint32_t bits = 0;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < text.n && text.p[i] != '='; i++) {
		char c = text.p[i];
		int v = digit(c);

		if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
			continue;
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		n += 6;
		if (n >= 8) {
			n -= 8;
			if (!str_addc(out, (char)(bits >> n & 0xff)))
				return false;
		}
	}
	return true;
}
