/*
 * Prints what a way to a Buildbot master (its database or its address) tells of its
 * builds, without a store; for the tests of triage/source_buildbot_*.c.
 *
 *	builds [--text] WHERE     --text: the lines of the logs; else their number and a hash
 */
#include "common/base.h"

#include <stdio.h>

#include "common/http.h"
#include "common/map.h"
#include "triage/source_buildbot_in.h"

static const struct http_limits hasty = {
	.connect_s = 2, .stall_s = 20, .whole_s = 40, .tries = 3, .first_ms = 10, .wait_most_s = 2,
};

struct seen {
	bool text;
	size_t n_lines;
	uint64_t hash; /* of all bytes, however they are cut */
};

static bool
take(void *data, struct span bytes)
{
	struct seen *s = data;

	if (s->text)
		fwrite(bytes.p, 1, bytes.n, stdout);
	s->n_lines += bb_count_lines(bytes);
	for (size_t i = 0; i < bytes.n; i++)
		s->hash = (s->hash ^ (unsigned char)bytes.p[i]) * 0x100000001b3u;
	return true;
}

static void
take_unread(void *data UNUSED, const char *what)
{
	printf("    unread: %s\n", what);
}

#define S(x) (int)(x).n, (x).p ? (x).p : ""

static enum bb_did
print_log(const struct bb_way *way, void *self, const struct bb_log *l, bool text)
{
	struct seen seen = { text, 0, 14695981039346656037u };
	const struct bb_sink sink = { take, take_unread, &seen };
	struct err e = ERR_INIT;
	enum bb_did did = BB_DONE;

	printf("  log %.*s/%.*s %c %lld\n", S(l->step), S(l->name), l->type, (long long)l->n_lines);
	if (l->type != 'd')
		did = way->read(self, l, &sink, &e);
	if (did != BB_DONE)
		printf("    %s: %s\n", did == BB_NOT ? "not" : "fatal", e.msg);
	else if (!text && l->type != 'd')
		printf("    %zu lines, %016llx\n", seen.n_lines, (unsigned long long)seen.hash);
	return did == BB_NOT ? BB_DONE : did;
}

static enum bb_did
print_build(const struct bb_way *way, void *self, struct bb_build *b, struct arena *mem, bool text)
{
	struct span branch, revision;
	enum bb_did did = BB_DONE;
	struct err e = ERR_INIT;

	if (bb_needs_stamps(b))
		did = way->stamps(self, b, mem, &e);
	if (did == BB_DONE && way->logs && bb_tests_matter(b->results))
		did = way->logs(self, b, mem, &e);
	bb_revision(b, &branch, &revision);
	printf("%lld %.*s #%lld %s %lld-%lld %d worker '%.*s' branch '%.*s' revision '%.*s'\n", (long long)b->id,
	       S(b->builder), (long long)b->number, b->complete ? "complete" : "open", (long long)b->started,
	       (long long)b->finished, b->results, S(b->worker), S(branch), S(revision));
	if (did != BB_DONE)
		printf("  %s: %s\n", did == BB_NOT ? "not" : "fatal", e.msg);
	if (b->damage.n)
		printf("  damage: %.*s\n", S(b->damage));
	for (size_t i = 0; i < b->logs.n && did != BB_FATAL; i++)
		did = print_log(way, self, &b->logs.p[i], text);
	return did == BB_NOT ? BB_DONE : did;
}

static enum bb_did
print_all(const struct bb_way *way, void *self, bool text, struct err *e)
{
	struct str name = STR_INIT(1000);
	enum bb_did did = way->master(self, &name, e);
	int64_t last = 0;
	size_t n = 1;

	if (did == BB_DONE)
		printf("master '%s'\n", str_c(&name));
	while (did == BB_DONE && n > 0) {
		struct bb_page page = BB_PAGE_INIT;
		did = way->builds(self, last, &page, e);
		n = page.builds.n;
		if (page.skipped.n)
			printf("skipped: %.*s\n", S(page.skipped));
		for (size_t i = 0; i < n && did == BB_DONE; i++) {
			did = print_build(way, self, &page.builds.p[i], &page.mem, text);
			last = page.builds.p[i].id;
		}
		bb_page_clear(&page);
	}
	str_release(&name);
	return did;
}

int
main(int argc, char **argv)
{
	bool text = argc == 3 && strcmp(argv[1], "--text") == 0;
	const struct buildbot_options o = { .limits = &hasty };
	const char *where = argc > 1 ? argv[argc - 1] : "";
	bool web = strncmp(where, "http", 4) == 0;
	const struct bb_way *way = web ? &bb_rest : &bb_database;
	struct str memo = STR_INIT(4096);
	struct err e = ERR_INIT;
	enum bb_did did = BB_FATAL;
	void *self;

	printf("%s\n", source_buildbot_is(where) ? "for us" : "not for us");
	self = web ? bb_rest_open(where, &o, &memo, &e) : bb_database_open(where, &e);
	if (self) {
		did = print_all(way, self, text, &e);
		way->close(self);
	}
	if (did != BB_DONE)
		printf("%s: %s\n", did == BB_NOT ? "not" : "fatal", e.msg);
	str_release(&memo);
	return did == BB_DONE ? 0 : 1;
}
