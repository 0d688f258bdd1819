/* `frameworks`: the adapters, what each can do, and which package brings its runner. */
#include "common/base.h"
#include "bisect/cmd.h"

#include <stdio.h>

#include "bisect/fw.h"
#include "common/json.h"

enum { LIST_MAX = 1 << 20 };

static const struct {
	unsigned flag;
	const char *name;  /* in the table's head and in JSON */
	const char *means; /* below the table */
} abilities[] = {
	{ FW_ORDER, "order", "runs the tests in the order asked" },
	{ FW_NAMES, "names", "says of each test how it ended" },
	{ FW_TIMES, "times", "and how long it took" },
};

static const char warm_means[] = "loads the suite once and forks a process for each run";

static void
add_text(struct str *out)
{
	struct str runner = STR_INIT(STR_LINE);
	size_t i, k, start;

	str_adds(out, "name        order names times warm  runner (package)\n");
	for (i = 0; frameworks[i]; i++) {
		const struct framework *fw = frameworks[i];

		start = out->n;
		str_addf(out, "%-11s", fw->name);
		for (k = 0; k < ARRAY_LEN(abilities); k++)
			str_addf(out, " %-5s", fw->flags & abilities[k].flag ? "yes" : "-");
		str_addf(out, " %-4s  ", fw->warm ? "yes" : "-");
		str_clear(&runner);
		str_adds(&runner, fw->title);
		if (fw->package)
			str_addf(&runner, " (%s)", fw->package);
		opt_wrap(out, str_c(&runner), out->n - start, out->n - start);
	}
	str_release(&runner);
	str_addc(out, '\n');
	for (k = 0; k < ARRAY_LEN(abilities); k++)
		str_addf(out, "%-6s %s\n", abilities[k].name, abilities[k].means);
	str_addf(out, "%-6s %s\n", "warm", warm_means);
	str_adds(out,
	         "\nThe framework is seen from COMMAND; --framework NAME says it.  For any other\n"
	         "runner write {tests}, {file} or {filter:SEP} into COMMAND, or describe it in\n"
	         ".flake-bisect.ini (flake-bisect(1), OTHER RUNNERS).\n");
}

static void
add_json(struct str *out)
{
	struct json *doc = json_new(), *rows;
	size_t i, k;

	json_add_int(doc, "schema", 1);
	rows = json_add_array(doc, "frameworks");
	for (i = 0; frameworks[i]; i++) {
		const struct framework *fw = frameworks[i];
		struct json *row = json_add_object(rows, NULL);

		json_add_text(row, "name", span_of(fw->name));
		json_add_text(row, "title", span_of(fw->title));
		if (fw->package)
			json_add_text(row, "package", span_of(fw->package));
		else
			json_add_null(row, "package");
		for (k = 0; k < ARRAY_LEN(abilities); k++)
			json_add_bool(row, abilities[k].name, fw->flags & abilities[k].flag);
		json_add_bool(row, "warm", fw->warm != NULL);
	}
	json_print(doc, out);
	str_addc(out, '\n');
	json_free(doc);
}

static int
run(const struct prog_call *call, struct err *e UNUSED)
{
	struct str out = STR_INIT(LIST_MAX);

	if (cmd_options(call)->json)
		add_json(&out);
	else
		add_text(&out);
	assert(!out.over);
	fwrite(str_c(&out), 1, out.n, stdout);
	str_release(&out);
	return 0;
}

const struct prog_cmd cmd_frameworks = {
	.head = {
		.name = "frameworks",
		.usage = "frameworks [--json]",
		.title = "list the test runners it knows, and what each can do",
		.operands = "",
		.use = USE_FRAMEWORKS,
	},
	.run = run,
};
