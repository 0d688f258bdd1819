/* The parser of command lines: see opt.h. */
#include "common/base.h"
#include "common/opt.h"

#include "common/clock.h"
#include "common/near.h"

static void *
field_of(void *target, const struct opt *o)
{
	return (char *)target + o->field;
}

int
opt_set_true(void *target, const struct opt *o, const char *value UNUSED, struct err *e UNUSED)
{
	*(bool *)field_of(target, o) = true;
	return 0;
}

int
opt_set_false(void *target, const struct opt *o, const char *value UNUSED, struct err *e UNUSED)
{
	*(bool *)field_of(target, o) = false;
	return 0;
}

int
opt_set_more(void *target, const struct opt *o, const char *value UNUSED, struct err *e UNUSED)
{
	int *n = field_of(target, o);

	if (*n < INT16_MAX)
		++*n;
	return 0;
}

int
opt_set_text(void *target, const struct opt *o, const char *value, struct err *e)
{
	if (*value == '\0')
		return err_set(e, "it is empty; write a %s", o->arg);
	*(const char **)field_of(target, o) = value;
	return 0;
}

int
opt_set_u32(void *target, const struct opt *o, const char *value, struct err *e)
{
	uint64_t n;

	assert(o->lo >= 0 && o->hi <= UINT32_MAX);
	if (!span_u64(span_of(value), &n) || n < (uint64_t)o->lo || n > (uint64_t)o->hi) {
		if (o->hi == UINT32_MAX)
			return err_set(e, "'%s' is not a whole number of %lld or more", value,
			               (long long)o->lo);
		return err_set(e, "'%s' is not a whole number from %lld to %lld", value,
		               (long long)o->lo, (long long)o->hi);
	}
	*(uint32_t *)field_of(target, o) = (uint32_t)n;
	return 0;
}

int
opt_set_duration(void *target, const struct opt *o, const char *value, struct err *e)
{
	char lo[CLOCK_TEXT], hi[CLOCK_TEXT];
	int64_t ms;

	if (!clock_parse(span_of(value), &ms))
		return err_set(e, "'%s' is not a duration; write one like 90s, 30m or 1h30m", value);
	if (ms < o->lo || ms > o->hi) {
		clock_format(lo, o->lo * 1000);
		clock_format(hi, o->hi * 1000);
		return err_set(e, "'%s' is not between %s and %s", value, lo, hi);
	}
	*(int64_t *)field_of(target, o) = ms;
	return 0;
}

/* ---- finding the row ---- */

static const struct opt *
find_long(const struct opt *table, struct span name)
{
	for (; table->name; table++) {
		if (span_is(name, table->name))
			return table;
	}
	return NULL;
}

static const struct opt *
find_letter(const struct opt *table, char letter)
{
	for (; table->name; table++) {
		if (table->letter == letter)
			return table;
	}
	return NULL;
}

static int
unknown_long(const struct opt *table, unsigned use, struct span name, struct err *e)
{
	char word[64];
	struct near near = { .word = word };

	if (name.n >= sizeof(word))
		name.n = sizeof(word) - 1;
	memcpy(word, name.p, name.n);
	word[name.n] = '\0';
	for (; table->name; table++) {
		if (table->help && (table->use & use))
			near_try(&near, table->name);
	}
	if (near.best)
		return err_set(e, "there is no option '--%s'; did you mean '--%s'?", word, near.best);
	return err_set(e, "there is no option '--%s'; --help lists them", word);
}

/* ---- one option ---- */

/* How the user wrote it, for messages. */
struct written {
	char name[72];
};

static struct written
written_as(const struct opt *o, bool is_short)
{
	struct written w = { "-" };
	size_t n = strlen(o->name);

	if (is_short) {
		w.name[1] = o->letter;
		return w;
	}
	assert(n + 3 <= sizeof(w.name));
	w.name[1] = '-';
	memcpy(w.name + 2, o->name, n);
	return w;
}

static enum opt_stop
apply(const struct opt *o, bool is_short, unsigned use, const char *command, void *target,
      const char *value, struct err *e)
{
	struct written w = written_as(o, is_short);

	if ((o->use & use) == 0) {
		err_set(e, "'%s' is not an option of '%s'", w.name, command);
		return OPT_WRONG;
	}
	if (o->set(target, o, value, e) < 0) {
		err_prefix(e, "option '%s'", w.name);
		return OPT_WRONG;
	}
	return OPT_END;
}

/* The next word as the argument of o; NULL and e when there is none. */
static const char *
next_value(struct opt_words *words, const struct opt *o, bool is_short, struct err *e)
{
	struct written w = written_as(o, is_short);

	if (words->at >= words->argc || strcmp(words->argv[words->at], "--") == 0) {
		err_set(e, "option '%s' needs an argument: %s %s", w.name, w.name, o->arg);
		return NULL;
	}
	return words->argv[words->at++];
}

/* word is behind the "--"; words->at is at the next one. */
static enum opt_stop
take_long(struct opt_words *words, const char *word, const struct opt *table, unsigned use,
          const char *command, void *target, struct err *e)
{
	size_t n = strcspn(word, "=");
	const char *value = word[n] ? word + n + 1 : NULL;
	const struct opt *o = find_long(table, (struct span){ word, n });

	if (o == NULL) {
		unknown_long(table, use, (struct span){ word, n }, e);
		return OPT_WRONG;
	}
	if (o->arg == NULL && value) {
		err_set(e, "option '--%s' takes no argument", o->name);
		return OPT_WRONG;
	}
	if (o->arg && !o->optional && value == NULL) {
		value = next_value(words, o, false, e);
		if (value == NULL)
			return OPT_WRONG;
	}
	return apply(o, false, use, command, target, value, e);
}

/* letters stand behind one "-": flags, the last may take an argument. */
static enum opt_stop
take_letters(struct opt_words *words, const char *letters, const struct opt *table, unsigned use,
             const char *command, void *target, struct err *e)
{
	while (*letters) {
		const struct opt *o = find_letter(table, *letters);
		const char *value = NULL;

		if (o == NULL) {
			struct str shown = STR_INIT(64);

			str_add_escaped(&shown, (struct span){ letters, 1 });
			err_set(e, "there is no option '-%s'; --help lists them", str_c(&shown));
			str_release(&shown);
			return OPT_WRONG;
		}
		letters++;
		if (o->arg && !o->optional) {
			value = *letters ? letters : next_value(words, o, true, e);
			if (value == NULL)
				return OPT_WRONG;
			letters = "";
		}
		if (apply(o, true, use, command, target, value, e) == OPT_WRONG)
			return OPT_WRONG;
	}
	return OPT_END;
}

enum opt_stop
opt_parse(struct opt_words *words, const struct opt *table, unsigned use, const char *command,
          void *target, struct err *e)
{
	while (words->at < words->argc) {
		const char *word = words->argv[words->at];
		enum opt_stop stop;

		if (word[0] != '-' || word[1] == '\0')
			return OPT_OPERAND;
		words->at++;
		if (word[1] == '-' && word[2] == '\0')
			return OPT_DASHES;
		if (word[1] == '-')
			stop = take_long(words, word + 2, table, use, command, target, e);
		else
			stop = take_letters(words, word + 1, table, use, command, target, e);
		if (stop == OPT_WRONG)
			return OPT_WRONG;
	}
	return OPT_END;
}
