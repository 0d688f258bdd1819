/*
 * Gets documents with common/http.h, one after another, with little patience, and prints a
 * line for each: "STATUS TYPE BYTES ETAG", or "error: WHY".  For tests/cli/http.sh.
 *
 *	get [--token T] [--etag E] [--max BYTES] [--stall SECONDS] URL...
 */
#include "common/base.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/http.h"

static struct http_limits hasty = {
	.connect_s = 2, .stall_s = 15, .whole_s = 20, .tries = 3, .first_ms = 10, .wait_most_s = 2,
};

static void
get(struct http *h, const char *url, const char *etag, size_t max)
{
	struct str body = STR_INIT(max);
	struct http_answer a;
	struct err e = ERR_INIT;

	if (http_get(h, url, etag, &body, &a, &e) < 0)
		printf("error: %s%s\n", e.msg, body.over ? " (over)" : "");
	else
		printf("%ld %s %zu %s\n", a.status, a.type, body.n, a.etag);
	if (body.n && body.n < 100 && a.status == 200)
		printf("  %s\n", str_c(&body));
	str_release(&body);
}

int
main(int argc, char **argv)
{
	const char *token = NULL, *etag = "";
	struct err e = ERR_INIT;
	struct http *h;
	size_t max = 1 << 20;
	int i;

	for (i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--token") == 0)
			token = argv[i + 1];
		else if (strcmp(argv[i], "--etag") == 0)
			etag = argv[i + 1];
		else if (strcmp(argv[i], "--stall") == 0)
			hasty.stall_s = (unsigned)atol(argv[i + 1]);
		else
			max = (size_t)atol(argv[i + 1]);
	}
	h = http_new("get/1", token, &hasty, &e);
	if (h == NULL)
		return 128;
	for (; i < argc; i++)
		get(h, argv[i], etag, max);
	http_free(h);
	return 0;
}
