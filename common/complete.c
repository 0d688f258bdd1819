/* Completion scripts: see complete.h. */
#include "common/base.h"
#include "common/complete.h"

static const char *
words_of(const struct complete *c, const struct opt *o)
{
	const char *words = c->words ? c->words(o) : NULL;

	return words ? words : o->words;
}

static bool
is_kind(const char *words, const char *kind)
{
	return words && strcmp(words, kind) == 0;
}

/* The text between single quotes of a shell; zsh: also safe in _arguments. */
static void
add_quoted(struct str *out, const char *text, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			str_adds(out, "'\\''");
		else if (strchr(escape, *text))
			str_addf(out, "\\%c", *text);
		else
			str_addc(out, *text);
	}
}

/* The program's name as part of a function's name. */
static void
add_function(struct str *out, const struct complete *c, const char *suffix)
{
	const char *p;

	str_addc(out, '_');
	for (p = c->program; *p; p++)
		str_addc(out, *p == '-' ? '_' : *p);
	str_adds(out, suffix);
}

static void
add_command_names(struct str *out, const struct complete *c, const char *between)
{
	size_t i;
	bool first = true;

	for (i = 0; c->commands[i]; i++) {
		if (c->commands[i]->title == NULL)
			continue;
		str_addf(out, "%s%s", first ? "" : between, c->commands[i]->name);
		first = false;
	}
}

/* ---- bash ---- */

static void
bash_values(struct str *out, const struct complete *c)
{
	const struct opt *o;

	for (o = c->table; o->name; o++) {
		const char *words = words_of(c, o);

		if (o->help == NULL || o->arg == NULL)
			continue;
		/* An optional argument follows "=" only. */
		if (o->optional)
			str_addf(out, "\t--%s=) ", o->name);
		else if (o->letter)
			str_addf(out, "\t-%c | --%s | --%s=) ", o->letter, o->name, o->name);
		else
			str_addf(out, "\t--%s | --%s=) ", o->name, o->name);
		if (is_kind(words, "FILE"))
			str_adds(out, "kind=-f ;;\n");
		else if (is_kind(words, "DIR"))
			str_adds(out, "kind=-d ;;\n");
		else
			str_addf(out, "kind=-W list='%s' ;;\n", words ? words : "");
	}
}

static void
bash_options(struct str *out, const struct complete *c)
{
	const struct opt *o;
	size_t i;

	for (i = 0; c->commands[i]; i++) {
		const struct opt_command *k = c->commands[i];

		if (k->title == NULL)
			continue;
		str_addf(out, "\t%s)\n\t\tlist='", k->name);
		for (o = c->table; o->name; o++) {
			if (o->help == NULL || (o->use & k->use) == 0)
				continue;
			if (o->letter)
				str_addf(out, "-%c ", o->letter);
			str_addf(out, "--%s ", o->name);
		}
		str_cut(out, out->n - 1);
		str_addf(out, "'\n\t\toperands=%s ;;\n",
		         is_kind(k->operands, "DIR") ? "-d" : "''");
	}
}

