/*
 * Placeholders in the words of a command, shared by the row for any command
 * (fw_generic.c) and the rows that an ini file describes (fw_ini.c).
 */
#ifndef BISECT_FW_GENERIC_H
#define BISECT_FW_GENERIC_H

#include "bisect/fw.h"

/* Whether the word holds {tests}, {file} or {filter:SEP}. */
bool placeholder_in(const char *word);
bool placeholder_in_any(const char *const *words);

/* Builds argv from words:
 *
 *	{tests}       the word once for each test, its name put in
 *	{file}        the path of a file with the names, one a line, as they are
 *	{filter:SEP}  the names with SEP between them; \n, \t, \xHH are understood
 *
 * Words without one stay as they are.  file is that path, written by the caller. */
int placeholder_fill(struct argv_builder *b, const char *const *words, const struct testlist *list,
                     const uint32_t *tests, size_t n, const char *file, struct err *e);
/* A file with the raw names for {file}: job->tests_path where escaping changes no
 * name, else a second one in job->dir. NULL and e when a name holds a newline. */
const char *placeholder_file(const struct testlist *list, const uint32_t *tests, size_t n,
                             struct job *job, struct err *e);
/* Both, for a job: sets job->argv. */
int placeholder_prepare(const char *const *words, const struct testlist *list,
                        const uint32_t *tests, size_t n, struct job *job, struct err *e);
/* The command that a person can paste. */
int placeholder_repro(struct fw_command *c, const char *const *words, const struct testlist *list,
                      const uint32_t *tests, size_t n, struct str *out, struct err *e);

#endif
