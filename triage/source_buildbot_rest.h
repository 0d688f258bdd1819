/*
 * What the files of the REST way to a Buildbot master share; nobody else includes it.
 */
#ifndef TRIAGE_SOURCE_BUILDBOT_REST_H
#define TRIAGE_SOURCE_BUILDBOT_REST_H

#include "common/http.h"
#include "triage/source_buildbot_in.h"

enum { BB_BODY_MAX = 16 << 20 };
enum { BB_LINES_MOST = 4000 };  /* of a log, asked for at once */

struct bb_builder {
	int64_t id;
	struct span name;
};

struct bb_rest {
	struct http *http;
	struct str base;              /* of the master, with the slash at its end */
	struct str url, body;         /* of the request under way */
	struct http_answer answer;
	VEC(struct bb_builder) builders;
	struct arena mem;
	int64_t n_lines;              /* of the next page of a log */
	bool no_sets;                 /* the server knows no test result sets */
	struct str *memo;             /* "URL ETAG" of the last page of builds, which was empty */
};

/* Where the next request goes: base/api/v2/ and what is given. */
void bb_rest_url(struct bb_rest *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Gets the document there.  *doc is NULL when nothing changed since etag (which may be ""),
 * or when it is not there and missing is given; then that is set. */
enum bb_did bb_rest_get(struct bb_rest *r, struct json **doc, const char *etag, bool *missing,
                        struct err *e);
/* The list of that name in a document, which must be there. */
enum bb_did bb_rest_list(struct bb_rest *r, const struct json *doc, const char *name,
                         const struct json **list, struct err *e);
/* A member, also a real number; otherwise when it is neither. */
int64_t bb_rest_int(const struct json *x, const char *key, int64_t otherwise);
/* A member; "" when it is no text. */
struct span bb_rest_text(const struct json *x, const char *key);

/* source_buildbot_rest_more.c: for the table of calls */
enum bb_did bb_rest_stamps(void *self, struct bb_build *b, struct arena *mem, struct err *e);
enum bb_did bb_rest_logs(void *self, struct bb_build *b, struct arena *mem, struct err *e);
enum bb_did bb_rest_read(void *self, const struct bb_log *log, const struct bb_sink *to, struct err *e);

enum bb_did bb_rest_sets(void *self, const struct bb_build *b, struct collect *to, struct err *e);

#endif
