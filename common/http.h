/*
 * Reading from web servers: GET alone, one kept-alive connection, politely.  What
 * may pass (429, 5xx, time-outs, broken connections) is tried again, later each
 * time and not before the server wants it; what cannot pass (a wrong URL, a
 * certificate that is not trusted, a refused connection at the very first) is not.
 * Passwords come from ~/.netrc.  Proxies are taken from the environment, but
 * never for this machine itself.
 */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include "common/err.h"
#include "common/str.h"

struct http;

struct http_limits {
	unsigned connect_s;   /* until there is a connection */
	unsigned stall_s;     /* without a single byte */
	unsigned whole_s;     /* one request, in all */
	unsigned tries;       /* of one request; at least 1 */
	unsigned first_ms;    /* before the second try; twice as long before each more */
	unsigned wait_most_s; /* a server that wants more patience is given up */
};

extern const struct http_limits http_usual;

/* agent: "program/version"; token: sent as "Authorization: Bearer ...", may be NULL.
 * NULL and e when the library cannot be set up. */
struct http *http_new(const char *agent, const char *token, const struct http_limits *limits,
                      struct err *e);
void http_free(struct http *h); /* NULL is fine */

struct http_answer {
	long status;    /* 200, 304, 404, ... of the last try */
	char type[80];  /* "application/json", without parameters; "" unknown */
	char etag[200]; /* "" none, or too long */
};

/* Gets a document into body, which is emptied before and keeps its maximum.  etag "": always;
 * else status may be 304, body empty.  0: there is an answer, whatever its status.
 * -1 and e, which names neither URL nor host: none after all tries, or too large a body
 * (body->over is set then). */
int http_get(struct http *h, const char *url, const char *etag, struct str *body,
             struct http_answer *answer, struct err *e);

#endif
