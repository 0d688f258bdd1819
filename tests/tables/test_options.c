/* Walks the tables of options and sub-commands: rows that hide each other, or lack what is shown. */
#include "tests/unit/check.h"

#include "bisect/cmd.h"

/* Two rows with the same name: the second could never be chosen. */
static void
names_are_unique(void)
{
	const struct opt *a, *b;

	for (a = opts_table; a->name; a++) {
		for (b = a + 1; b->name; b++) {
			CHECK(strcmp(a->name, b->name) != 0);
			CHECK(a->letter == '\0' || a->letter != b->letter);
		}
	}
}

/* A row that the parser or the help would trip over. */
static void
rows_are_whole(void)
{
	const struct opt *o;

	for (o = opts_table; o->name; o++) {
		if (!CHECK(o->set && o->group && o->use))
			printf("  option %s\n", o->name);
		CHECK(o->field < sizeof(struct opts));
		CHECK(o->lo <= o->hi);
		CHECK(!o->optional || o->arg);
		CHECK(!o->words || o->arg);
		if (o->help && !CHECK(*o->help && o->help[strlen(o->help) - 1] != '.'))
			printf("  option %s\n", o->name);
		CHECK((o->use & ~(unsigned)USE_ALL) == 0);
	}
}

/* A group that is begun twice has two headings in the help. */
static void
groups_stand_together(void)
{
	const struct opt *a, *b;

	for (a = opts_table; a->name && a[1].name; a++) {
		if (strcmp(a->group, a[1].group) == 0)
			continue;
		for (b = a + 1; b->name; b++)
			CHECK(strcmp(a->group, b->group) != 0);
	}
}

/* A sub-command that cannot run, or that is found under another's name. */
static void
commands_are_whole(void)
{
	size_t i;

	for (i = 0; cmds[i]; i++) {
		const struct opt_command *h = &cmds[i]->head;

		CHECK(cmd_find(h->name) == cmds[i]);
		CHECK(cmds[i]->run && h->usage && h->use);
		CHECK(strstr(h->usage, h->name) != NULL);
		CHECK((h->operands != NULL) != cmds[i]->takes_command || h->title == NULL);
	}
	CHECK(cmd_find("nothing") == NULL);
}

/* Defaults that the program's own checks refuse. */
static void
defaults_are_right(void)
{
	struct err e = ERR_INIT;
	struct opts o;

	opts_init(&o);
	CHECK_INT(opts_check(&o.options, &e), 0);
	CHECK_INT(o.options.max_tests, 1);
	CHECK_NEAR(o.options.confidence, 0.99, 1e-12);
	CHECK_STR(o.options.session, ".flake-bisect");
	CHECK(o.options.warm);
}

/* Each help that is printed fits the usual terminal. */
static void
help_fits(void)
{
	struct str out = STR_INIT(1 << 20);
	struct span rest, line;
	size_t i;

	for (i = 0; cmds[i]; i++) {
		str_clear(&out);
		if (cmds[i]->head.title)
			cmd_usage(&out, cmds[i]);
		else
			cmd_help_all(&out);
		cmd_help_first(&out);
		rest = str_span(&out);
		while (span_next(&rest, '\n', &line)) {
			if (!CHECK(line.n <= OPT_COLUMNS))
				printf("  %.*s\n", (int)line.n, line.p);
		}
	}
	str_release(&out);
}

int
main(void)
{
	names_are_unique();
	rows_are_whole();
	groups_stand_together();
	commands_are_whole();
	defaults_are_right();
	help_fits();
	return check_done();
}
