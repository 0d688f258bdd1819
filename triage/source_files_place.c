/* What a path says of a build: see source_files.h for the rules.  Pure. */
#include "common/base.h"
#include "triage/source_files_in.h"

#include <strings.h>

enum { PARTS_MAX = 64 };

/* ---- words ---- */

static const char *const run_words[] = {
	"build", "builds", "run", "runs", "job", "nightly", "night", "daily", "ci", "pipeline", "execution",
	"attempt", "log", "logs", "result", "results", "test", "tests", "report", "reports", "junit", "output",
	"test-results", "test_results", "testresults", "test-report", "test-reports", "junit-report",
	"junit-results", "artifact", "artifacts", "console", "xunit", "stdio", "stdout", NULL,
};

/* A number behind one of these counts parts of one run. */
static const char *const part_words[] = {
	"shard", "part", "node", "worker", "chunk", "split", "slice", "group", "gw", "partition", "batch", "step", NULL,
};

/* A number behind one of these is a version. */
static const char *const version_words[] = {
	"windows", "macos", "osx", "ubuntu", "debian", "fedora", "centos", "rhel", "alpine", "freebsd", "openbsd",
	"netbsd", "py", "python", "cpython", "pypy", "node", "java", "jdk", "php", "ruby", "go", "rust", "gcc", "clang",
	"llvm", "msvc", "vs", "utf", "http", NULL,
};

/* These are the width of a machine. */
static const char *const widths[] = { "16", "32", "64", "86", "386", "686", NULL };

/* What build tools call the folders that reports end up in. */
static const char *const tool_folders[] = {
	"target", "surefire-reports", "failsafe-reports", "test-results", "test-reports", "build", "builds", "reports",
	"testing", "workspace", "artifacts", "jobs", "junit", "xml", "logs", "results", "archive", NULL,
};

/* Those that are nobody's name for an argument. */
static const char *const nameless_folders[] = { "target", "surefire-reports", "failsafe-reports", "workspace", NULL };

static const char *const branch_words[] = {
	"main", "master", "trunk", "develop", "devel", "default", NULL,
};

