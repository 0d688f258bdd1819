/* Names of tests whose file was renamed: see rename_name.h. */
#include "common/base.h"
#include "triage/rename_name.h"

enum { NAME_MOST = 4096 };

/* How a file is written in names of tests: what joins its parts, and whether its ending stays. */
static const struct { const char *joint; bool ending; } ways[] = {
	{ "/", true },   /* pytest, jest, bats, RSpec */
	{ ".", false },  /* unittest, regrtest, JUnit */
	{ "::", false }, /* Rust */
	{ "/", false },
};

unsigned
rename_parts(struct span path)
{
	unsigned n = path.n > 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n;
}

/* The last n parts; all where there are not more. */
static struct span
tail(struct span path, unsigned n)
{
	size_t i = path.n;

	while (i > 0 && (path.p[i - 1] != '/' || --n > 0))
		i--;
	return span_from(path, i);
}

static struct span
without_ending(struct span path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '.' && path.p[i - 1] != '/')
		i--;
	if (i > 1 && path.p[i - 1] == '.' && path.p[i - 2] != '/')
		path.n = i - 1;
	/* a package is called as its folder */
	if (span_ends(path, "/__init__"))
		path.n -= strlen("/__init__");
	return path;
}

static void
write_path(struct str *out, struct span path, size_t way)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/')
			str_adds(out, ways[way].joint);
		else
			str_addc(out, path.p[i]);
	}
}

static bool
ends_word(struct span rest)
{
	return rest.n == 0 || strchr(".:/[ ($#>\\", rest.p[0]) != NULL;
}

/* How many bytes of the name are the path, written so with as many of its parts as fit; 0: none. */
static size_t
begins_with(struct span name, struct span path, size_t way)
{
	struct str text = STR_INIT(NAME_MOST);
	size_t n = 0;

	for (unsigned parts = rename_parts(path); parts > 0 && n == 0; parts--) {
		str_clear(&text);
		write_path(&text, tail(path, parts), way);
		if (text.n && text.n <= name.n && memcmp(name.p, text.p, text.n) == 0 &&
		    ends_word(span_from(name, text.n)))
			n = text.n;
	}
	str_release(&text);
	return n;
}

static bool
holds(struct span text, struct span part)
{
	return part.n && text.n && memmem(text.p, text.n, part.p, part.n) != NULL;
}

bool
rename_name(struct str *out, struct span name, const struct file_rename *r, unsigned parts)
{
	struct span dot = { name.p, span_starts(name, "./") ? 2 : 0 };
	size_t n;

	name = span_from(name, dot.n);
	if (!holds(name, tail(without_ending(r->from), 1))) /* most names */
		return false;
	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		struct span from = ways[w].ending ? r->from : without_ending(r->from);
		struct span to = ways[w].ending ? r->to : without_ending(r->to);

		if (parts > rename_parts(to) || (n = begins_with(name, from, w)) == 0)
			continue;
		str_clear(out);
		str_addspan(out, dot);
		write_path(out, tail(to, parts), w);
		str_addspan(out, span_from(name, n));
		return true;
	}
	return false;
}
