/*
 * What a Buildbot says in properties and logs: the first line as the JSON of got_revision, the
 * rest as lines with stream letters.  No line may grow, appear from nothing, or keep a letter h.
 */
#include "common/base.h"

#include "triage/source_buildbot_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
properties(struct span text)
{
	struct bb_page page = BB_PAGE_INIT;
	struct bb_build *b = bb_page_add(&page);
	struct err e = ERR_INIT;
	struct json *doc = json_parse(text, &e);
	struct span branch, revision;

	bb_property(b, span_of("got_revision"), doc, &page.mem);
	bb_property(b, span_of("branch"), doc, &page.mem);
	bb_revision(b, &branch, &revision);
	assert(branch.p && revision.p && (b->got.n == 0 || revision.n));
	json_free(doc);
	bb_page_clear(&page);
}

static void
lines(struct span text)
{
	struct str copy = STR_INIT(STR_FILE);
	size_t n = bb_count_lines(text), left;

	assert(bb_skip_lines(text, (int64_t)n).n == 0 && (n == 0 || bb_skip_lines(text, (int64_t)n - 1).n));
	str_addspan(&copy, text);
	left = copy.n ? bb_strip(copy.p, copy.n) : 0;
	assert(left <= text.n && bb_count_lines((struct span){ copy.p, left }) <= n);
	str_release(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { (const char *)data, size }, first;

	if (size && span_next(&rest, '\n', &first)) {
		properties(first);
		lines(rest);
	}
	return 0;
}
