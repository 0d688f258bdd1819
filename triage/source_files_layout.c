/* --layout '{branch}/{builder}/{number}.xml': see source_files.h.  Pure. */
#include "common/base.h"
#include "triage/source_files_in.h"

#include <stddef.h>

static const struct {
	const char *name;
	size_t at;
} fields[] = {
	{ "{builder}", offsetof(struct files_place, builder) },   { "{branch}", offsetof(struct files_place, branch) },
	{ "{revision}", offsetof(struct files_place, revision) }, { "{number}", offsetof(struct files_place, number) },
	{ "{worker}", offsetof(struct files_place, worker) },
};

static struct span *
field_of(struct files_place *out, size_t i)
{
	return (struct span *)(void *)((char *)out + fields[i].at);
}

int
source_files_check_layout(const char *layout, struct err *e)
{
	unsigned seen[ARRAY_LEN(fields)] = { 0 }, n = 0;
	const char *p = layout;
	size_t i;

	while ((p = strpbrk(p, "{}"))) {
		for (i = 0; i < ARRAY_LEN(fields) && !span_starts(span_of(p), fields[i].name); i++)
			;
		if (i == ARRAY_LEN(fields))
			return err_set(e, "'%s' in the layout '%s' is no field: there are {builder}, {branch}, "
			               "{revision}, {number} and {worker}", p, layout);
		if (seen[i]++)
			return err_set(e, "%s is twice in the layout '%s'", fields[i].name, layout);
		p += strlen(fields[i].name);
		if (*p == '{')
			return err_set(e, "nothing parts the fields before '%s' in the layout '%s'", p, layout);
		n++;
	}
	return n ? 0 : err_set(e, "no field like {number} is in the layout '%s'", layout);
}

/* Matches one folder's name against one part of the layout; the shortest text a field, but not empty. */
static bool
match_part(struct span pattern, struct span name, struct files_place *out)
{
	size_t i, n, field = ARRAY_LEN(fields), least;
	struct span rest;

	if (pattern.n == 0)
		return name.n == 0;
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		if (span_starts(pattern, fields[i].name))
			field = i;
	}
	if (field == ARRAY_LEN(fields) && pattern.p[0] != '*')
		return name.n && name.p[0] == pattern.p[0] &&
		       match_part(span_from(pattern, 1), span_from(name, 1), out);
	least = field < ARRAY_LEN(fields);
	rest = span_from(pattern, least ? strlen(fields[field].name) : 1);
	for (n = least; n <= name.n; n++) {
		if (match_part(rest, span_from(name, n), out)) {
			if (least)
				*field_of(out, field) = (struct span){ name.p, n };
			return true;
		}
	}
	return false;
}

/* Takes the part behind the last '/' off the end. */
static struct span
take_last(struct span *x)
{
	size_t at = x->n;
	struct span part;

	while (at > 0 && x->p[at - 1] != '/')
		at--;
	part = span_from(*x, at);
	x->n = at ? at - 1 : 0;
	return part;
}

bool
files_layout_match(const char *layout, struct span path, struct files_place *out)
{
	struct span pattern = span_of(layout), name, part;
	bool first = true;

	*out = (struct files_place){ .number = { "", 0 } };
	while (pattern.n) {
		if (path.n == 0)
			return false;
		name = take_last(&path);
		part = take_last(&pattern);
		if (first && match_part(part, name, out)) {
			first = false;
			continue;
		}
		if (first)
			name = files_place_stem(name);
		first = false;
		if (!match_part(part, name, out))
			return false;
	}
	return true;
}
