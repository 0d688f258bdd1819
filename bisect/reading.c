/*
 * What one run said of its tests: collected here by every framework row,
 * judged by the trial.  The results file that helpers write is read here too.
 */
#include "common/base.h"
#include "bisect/fw.h"

#include <fcntl.h>
#include <unistd.h>

enum { MESSAGE_MAX = 4096, RESULTS_LINE_MAX = 8 << 20, READ_CHUNK = 64 << 10 };

void
reading_init(struct reading *r, const struct testlist *list)
{
	*r = (struct reading){ .list = list, .message = STR_INIT(MESSAGE_MAX) };
}

void
reading_release(struct reading *r)
{
	vec_release(&r->ends);
	str_release(&r->message);
	arena_release(&r->mem);
	*r = (struct reading){ .list = NULL, .message = STR_INIT(MESSAGE_MAX) };
}

void *
reading_state(struct reading *r, size_t size)
{
	if (r->state == NULL)
		r->state = memset(arena_alloc(&r->mem, size), 0, size);
	return r->state;
}

void
reading_test(struct reading *r, struct span name, enum test_status status, int64_t micros)
{
	uint32_t test = testlist_find(r->list, name);
	struct test_end end = { test, (uint8_t)status, micros };

	if (test == TESTLIST_NONE)
		r->n_strangers++;
	else
		vec_push(&r->ends, end);
}

/* Length of the character that text begins with; 1 for what is not UTF-8. */
static size_t
char_len(struct span text)
{
	unsigned char c = (unsigned char)text.p[0];
	size_t i, n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

	for (i = 1; i < n; i++) {
		if (i >= text.n || ((unsigned char)text.p[i] & 0xc0) != 0x80)
			return 1;
	}
	return n;
}

void
reading_message(struct reading *r, struct span text)
{
	size_t n;

	text = span_trim(text);
	if (r->message.n)
		return;
	while (text.n) {
		n = char_len(text);
		if (!str_add_escaped(&r->message, (struct span){ text.p, n }))
			break;
		text = span_from(text, n);
	}
	r->message.over = false;
}

static bool
parse_micros(struct span x, int64_t *out)
{
	uint64_t v;

	if (span_is(x, "-1") || span_is(x, "-")) {
		*out = -1;
		return true;
	}
	if (!span_u64(x, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

/* Takes one field off the line, its escapes undone. */
static bool
unescaped_field(struct span *rest, struct str *out)
{
	struct span field;

	str_clear(out);
	return span_next(rest, '\t', &field) && str_add_unescaped(out, field);
}

static bool
result_line(struct reading *r, struct span line, struct str *text)
{
	struct span status, micros;
	enum test_status s;
	int64_t us;

	if (!span_next(&line, '\t', &status) || !span_next(&line, '\t', &micros) ||
	    !parse_micros(micros, &us))
		return false;
	if (span_is(status, "p"))
		s = TEST_PASS;
	else if (span_is(status, "f"))
		s = TEST_FAIL;
	else if (span_is(status, "s"))
		s = TEST_SKIP;
	else
		return false;
	if (!unescaped_field(&line, text))
		return false;
	reading_test(r, str_span(text), s, us);
	if (unescaped_field(&line, text) && s == TEST_FAIL)
		reading_message(r, str_span(text));
	return true;
}

int
reading_results(struct reading *r, struct span bytes, bool *whole, struct err *e)
{
	struct str text = STR_INIT(RESULTS_LINE_MAX);
	struct span line;
	unsigned n = 0;
	int ret = -1;

	*whole = false;
	while (memchr(bytes.n ? bytes.p : "", '\n', bytes.n)) {
		span_next(&bytes, '\n', &line);
		n++;
		if (*whole) {
			err_set(e, "line %u: something follows the line 'end'", n);
			goto out;
		}
		if (span_is(line, "end")) {
			*whole = true;
		} else if (!result_line(r, line, &text)) {
			err_set(e, "line %u: not 'p|f|s TAB MICROSECONDS TAB NAME [TAB MESSAGE]'", n);
			goto out;
		}
	}
	/* What follows the last newline was being written when the run broke off. */
	ret = 0;
out:
	str_release(&text);
	return ret;
}

static int
read_file(const char *path, struct str *out, struct err *e)
{
	char *chunk = xmalloc(READ_CHUNK);
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = -1;
	ssize_t n;

	if (fd < 0) {
		ret = errno == ENOENT ? 0 : err_sys(e, "cannot open '%s'", path);
		goto out;
	}
	for (;;) {
		n = read(fd, chunk, READ_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (!str_add(out, chunk, (size_t)n)) {
			err_set(e, "'%s' is larger than %zu bytes", path, out->max);
			goto out;
		}
	}
	ret = n < 0 ? err_sys(e, "cannot read '%s'", path) : 0;
out:
	if (fd >= 0)
		close(fd);
	free(chunk);
	return ret;
}

int
reading_results_file(struct reading *r, const char *path, bool *whole, struct err *e)
{
	struct str bytes = STR_INIT(STR_FILE);
	int ret;

	*whole = false;
	ret = read_file(path, &bytes, e);
	if (ret == 0 && reading_results(r, str_span(&bytes), whole, e) < 0)
		ret = err_prefix(e, "'%s'", path);
	str_release(&bytes);
	return ret;
}
