/*
 * Runners that a project describes itself, in .flake-bisect.ini:
 *
 *	[framework kunit]
 *	list = ./kunit --list
 *	run = ./kunit --only {file}
 *	result = ^ok (?<pass>\S+)|^not ok (?<fail>\S+)|^skipped (?<skip>\S+)
 *
 * `list` is a shell command that prints the tests, one a line as in every list
 * file.  Without it the list comes from --input or --list-command.
 *
 * `run` is words, cut at blanks as by a shell ('...', "..." and \ quote; nothing is
 * expanded; write sh -c '...' for a shell).  {tests}, {file} or {filter:SEP} in
 * it says where the tests go (fw_generic.h).
 *
 * `result` says how tests end; without it only the exit status of the run does.
 * It is one of
 *
 *	tap        lines of TAP, whose texts are the names of the list
 *	results    the run writes the file {results} of its words, as in fw.h
 *	junit      the run writes the JUnit report {junit} of its words; a case is looked for
 *	           as NAME, CLASS.NAME, CLASS::NAME, FILE::NAME and FILE:NAME
 *	a PCRE2    tried on each line of output; what its groups named pass, fail and
 *	           skip match are names of tests, and a group named message says why
 *
 * `order = no` says that the runner does not keep the order in which it is given tests.
 *
 * The row is chosen by --framework kunit, or when COMMAND begins with the first
 * word of `run`.  Words of COMMAND that `run` does not begin with stand for {args} in
 * `list` and `run`.
 */
#ifndef BISECT_FW_INI_H
#define BISECT_FW_INI_H

#include "bisect/fw.h"

/* Looks into c->config_path for the section called name, or (NULL) one that knows COMMAND.
 * *out is its row, in c->mem, or NULL: there is none.  -1: a mistake in the file; e names
 * file and line. */
int ini_choose(struct fw_command *c, const char *name, const struct framework **out, struct err *e);

/* For tests: the text of a file called path. */
int ini_choose_from(struct fw_command *c, struct span text, const char *path, const char *name,
                    const struct framework **out, struct err *e);

#endif
