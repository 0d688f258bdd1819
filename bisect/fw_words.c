/* Options of a runner, by a table: see fw_words.h. */
#include "common/base.h"
#include "bisect/fw_words.h"

static const struct word_option *
find_letter(const struct word_table *t, char letter)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->options[i].letter == letter)
			return &t->options[i];
	}
	return NULL;
}

/* By name or, as argparse and Getopt::Long have it, by the beginning of one. */
static const struct word_option *
find_name(const struct word_table *t, struct span name)
{
	const struct word_option *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct word_option *o = &t->options[i];

		if (o->name == NULL)
			continue;
		if (span_is(name, o->name))
			return o;
		if (found == NULL && name.n && strncmp(o->name, name.p, name.n) == 0)
			found = o;
	}
	return found;
}

static int
take_letters(const struct word_table *t, const char *word, const char *const **next, void *data,
             struct err *e)
{
	const char *letter;

	for (letter = word + 1; *letter; letter++) {
		const struct word_option *o = find_letter(t, *letter);
		const char *value = NULL;

		if (o == NULL)
			return err_set(e, "%s has no option '-%c'", t->program, *letter);
		if (o->value) {
			value = letter[1] ? letter + 1 : **next;
			if (value == NULL)
				return err_set(e, "option '-%c' of %s wants a value", *letter, t->program);
			*next += letter[1] == '\0';
		}
		t->found(data, o, value);
		if (o->value)
			break;
	}
	return 0;
}

static int
take_long(const struct word_table *t, const char *word, const char *const **next, void *data,
          struct err *e)
{
	const char *equals = strchr(word, '='), *value = NULL;
	struct span name = { word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2) };
	const struct word_option *o = find_name(t, name);

	if (o == NULL)
		return err_set(e, "%s has no option '--%.*s'", t->program, (int)name.n, name.p);
	if (o->value) {
		value = equals ? equals + 1 : **next;
		if (value == NULL)
			return err_set(e, "option '%s' of %s wants a value", word, t->program);
		*next += equals == NULL;
	}
	t->found(data, o, value);
	return 0;
}

int
words_option(const struct word_table *t, const char *word, const char *const **next, void *data,
             struct err *e)
{
	return (word[1] == '-' ? take_long : take_letters)(t, word, next, data, e);
}
