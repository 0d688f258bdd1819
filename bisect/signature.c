/*
 * Telling failures apart: see signature.h.  The comparison leans towards "the
 * same": an error that is taken for another one is never counted, while two
 * alike only make the search slower.
 */
#include "common/base.h"
#include "bisect/signature.h"

#include <stdio.h>

void
signature_init(struct signature *s)
{
	*s = (struct signature){
		.kind = STR_INIT(SIGNATURE_MESSAGE_MAX),
		.message = STR_INIT(SIGNATURE_MESSAGE_MAX),
		.line = STR_INIT(SIGNATURE_MESSAGE_MAX),
	};
}

void
signature_release(struct signature *s)
{
	str_release(&s->kind);
	str_release(&s->message);
	str_release(&s->line);
	vec_release(&s->failed);
	signature_init(s);
}

void
signature_copy(struct signature *to, const struct signature *from)
{
	to->how = from->how;
	to->code = from->code;
	str_clear(&to->kind);
	str_addspan(&to->kind, str_span(&from->kind));
	str_clear(&to->message);
	str_addspan(&to->message, str_span(&from->message));
	str_clear(&to->line);
	str_addspan(&to->line, str_span(&from->line));
	vec_clear(&to->failed);
	for (size_t i = 0; i < from->failed.n; i++)
		vec_push(&to->failed, from->failed.p[i]);
}

/* ---- classes of errors ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a name is that of an exception class: FooError, java.io.IOException. */
static bool
is_class(struct span word)
{
	static const char *const ends[] = {
		"Error", "Exception", "Warning", "Interrupt", "Failure", "Exit", "Fault",
	};
	size_t i;

	if (word.n == 0 || word.p[0] < 'A' || word.p[0] > 'Z')
		return false;
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_ends(word, ends[i]) && word.n > strlen(ends[i]))
			return true;
	}
	return false;
}

struct span
signature_class(struct span text)
{
	size_t i = 0, start;

	while (i < text.n) {
		while (i < text.n && !is_word(text.p[i]))
			i++;
		start = i;
		while (i < text.n && is_word(text.p[i]))
			i++;
		struct span word = { text.p + start, i - start };
		if (is_class(word))
			return word;
	}
	return (struct span){ NULL, 0 };
}

/* ---- words in common ---- */

enum { WORDS_MAX = 64 };

static size_t
split_words(struct span text, struct span *words)
{
	size_t n = 0;
	struct span word;

	while (n < WORDS_MAX && span_next(&text, ' ', &word)) {
		if (word.n)
			words[n++] = word;
	}
	return n;
}

static bool
has_word(const struct span *words, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++) {
		if (words[i].n == word.n && memcmp(words[i].p, word.p, word.n) == 0)
			return true;
	}
	return false;
}

/* Jaccard index of the words of two lines, as multisets nearly; 1 for equal ones. */
static double
likeness(struct span a, struct span b)
{
	struct span wa[WORDS_MAX], wb[WORDS_MAX];
	size_t na = split_words(a, wa), nb = split_words(b, wb), common = 0, only_b = 0, i;

	for (i = 0; i < na; i++)
		common += has_word(wb, nb, wa[i]);
	for (i = 0; i < nb; i++)
		only_b += !has_word(wa, na, wb[i]);
	return na + only_b == 0 ? 1 : (double)common / (double)(na + only_b);
}

static bool
same_message(struct span a, struct span b)
{
	struct span ca = signature_class(a), cb = signature_class(b);

	if (a.n == 0 || b.n == 0)
		return true;
	if (ca.n && cb.n)
		return ca.n == cb.n && memcmp(ca.p, cb.p, ca.n) == 0;
	return likeness(a, b) >= 0.5;
}

static bool
failed_in_common(const struct signature *a, const struct signature *b)
{
	for (size_t i = 0; i < a->failed.n; i++) {
		for (size_t j = 0; j < b->failed.n; j++) {
			if (a->failed.p[i] == b->failed.p[j])
				return true;
		}
	}
	return false;
}

bool
signature_same(const struct signature *a, const struct signature *b)
{
	if (a->how == SIGNATURE_VICTIM || b->how == SIGNATURE_VICTIM)
		return failed_in_common(a, b);
	if (a->how == SIGNATURE_MATCH || b->how == SIGNATURE_MATCH)
		return a->how == b->how;
	if (a->kind.n || b->kind.n)
		return strcmp(str_c(&a->kind), str_c(&b->kind)) == 0;
	if (a->failed.n && b->failed.n && a->how == b->how) {
		/* The message is that of the first failing test. */
		return failed_in_common(a, b) &&
		       (a->failed.p[0] != b->failed.p[0] ||
		        same_message(str_span(&a->message), str_span(&b->message)));
	}
	if (a->how != b->how || a->code != b->code || a->failed.n || b->failed.n)
		return false;
	return same_message(str_span(&a->message), str_span(&b->message));
}

/* ---- for people ---- */

static void
add_end(struct str *out, const struct signature *s)
{
	switch (s->how) {
	case SIGNATURE_NONE:
		break;
	case SIGNATURE_EXIT:
		str_addf(out, "exit status %d", s->code);
		break;
	case SIGNATURE_SIGNAL:
		str_addf(out, "ended by signal %d (%s)", s->code, strsignal(s->code));
		break;
	case SIGNATURE_TIMEOUT:
		str_adds(out, "timeout");
		break;
	case SIGNATURE_MATCH:
		str_adds(out, "the output matches");
		break;
	case SIGNATURE_VICTIM:
		break;
	}
}

static void
add_text(struct str *out, const struct signature *s, const struct str *message,
         const struct testlist *list)
{
	if (s->how == SIGNATURE_NONE)
		return;
	if (s->kind.n) {
		str_addspan(out, str_span(&s->kind));
	} else if (s->failed.n) {
		str_adds(out, "'");
		str_add_escaped(out, span_of(testlist_name(list, s->failed.p[0])));
		str_adds(out, "' fails");
		if (s->failed.n > 1)
			str_addf(out, " (and %zu more)", s->failed.n - 1);
	} else {
		add_end(out, s);
	}
	if (s->how == SIGNATURE_SIGNAL && (s->kind.n || s->failed.n)) {
		str_adds(out, ", ");
		add_end(out, s);
	}
	if (message->n) {
		str_adds(out, ": ");
		str_addspan(out, str_span(message));
	}
}

void
signature_text(struct str *out, const struct signature *s, const struct testlist *list)
{
	add_text(out, s, &s->message, list);
}

void
signature_shown(struct str *out, const struct signature *s, const struct testlist *list)
{
	add_text(out, s, s->line.n ? &s->line : &s->message, list);
}