static bool
is_one_of(struct span x, const char *const *words)
{
	for (; *words; words++) {
		if (x.n == strlen(*words) && strncasecmp(x.p, *words, x.n) == 0)
			return true;
	}
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_separator(char c)
{
	return c == '-' || c == '_' || c == '.' || c == '#' || c == ' ';
}

static size_t
count_digits(struct span x)
{
	size_t n = 0;

	while (n < x.n && is_digit(x.p[n]))
		n++;
	return n;
}

/* "main", "3.12", "3.x", "v1.2", "release-1.2", "stable_3". */
static bool
is_branch(struct span x)
{
	static const char *const prefixes[] = { "v", "release-", "release_", "stable-", "stable_", "releases-" };
	size_t i, n;

	if (is_one_of(x, branch_words))
		return true;
	for (i = 0; i < ARRAY_LEN(prefixes); i++) {
		n = strlen(prefixes[i]);
		if (x.n > n && strncasecmp(x.p, prefixes[i], n) == 0) {
			x = span_from(x, n);
			break;
		}
	}
	n = count_digits(x);
	if (n == 0 || n > 4)
		return false;
	if (i < ARRAY_LEN(prefixes) && i > 0 && n == x.n)
		return true;
	if (n + 1 >= x.n || x.p[n] != '.')
		return false;
	x = span_from(x, n + 1);
	n = count_digits(x);
	return (n > 0 && n == x.n) || span_is(x, "x");
}

/* "2026-11-25", "20261125", "2026-11-25_0300", "20261125T030000Z". */
static bool
is_date(struct span x)
{
	size_t i, n = 0;

	for (i = 0; i < x.n; i++) {
		n += is_digit(x.p[i]);
		if (!is_digit(x.p[i]) && !is_separator(x.p[i]) && x.p[i] != 'T' && x.p[i] != 'Z' && x.p[i] != ':')
			return false;
	}
	return n >= 8 && n <= 14 && (x.p[0] == '1' || x.p[0] == '2') && (x.n > 8 || n == 8) &&
	       (span_starts(x, "19") || span_starts(x, "20"));
}

/* ---- numbers ---- */

/* Takes a date off the end of a name; where it begins, x.n when there is none. */
static size_t
date_at(struct span x)
{
	size_t at;

	for (at = 0; at + 8 <= x.n; at++) {
		if ((at == 0 || is_separator(x.p[at - 1])) && is_digit(x.p[at]) && is_date(span_from(x, at)))
			return at;
	}
	return x.n;
}

/* Is "WORD-NUMBER" a version, a machine or a part of a run? */
static bool
is_other_number(struct span word, struct span number)
{
	size_t at = word.n;

	if (is_date(number))
		return false;
	if (is_digit(word.p[word.n - 1])) /* "3.12" */
		return true;
	while (at > 0 && !is_separator(word.p[at - 1]))
		at--;
	word = span_from(word, at); /* of "tests-py-3" the last word decides */
	return is_one_of(word, part_words) || is_one_of(word, version_words) || is_one_of(number, widths);
}

/* Splits "linux-101" into "linux" and "101".  In a folder's name a number counts only behind a word
 * for runs, or alone; in a file's also behind other words, but for versions and the like. */
static bool
take_number(struct span name, bool is_file, struct span *number, struct span *word)
{
	size_t at = date_at(name), n;

	if (at == name.n) {
		while (at > 0 && is_digit(name.p[at - 1]))
			at--;
		if (name.n - at > 18 || at == name.n || (name.p[at] == '0' && name.n - at > 1))
			return false;
	}
	for (n = at; n > 0 && is_separator(name.p[n - 1]); n--)
		;
	if (n > 0 && !is_one_of((struct span){ name.p, n }, run_words) &&
	    (!is_file || n == at || is_other_number((struct span){ name.p, n }, span_from(name, at))))
		return false;
	*number = span_from(name, at);
	*word = (struct span){ name.p, n };
	return true;
}

/* ---- names ---- */

struct span
files_place_stem(struct span name)
{
	static const char *const packed[] = {
		".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip", ".tar", ".tgz", ".txz", ".7z",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(packed); i++) {
		if (span_ends(name, packed[i]) && name.n > strlen(packed[i])) {
			name.n -= strlen(packed[i]);
			return files_place_stem(name);
		}
	}
	return name;
}

/* Without the extension too: "build-101.xml", "run_7.log". */
static struct span
file_stem(struct span name)
{
	static const char *const known[] = {
		".xml", ".log", ".txt", ".json", ".jsonl", ".ndjson", ".tap", ".out", ".junit", ".stdout",
		".trx", ".html",
	};
	size_t i;

	name = files_place_stem(name);
	for (i = 0; i < ARRAY_LEN(known); i++) {
		if (span_ends(name, known[i]) && name.n > strlen(known[i])) {
			name.n -= strlen(known[i]);
			return file_stem(name);
		}
	}
	return name;
}

bool
files_place_job(struct span name, struct span *job)
{
	size_t n, digits;

	name = files_place_stem(name);
	n = name.n && name.p[0] == '-';
	digits = count_digits(span_from(name, n));
	if (!span_ends(name, ".txt") || digits == 0 || n + digits >= name.n || name.p[n + digits] != '_')
		return false;
	*job = span_from(name, n + digits + 1);
	job->n -= strlen(".txt");
	return job->n > 0;
}

bool
files_place_is_noise(struct span name)
{
	static const char *const ends[] = {
		".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".css", ".js", ".map", ".woff", ".woff2",
		".ttf", ".pdf",
		".o", ".a", ".so", ".exe", ".dll", ".class", ".jar", ".war", ".pyc", ".whl", ".deb",
		".rpm", ".lock", ".lck",
		".pid", ".tmp", ".part", ".swp", ".bak", "~", ".sqlite", ".sqlite-wal", ".sqlite-shm",
		".db", ".db-wal", ".db-shm",
		".h", ".c", ".cc", ".cpp", ".py", ".java", ".rs", ".go", ".ts", ".md", ".rst", ".yml",
		".yaml", ".toml", ".ini",
		".mp4", ".webm", ".core", ".dmp",
	};
	size_t i;

	if (name.n == 0 || name.p[0] == '.')
		return true;
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_ends(name, ends[i]))
			return true;
	}
	return false;
}

/* The last part of a path. */
static struct span
base_name(struct span path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return span_from(path, at);
}

bool
files_place_is_doubtful(struct span path)
{
	static const char *const jenkins[] = {
		"build.xml", "changelog.xml", "config.xml", "log", "workflow.xml", "injectedEnvVars.txt",
		"permalinks",
		"nextBuildNumber", NULL,
	};
	static const char *const ends[] = { ".html", ".csv", ".properties", ".dump", ".dumpstream", ".sh", ".cmake" };
	struct span name = base_name(path);
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++) {
		if (span_ends(name, ends[i]))
			return true;
	}
	return is_one_of(name, jenkins);
}

/* ---- places ---- */

struct parts {
	struct span p[PARTS_MAX]; /* folders, then the file's stem; of deep paths the last ones */
	size_t n;
};

static void
split(struct parts *parts, struct span path)
{
	struct span part;

	parts->n = 0;
	while (span_next(&path, '/', &part)) {
		if (part.n == 0 || span_is(part, ".") || span_is(part, ".."))
			continue;
		if (parts->n == PARTS_MAX) {
			memmove(parts->p, parts->p + 1, (PARTS_MAX - 1) * sizeof(parts->p[0]));
			parts->n--;
		}
		parts->p[parts->n++] = files_place_stem(part);
	}
}

