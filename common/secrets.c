/* Secrets in outputs: see secrets.h. */
#include "common/base.h"
#include "common/secrets.h"

#include "common/vec.h"

extern char **environ;

enum { SHORTEST = 6 }; /* bytes; shorter values stand in any output */

struct secret {
	struct span name, value;
};

static bool
speaks_of_secret(struct span name)
{
	static const char *const parts[] = {
		"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "_KEY", "APIKEY", "CREDENTIAL",
		"AUTH", "COOKIE", "_PAT", "_DSN", "DATABASE_URL",
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (size_t at = 0, n = strlen(parts[i]); at + n <= name.n; at++) {
			if (strncasecmp(name.p + at, parts[i], n) == 0)
				return true;
		}
	}
	return false;
}

void
secrets_hide(struct str *out, struct span text)
{
	VEC(struct secret) secrets = VEC_INIT;
	size_t i, k, start = 0;

	for (char **var = environ; *var; var++) {
		struct secret s;

		s.value = span_of(*var);
		if (span_next(&s.value, '=', &s.name) && s.value.n >= SHORTEST && speaks_of_secret(s.name))
			vec_push(&secrets, s);
	}
	for (i = 0; secrets.n && i < text.n; i++) {
		for (k = 0; k < secrets.n; k++) {
			struct span v = secrets.p[k].value;

			if (text.p[i] == v.p[0] && text.n - i >= v.n && memcmp(text.p + i, v.p, v.n) == 0)
				break;
		}
		if (k == secrets.n)
			continue;
		str_add(out, text.p + start, i - start);
		str_addf(out, "[%.*s]", (int)secrets.p[k].name.n, secrets.p[k].name.p);
		start = i + secrets.p[k].value.n;
		i = start - 1;
	}
	str_addspan(out, span_from(text, start));
	vec_release(&secrets);
}