static void
bash_script(struct str *out, const struct complete *c)
{
	str_addf(out, "# bash completion of %s; made by `%s completion bash`.\n", c->program, c->program);
	add_function(out, c, "");
	str_adds(out,
	         "()\n{\n"
	         "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	         "\tlocal i kind='' list='' operands='' command='");
	str_addf(out, "%s'\n", c->commands[0]->name);
	str_adds(out,
	         "\tCOMPREPLY=()\n"
	         "\t# Behind \"--\" stands a command with completions of its own.\n"
	         "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	         "\t\t[ \"${COMP_WORDS[i]}\" = -- ] || continue\n"
	         "\t\tif declare -F _comp_command_offset >/dev/null; then\n"
	         "\t\t\t_comp_command_offset $((i + 1))\n"
	         "\t\telif declare -F _command_offset >/dev/null; then\n"
	         "\t\t\t_command_offset $((i + 1))\n"
	         "\t\telse\n"
	         "\t\t\tkind=-f\n"
	         "\t\t\t((i + 1 == COMP_CWORD)) && kind=-c\n"
	         "\t\t\tlocal IFS=$'\\n'\n"
	         "\t\t\tCOMPREPLY=($(compgen $kind -- \"$cur\"))\n"
	         "\t\tfi\n"
	         "\t\treturn\n"
	         "\tdone\n"
	         "\tcase ${COMP_WORDS[1]} in\n\t");
	add_command_names(out, c, " | ");
	str_adds(out,
	         ")\n\t\t((COMP_CWORD > 1)) && command=${COMP_WORDS[1]} ;;\n\tesac\n"
	         "\t# A word is broken at \"=\", which becomes one of its own.\n"
	         "\tif [ \"$cur\" = = ]; then\n"
	         "\t\tprev=$prev= cur=''\n"
	         "\telif [ \"$prev\" = = ] && ((COMP_CWORD > 2)); then\n"
	         "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}=\n"
	         "\tfi\n"
	         "\tcase $prev in\n");
	bash_values(out, c);
	str_adds(out, "\tesac\n\tif [ -z \"$kind\" ]; then\n\tkind=-W\n\tcase $command in\n");
	bash_options(out, c);
	str_adds(out, "\tesac\n\tif ((COMP_CWORD == 1)); then\n\t\tlist=\"");
	add_command_names(out, c, " ");
	str_adds(out,
	         " $list\"\n"
	         "\telif [[ $cur != -* && -n $operands ]]; then\n"
	         "\t\tkind=$operands\n"
	         "\tfi\n\tfi\n"
	         "\tcase $kind in\n"
	         "\t-W) COMPREPLY=($(compgen -W \"$list\" -- \"$cur\")) ;;\n"
	         "\t*)\n"
	         "\t\tlocal IFS=$'\\n'\n"
	         "\t\tcompopt -o filenames 2>/dev/null\n"
	         "\t\tCOMPREPLY=($(compgen $kind -- \"$cur\")) ;;\n"
	         "\tesac\n}\n"
	         "complete -F ");
	add_function(out, c, "");
	str_addf(out, " %s\n", c->program);
}

/* ---- zsh ---- */

static void
zsh_value(struct str *out, const struct opt *o, const char *words)
{
	if (o->arg == NULL)
		return;
	str_addf(out, ":%s%s:", o->optional ? ":" : "", o->arg);
	if (is_kind(words, "FILE"))
		str_adds(out, "_files");
	else if (is_kind(words, "DIR"))
		str_adds(out, "_files -/");
	else
		str_addf(out, words ? "(%s)" : "( )", words ? words : "");
}

static void
zsh_option(struct str *out, const struct complete *c, const struct opt *o)
{
	const char *mark = o->arg == NULL ? "" : o->optional ? "=-" : "=";
	bool again = o->set == opt_set_more;
	int form;

	for (form = 0; form < 2; form++) {
		if (form == 0 && !o->letter)
			continue;
		str_adds(out, "\t\t'");
		if (again)
			str_addc(out, '*');
		else if (o->letter)
			str_addf(out, "(-%c --%s)", o->letter, o->name);
		if (form == 0)
			str_addf(out, "-%c%s", o->letter, o->arg && !o->optional ? "+" : "");
		else
			str_addf(out, "--%s%s", o->name, mark);
		str_addc(out, '[');
		add_quoted(out, o->help, "[]:\\");
		str_addc(out, ']');
		if (form == 1 || !o->optional)
			zsh_value(out, o, words_of(c, o));
		str_adds(out, "'\n");
	}
}

static void
zsh_script(struct str *out, const struct complete *c)
{
	const struct opt *o;
	size_t i;

	str_addf(out, "#compdef %s\n# zsh completion; made by `%s completion zsh`.\n", c->program,
	         c->program);
	add_function(out, c, "");
	str_addf(out, "()\n{\n\tlocal command=%s\n\tlocal -a commands specs\n\tcommands=(\n",
	         c->commands[0]->name);
	for (i = 0; c->commands[i]; i++) {
		if (c->commands[i]->title == NULL)
			continue;
		str_addf(out, "\t\t'%s:", c->commands[i]->name);
		add_quoted(out, c->commands[i]->title, ":\\");
		str_adds(out, "'\n");
	}
	str_adds(out,
	         "\t)\n"
	         "\tif ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
	         "\t\t_describe command commands\n"
	         "\t\treturn\n"
	         "\tfi\n"
	         "\tcase $words[2] in\n\t(");
	add_command_names(out, c, "|");
	str_adds(out,
	         ")\n\t\tcommand=$words[2]\n\t\tshift words\n\t\t((CURRENT--)) ;;\n\tesac\n"
	         "\tcase $command in\n");
	for (i = 0; c->commands[i]; i++) {
		const struct opt_command *k = c->commands[i];

		if (k->title == NULL)
			continue;
		str_addf(out, "\t(%s)\n\t\tspecs=(\n", k->name);
		for (o = c->table; o->name; o++) {
			if (o->help && (o->use & k->use))
				zsh_option(out, c, o);
		}
		if (k->operands == NULL)
			str_adds(out, "\t\t'*:::command:_normal'\n");
		else if (is_kind(k->operands, "DIR"))
			str_adds(out, "\t\t'*:folder:_files -/'\n");
		else
			str_adds(out, "\t\t'*: :( )'\n");
		str_adds(out, "\t\t) ;;\n");
	}
	str_adds(out, "\tesac\n\t_arguments -s -S : $specs\n}\n");
	add_function(out, c, "");
	str_adds(out, " \"$@\"\n");
}

/* ---- fish ---- */

static void
fish_option(struct str *out, const struct complete *c, const struct opt *o)
{
	const char *words = words_of(c, o);
	size_t i;

	str_addf(out, "complete -c %s -n '", c->program);
	add_function(out, c, "_in");
	for (i = 0; c->commands[i]; i++) {
		if (c->commands[i]->title && (o->use & c->commands[i]->use))
			str_addf(out, " %s", c->commands[i]->name);
	}
	str_addc(out, '\'');
	if (o->letter)
		str_addf(out, " -s %c", o->letter);
	str_addf(out, " -l %s", o->name);
	if (is_kind(words, "FILE"))
		str_adds(out, " -r -F");
	else if (is_kind(words, "DIR"))
		str_adds(out, " -x -a '(__fish_complete_directories)'");
	else if (words && o->optional)
		str_addf(out, " -f -a '%s'", words);
	else if (o->arg && !o->optional)
		str_addf(out, words ? " -x -a '%s'" : " -x", words ? words : "");
	str_adds(out, " -d '");
	add_quoted(out, o->help, "\\");
	str_adds(out, "'\n");
}

static void
fish_functions(struct str *out, const struct complete *c)
{
	str_adds(out, "function ");
	add_function(out, c, "_in");
	str_addf(out,
	         " # COMMAND...: one of them is being written, before its \"--\"\n"
	         "\tset -l words (commandline -opc)\n"
	         "\tset -l now %s\n"
	         "\tcontains -- -- $words; and return 1\n"
	         "\tif set -q words[2]; and contains -- $words[2] ", c->commands[0]->name);
	add_command_names(out, c, " ");
	str_adds(out, "\n\t\tset now $words[2]\n\tend\n\tcontains -- $now $argv\nend\n");
	str_adds(out, "function ");
	add_function(out, c, "_first");
	str_adds(out, "\n\ttest (count (commandline -opc)) -eq 1\nend\nfunction ");
	add_function(out, c, "_behind");
	str_adds(out,
	         "\n\tcontains -- -- (commandline -opc)\nend\n"
	         "function ");
	add_function(out, c, "_rest");
	str_adds(out,
	         "\n\tcomplete -C (string replace -r -- '^.*? -- ' '' (commandline -cp))\nend\n");
}

static void
fish_script(struct str *out, const struct complete *c)
{
	const struct opt *o;
	size_t i;

	str_addf(out, "# fish completion of %s; made by `%s completion fish`.\n", c->program, c->program);
	fish_functions(out, c);
	str_addf(out, "complete -c %s -f\ncomplete -c %s -n ", c->program, c->program);
	add_function(out, c, "_behind");
	str_adds(out, " -a '(");
	add_function(out, c, "_rest");
	str_adds(out, ")'\n");
	for (i = 0; c->commands[i]; i++) {
		const struct opt_command *k = c->commands[i];

		if (k->title == NULL)
			continue;
		str_addf(out, "complete -c %s -n ", c->program);
		add_function(out, c, "_first");
		str_addf(out, " -a %s -d '", k->name);
		add_quoted(out, k->title, "\\");
		str_adds(out, "'\n");
		if (!is_kind(k->operands, "DIR"))
			continue;
		str_addf(out, "complete -c %s -n '", c->program);
		add_function(out, c, "_in");
		str_addf(out, " %s' -a '(__fish_complete_directories)'\n", k->name);
	}
	for (o = c->table; o->name; o++) {
		if (o->help)
			fish_option(out, c, o);
	}
}

int
complete_script(struct str *out, const struct complete *c, const char *shell, struct err *e)
{
	static const struct {
		const char *name;
		void (*script)(struct str *out, const struct complete *c);
	} shells[] = {
		{ "bash", bash_script },
		{ "zsh", zsh_script },
		{ "fish", fish_script },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].script(out, c);
			return 0;
		}
	}
	return err_set(e, "there are no completions for '%s'; bash, zsh and fish have some", shell);
}