/* A copy of the parts with '/' between; only_own: without the folders of build tools. */
static struct span
join_parts(struct arena *mem, const struct span *parts, size_t n, bool only_own)
{
	struct str s = STR_INIT(STR_LINE);
	struct span out;
	size_t i;

	for (i = 0; i < n; i++) {
		if (parts[i].n == 0 || (only_own && is_one_of(parts[i], tool_folders)))
			continue;
		if (s.n)
			str_addc(&s, '/');
		str_addspan(&s, parts[i]);
	}
	out = (struct span){ arena_copy(mem, str_c(&s), s.n), s.n };
	str_release(&s);
	return out;
}

static struct span
join(struct arena *mem, const struct span *parts, size_t n)
{
	return join_parts(mem, parts, n, false);
}

/* JOB/builds/12/..., in any place; the index of the number, 0 when there is none. */
static size_t
jenkins_number(const struct parts *parts)
{
	size_t i;

	for (i = 2; i + 1 < parts->n; i++) {
		if (span_is(parts->p[i - 1], "builds") && count_digits(parts->p[i]) == parts->p[i].n)
			return i;
	}
	return 0;
}

/* Finds the part with the number, from the file up; parts->n when there is none.  What is left of the
 * part stands in *word. */
static size_t
find_number(const struct parts *parts, struct span *number, struct span *word)
{
	size_t i = jenkins_number(parts);

	*word = (struct span){ "", 0 };
	if (i) {
		*number = parts->p[i];
		return i;
	}
	for (i = parts->n; i-- > 0;) {
		bool is_file = i + 1 == parts->n;
		struct span name = is_file ? file_stem(parts->p[i]) : parts->p[i];

		if (is_file && name.n > 5 && strncasecmp(name.p, "TEST-", 5) == 0 && !is_digit(name.p[5]))
			continue; /* Surefire's: one a class, whatever the class is called */
		if (take_number(name, is_file, number, word))
			return i;
	}
	return parts->n;
}

/* "2026/11/25" is one number. */
static size_t
whole_date(struct arena *mem, const struct parts *parts, size_t at, struct span *number)
{
	uint64_t y, m, d;

	if (at < 2 || number->n > 2 || !span_u64(*number, &d) || !span_u64(parts->p[at - 1], &m) ||
	    !span_u64(parts->p[at - 2], &y) || parts->p[at - 1].n > 2 || y < 1990 || y > 2100 || m < 1 || m > 12 ||
	    d < 1 || d > 31)
		return at;
	*number = join(mem, &parts->p[at - 2], 3);
	memset((char *)(uintptr_t)number->p + 4, '-', 1);
	memset((char *)(uintptr_t)number->p + number->n - parts->p[at].n - 1, '-', 1);
	return at - 2;
}

/* The builder out of the parts [from, to), and the branch that is among them. */
static void
find_builder(struct files_place *out, struct arena *mem, const struct parts *parts, size_t from, size_t to,
             struct span word)
{
	struct span kept[PARTS_MAX + 1];
	size_t n = 0, i;

	for (i = from; i < to; i++) {
		if (span_is(parts->p[i], "jobs")) /* Jenkins': its jobs are below */
			n = 0;
		else if (out->branch.n == 0 && is_branch(parts->p[i]))
			out->branch = join(mem, &parts->p[i], 1);
		else if (!is_one_of(parts->p[i], tool_folders))
			kept[n++] = parts->p[i];
	}
	if (word.n && !is_one_of(word, run_words))
		kept[n++] = word;
	out->builder = join(mem, kept, n);
}

/* The last part of the argument's own name that says something. */
static struct span
root_builder(struct arena *mem, const struct parts *root, size_t n_root)
{
	struct span number, word;
	size_t i;

	for (i = n_root; i-- > 0;) {
		if (take_number(root->p[i], false, &number, &word) || is_one_of(root->p[i], nameless_folders))
			continue;
		return join(mem, &root->p[i], 1);
	}
	return span_of("files");
}

void
files_place_find(struct files_place *out, struct arena *mem, struct span root, struct span path)
{
	struct parts above, parts;
	struct span number = { "", 0 }, word = { "", 0 };
	size_t at, end;

	*out = (struct files_place){ .number = { "", 0 } };
	split(&above, root);
	split(&parts, path);
	at = find_number(&parts, &number, &word);
	end = at;
	if (at == parts.n) { /* the argument itself may be a number: "artifacts/101" */
		struct span rest = { "", 0 };

		end = parts.n ? parts.n - 1 : 0;
		if (above.n && take_number(above.p[above.n - 1], false, &number, &rest))
			out->below = join_parts(mem, parts.p, end, true);
		find_builder(out, mem, &parts, 0, number.n ? 0 : end, rest);
	} else {
		end = whole_date(mem, &parts, at, &number);
		find_builder(out, mem, &parts, 0, end, word);
		if (at + 1 < parts.n)
			out->below = join_parts(mem, &parts.p[at + 1], parts.n - at - 2, true);
	}
	out->number = join(mem, &number, 1);
	if (out->builder.n == 0)
		out->builder = root_builder(mem, &above, above.n);
}
