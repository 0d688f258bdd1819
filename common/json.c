/*
 * The only file that knows jansson.  `struct json` is never defined: a pointer
 * to it is a json_t pointer.
 */
#include "common/base.h"
#include "common/json.h"

#include <jansson.h>
#include <math.h>

#include "common/fs.h"
#include "common/mem.h"

static json_t *
inside(const struct json *x)
{
	return (json_t *)(uintptr_t)x;
}

/* jansson would report the lack of memory as wrong input, or lose a member. */
static void
set_alloc(void)
{
	static bool done;

	if (!done)
		json_set_alloc_funcs(xmalloc, free);
	done = true;
}

/* ---- reading ---- */

/* jansson recurses as deep as 2,048 levels; ours is a limit of the document. */
static bool
too_deep(struct span text)
{
	size_t i, depth = 0;
	bool quoted = false;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{') && ++depth > JSON_MAX_DEPTH)
			return true;
		else if (!quoted && (c == ']' || c == '}') && depth)
			depth--;
	}
	return false;
}

struct json *
json_parse(struct span text, struct err *e)
{
	json_error_t why;
	json_t *doc;

	set_alloc();
	if (text.n > JSON_MAX_BYTES) {
		err_set(e, "a JSON document of more than %d bytes", JSON_MAX_BYTES);
		return NULL;
	}
	if (too_deep(text)) {
		err_set(e, "a JSON document of more than %d levels", JSON_MAX_DEPTH);
		return NULL;
	}
	doc = json_loadb(text.n ? text.p : "", text.n, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (doc == NULL) {
		err_set(e, "no valid JSON, line %d: %s", why.line, why.text);
		return NULL;
	}
	return (struct json *)doc;
}

struct json *
json_read(const char *path, struct err *e)
{
	struct str text = STR_INIT(JSON_MAX_BYTES);
	struct json *doc = NULL;

	if (fs_read(&text, path, e) == 0) {
		doc = json_parse(str_span(&text), e);
		if (doc == NULL)
			err_prefix(e, "'%s'", path);
	}
	str_release(&text);
	return doc;
}

void
json_free(struct json *doc)
{
	json_decref(inside(doc));
}

const struct json *
json_find(const struct json *x, const char *key)
{
	return (const struct json *)json_object_get(inside(x), key);
}

size_t
json_count(const struct json *x)
{
	return json_array_size(inside(x));
}

const struct json *
json_at(const struct json *x, size_t i)
{
	return (const struct json *)json_array_get(inside(x), i);
}

void
json_each(const struct json *x,
          void (*each)(void *data, struct span key, const struct json *value), void *data)
{
	json_t *value;
	const char *key;

	json_object_foreach(inside(x), key, value)
		each(data, span_of(key), (const struct json *)value);
}

bool
json_text(const struct json *x, struct span *out)
{
	if (!json_is_string(inside(x)))
		return false;
	*out = (struct span){ json_string_value(inside(x)), json_string_length(inside(x)) };
	return true;
}

bool
json_number(const struct json *x, double *out)
{
	if (!json_is_number(inside(x)))
		return false;
	*out = json_number_value(inside(x));
	return true;
}

bool
json_int(const struct json *x, int64_t *out)
{
	if (!json_is_integer(inside(x)))
		return false;
	*out = json_integer_value(inside(x));
	return true;
}

bool
json_bool(const struct json *x, bool *out)
{
	if (!json_is_boolean(inside(x)))
		return false;
	*out = json_is_true(inside(x));
	return true;
}

/* ---- writing ---- */

/* The length of the UTF-8 character at p, 0 when there is none (RFC 3629). */
static size_t
utf8_length(const unsigned char *p, size_t n)
{
	size_t want = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 :
	              p[0] < 0xf5 ? 4 : 0, i;

	if (want == 0 || want > n)
		return 0;
	for (i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return want;
}

static json_t *
make_text(struct span text)
{
	struct str clean = STR_INIT(3 * text.n);
	size_t i, len;
	json_t *s;

	for (i = 0; i < text.n; i += len ? len : 1) {
		len = utf8_length((const unsigned char *)text.p + i, text.n - i);
		str_add(&clean, len ? text.p + i : "\xef\xbf\xbd", len ? len : 3);
	}
	s = json_stringn_nocheck(str_c(&clean), clean.n);
	str_release(&clean);
	return s;
}

/* Takes over the reference. */
static void
put(struct json *to, const char *key, json_t *value)
{
	int ret;

	if (key)
		ret = json_object_set_new(inside(to), key, value);
	else
		ret = json_array_append_new(inside(to), value);
	assert(ret == 0); /* a key that is no UTF-8, or `to` of the wrong kind */
}

struct json *
json_new(void)
{
	set_alloc();
	return (struct json *)json_object();
}

void
json_add_text(struct json *to, const char *key, struct span text)
{
	put(to, key, make_text(text));
}

void
json_add_number(struct json *to, const char *key, double x)
{
	put(to, key, isfinite(x) ? json_real(x) : json_null());
}

void
json_add_int(struct json *to, const char *key, int64_t x)
{
	put(to, key, json_integer(x));
}

void
json_add_bool(struct json *to, const char *key, bool x)
{
	put(to, key, json_boolean(x));
}

void
json_add_null(struct json *to, const char *key)
{
	put(to, key, json_null());
}

void
json_add_string(struct json *to, const char *key, const char *text)
{
	if (text)
		json_add_text(to, key, span_of(text));
	else
		json_add_null(to, key);
}

struct json *
json_add_object(struct json *to, const char *key)
{
	json_t *made = json_object();

	put(to, key, made);
	return (struct json *)made;
}

struct json *
json_add_array(struct json *to, const char *key)
{
	json_t *made = json_array();

	put(to, key, made);
	return (struct json *)made;
}

/* What a terminal obeys although JSON allows it in a text: DEL, the controls from U+0080 on, and the marks that
 * turn the direction of writing.  The bytes of the one at p; 0: none. */
static size_t
obeyed(const unsigned char *p, size_t n, unsigned *code)
{
	*code = p[0];
	if (p[0] == 0x7f)
		return 1;
	if (n >= 2 && p[0] == 0xc2 && p[1] < 0xa0) {
		*code = p[1];
		return 2;
	}
	if (n >= 3 && p[0] == 0xe2 && (p[1] == 0x80 || p[1] == 0x81)) {
		*code = 0x2000u | (p[1] & 1u) << 6 | (p[2] & 0x3fu);
		return (*code >= 0x2028 && *code <= 0x202e) || (*code >= 0x2066 && *code <= 0x2069) ? 3 : 0;
	}
	return 0;
}

/* Such characters stand in texts only, where they can be written as escapes. */
static int
add_chunk(const char *p, size_t n, void *out)
{
	const unsigned char *text = (const unsigned char *)p;
	size_t i = 0, from = 0, len;
	unsigned code;

	while (i < n) {
		if (text[i] < 0x7f || (len = obeyed(text + i, n - i, &code)) == 0) {
			i++;
			continue;
		}
		if (!str_add(out, p + from, i - from) || !str_addf(out, "\\u%04X", code))
			return -1;
		from = i += len;
	}
	return str_add(out, p + from, n - from) ? 0 : -1;
}

bool
json_print(const struct json *doc, struct str *out)
{
	return json_dump_callback(inside(doc), add_chunk, out,
	                          JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0;
}
