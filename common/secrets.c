/* Secrets in outputs: see secrets.h. */
#include "common/base.h"
#include "common/secrets.h"

#include "common/vec.h"

extern char **environ;

struct secret {
	struct span name, value;
};

static bool
has_caseless(struct span x, const char *part)
{
	size_t at, n = strlen(part);

	for (at = 0; at + n <= x.n; at++) {
		if (strncasecmp(x.p + at, part, n) == 0)
			return true;
	}
	return false;
}

/* One word of a name: GITHUB, TOKEN. */
static bool
speaks_of_secret(struct span word)
{
	static const char *const parts[] = {
		"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY", "CREDENTIAL", "COOKIE",
	};
	static const char *const words[] = { "KEY", "KEYS", "AUTH", "AUTHORIZATION", "PASS", "PAT", "DSN" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		if (has_caseless(word, parts[i]))
			return true;
	}
	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (word.n == strlen(words[i]) && has_caseless(word, words[i]))
			return true;
	}
	return false;
}

bool
secrets_name(struct span name)
{
	size_t i, start = 0;

	for (i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '_' && name.p[i] != '-' && name.p[i] != '.')
			continue;
		if (speaks_of_secret((struct span){ name.p + start, i - start }))
			return true;
		start = i + 1;
	}
	return has_caseless(name, "DATABASE_URL");
}

void
secrets_hide(struct str *out, struct span text)
{
	VEC(struct secret) secrets = VEC_INIT;
	size_t i, k, start = 0;

	for (char **var = environ; *var; var++) {
		struct secret s;

		s.value = span_of(*var);
		if (span_next(&s.value, '=', &s.name) && s.value.n >= SECRETS_SHORTEST && secrets_name(s.name))
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
