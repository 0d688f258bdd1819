/* Several programs in one run: see fw_parts.h. */
#include "common/base.h"
#include "bisect/fw_parts.h"

#include "bisect/fw_tool.h"
#include "common/fs.h"

static const char begin_mark[] = "@@ flake-bisect begins: ", end_mark[] = "@@ flake-bisect ended: ";

static void
add_part(struct str *text, const struct fw_part *p)
{
	str_addf(text, "printf '\\n%%s%%s\\n' '%s' ", begin_mark);
	str_add_shell(text, p->name);
	str_adds(text, "\n(cd ");
	str_add_shell(text, p->dir);
	str_adds(text, " && exec env ");
	if (p->env && p->env[0]) {
		fw_add_words(text, p->env);
		str_addc(text, ' ');
	}
	fw_add_words(text, (const char *const *)p->argv);
	str_addf(text, ")\ns=$?\nprintf '\\n%%s%%s\\n' '%s' $s\n[ $s = 0 ] || status=$s\n", end_mark);
}

int
fw_parts_prepare(struct job *job, const struct fw_part *parts, size_t n, const char *instead,
                 struct err *e)
{
	struct str text = STR_INIT(STR_FILE), path = STR_INIT(8192);
	struct argv_builder b = { &job->mem, VEC_INIT };
	size_t i;
	int ret = -1;

	str_adds(&text, "status=0\n");
	for (i = 0; i < n; i++) {
		if (fw_check_args((const char *const *)parts[i].argv, instead, e) < 0)
			goto out;
		add_part(&text, &parts[i]);
	}
	/* Ends as the last program that did not end well: by its signal, if it was one. */
	str_adds(&text, "[ $status -le 128 ] || kill -$((status - 128)) $$\nexit $status\n");
	str_addf(&path, "%s/run.sh", job->dir);
	if (text.over) {
		err_set(e, "too many tests for one script");
		goto out;
	}
	if (fs_write_scratch(str_c(&path), str_span(&text), e) < 0)
		goto out;
	argv_add(&b, "/bin/sh");
	argv_add(&b, str_c(&path));
	ret = 0;
out:
	job->argv = argv_done(&b);
	str_release(&text);
	str_release(&path);
	return ret;
}

enum part_line
fw_part_line(struct span line, struct span *name, int *status)
{
	uint64_t x;

	if (span_starts(line, begin_mark)) {
		*name = span_from(line, sizeof(begin_mark) - 1);
		return PART_BEGIN;
	}
	if (span_starts(line, end_mark) && span_u64(span_from(line, sizeof(end_mark) - 1), &x) && x < 256) {
		*status = (int)x;
		return PART_END;
	}
	return PART_NONE;
}
