/*
 * Walks a program's tables of options and sub-commands: rows that hide each other, or
 * lack what is shown.  Included by one test a program, whose headers exclude each other.
 */
#include "tests/unit/check.h"

#include "common/prog.h"

/* Two rows with the same name: the second could never be chosen. */
static void
names_are_unique(const struct prog *prog)
{
	const struct opt *a, *b;

	for (a = prog->table; a->name; a++) {
		for (b = a + 1; b->name; b++) {
			CHECK(strcmp(a->name, b->name) != 0);
			CHECK(a->letter == '\0' || a->letter != b->letter);
		}
	}
}

/* A row that the parser or the help would trip over. */
static void
rows_are_whole(const struct prog *prog, size_t size)
{
	const struct opt *o;

	for (o = prog->table; o->name; o++) {
		if (!CHECK(o->set && o->group && o->use))
			printf("  option %s\n", o->name);
		CHECK(o->field < size);
		CHECK(o->lo <= o->hi);
		CHECK(!o->optional || o->arg);
		CHECK(!o->words || o->arg);
		if (o->help && !CHECK(*o->help && o->help[strlen(o->help) - 1] != '.'))
			printf("  option %s\n", o->name);
		CHECK((o->use & ~prog->all) == 0);
	}
}

/* A group that is begun twice has two headings in the help. */
static void
groups_stand_together(const struct prog *prog)
{
	const struct opt *a, *b;

	for (a = prog->table; a->name && a[1].name; a++) {
		if (strcmp(a->group, a[1].group) == 0)
			continue;
		for (b = a + 1; b->name; b++)
			CHECK(strcmp(a->group, b->group) != 0);
	}
}

/* A sub-command that cannot run, or that is found under another's name. */
static void
commands_are_whole(const struct prog *prog)
{
	size_t i;

	for (i = 0; prog->cmds[i]; i++) {
		const struct opt_command *h = &prog->cmds[i]->head;

		CHECK(prog_find(prog, h->name) == prog->cmds[i]);
		CHECK(prog->cmds[i]->run && h->usage && h->use);
		CHECK(strstr(h->usage, h->name) != NULL);
		CHECK((h->operands != NULL) != prog->cmds[i]->takes_command || h->title == NULL);
	}
	CHECK(prog_find(prog, "nothing") == NULL);
}

/* Each help that is printed fits the usual terminal. */
static void
help_fits(const struct prog *prog)
{
	struct str out = STR_INIT(1 << 20);
	struct span rest, line;
	size_t i;

	for (i = 0; prog->cmds[i]; i++) {
		str_clear(&out);
		if (prog->cmds[i]->head.title)
			prog_usage(&out, prog, prog->cmds[i]);
		else
			prog_help_all(&out, prog);
		str_adds(&out, prog->first_help);
		rest = str_span(&out);
		while (span_next(&rest, '\n', &line)) {
			if (!CHECK(line.n <= OPT_COLUMNS))
				printf("  %.*s\n", (int)line.n, line.p);
		}
	}
	str_release(&out);
}

/* size: of what the table fills. */
static void
walk_options(const struct prog *prog, size_t size)
{
	names_are_unique(prog);
	rows_are_whole(prog, size);
	groups_stand_together(prog);
	commands_are_whole(prog);
	help_fits(prog);
}
