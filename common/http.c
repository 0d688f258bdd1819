/* Reading from web servers: see http.h.  The only file that knows libcurl. */
#include "common/base.h"
#include "common/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "common/mem.h"
#include "lazy/curl.h"

enum { REDIRECTS_MAX = 5 };

const struct http_limits http_usual = {
	.connect_s = 15, .stall_s = 60, .whole_s = 900, .tries = 5, .first_ms = 500, .wait_most_s = 120,
};

struct http {
	CURL *curl;
	struct curl_slist *common; /* headers of every request */
	struct http_limits limits;
	bool worked;               /* a request was answered before */
	char why[CURL_ERROR_SIZE]; /* libcurl's words */
};

/* One try under way. */
struct try {
	struct str *body;
	struct http_answer *answer;
};

struct http *
http_new(const char *agent, const char *token, const struct http_limits *limits, struct err *e)
{
	struct str line = STR_INIT(64 << 10);
	struct http *h;

	if (lazy_load(&lazy_curl, e) < 0)
		return NULL;
	h = xcalloc(1, sizeof(*h));
	h->limits = *limits;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		h->curl = curl_easy_init();
	if (h->curl == NULL) {
		err_set(e, "libcurl cannot be set up");
		http_free(h);
		return NULL;
	}
	if (token && str_addf(&line, "Authorization: Bearer %s", token))
		h->common = curl_slist_append(h->common, str_c(&line));
	str_release(&line);
	curl_easy_setopt(h->curl, CURLOPT_USERAGENT, agent);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->why);
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(h->curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(h->curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(h->curl, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	curl_easy_setopt(h->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(h->curl, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, (long)limits->connect_s);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT, (long)limits->whole_s);
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_TIME, (long)limits->stall_s);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h->curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	curl_easy_setopt(h->curl, CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	return h;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	curl_slist_free_all(h->common);
	curl_easy_cleanup(h->curl);
	free(h);
}

static size_t
on_body(char *p, size_t size, size_t n, void *data)
{
	struct try *t = data;

	return str_add(t->body, p, size * n) ? size * n : 0;
}

/* Takes what stands behind "name:", cut to fit when it may be. */
static void
take_header(struct span line, const char *name, char *out, size_t max, const char *ends)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp(line.p, name, n) != 0 || line.p[n] != ':')
		return;
	line = span_trim(span_from(line, n + 1));
	for (n = 0; n < line.n && !strchr(ends, line.p[n]); n++)
		;
	snprintf(out, max, "%.*s", n < max ? (int)n : 0, line.p);
}

static size_t
on_header(char *p, size_t size, size_t n, void *data)
{
	struct span line = { p, size * n };
	struct try *t = data;

	if (span_starts(line, "HTTP/")) { /* another answer: what came before was a redirect */
		*t->answer = (struct http_answer){ 0 };
		str_clear(t->body);
	}
	take_header(line, "content-type", t->answer->type, sizeof(t->answer->type), "; \t");
	take_header(line, "etag", t->answer->etag, sizeof(t->answer->etag), "\r\n");
	return line.n;
}

/* Is it this machine that the URL names? */
static bool
is_here(const char *url)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
	CURLU *parts = curl_url();
	char *host = NULL;
	bool here = false;

	if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			here |= strcasecmp(host, names[i]) == 0;
	}
	curl_free(host);
	curl_url_cleanup(parts);
	return here;
}

static CURLcode
try_once(struct http *h, struct try *t, const char *url, const char *etag)
{
	struct curl_slist *headers = NULL, *x;
	struct str line = STR_INIT(1024);
	CURLcode code;

	for (x = h->common; x; x = x->next)
		headers = curl_slist_append(headers, x->data);
	if (etag[0] && str_addf(&line, "If-None-Match: %s", etag))
		headers = curl_slist_append(headers, str_c(&line));
	str_clear(t->body);
	*t->answer = (struct http_answer){ 0 };
	h->why[0] = '\0';
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_PROXY, is_here(url) ? "" : NULL);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, t);
	code = curl_easy_perform(h->curl);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &t->answer->status);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	str_release(&line);
	return code;
}

/* What of libcurl's failures may be over when it is tried again. */
static bool
may_pass(const struct http *h, CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_SSL_CONNECT_ERROR:
		return h->worked;
	default:
		return false;
	}
}

static bool
is_busy(long status)
{
	return status == 429 || status == 500 || (status >= 502 && status <= 504);
}

static void
sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

/* How long to wait before try number n (from 1); -1: longer than we would. */
static int64_t
patience(struct http *h, unsigned n)
{
	int64_t ms = (int64_t)h->limits.first_ms << (n < 16 ? n - 1 : 15);
	curl_off_t wanted = 0;

	curl_easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &wanted);
	if (wanted > (curl_off_t)h->limits.wait_most_s)
		return -1;
	return ms > wanted * 1000 ? ms : wanted * 1000;
}

static int
explain(const struct http *h, CURLcode code, const struct str *body, struct err *e)
{
	if (code == CURLE_WRITE_ERROR && body->over)
		return err_set(e, "the answer has more than %zu bytes", body->max);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return err_set(e, "its certificate is not trusted: %s", h->why);
	return err_set(e, "%s", h->why[0] ? h->why : curl_easy_strerror(code));
}

int
http_get(struct http *h, const char *url, const char *etag, struct str *body,
         struct http_answer *answer, struct err *e)
{
	struct try t = { body, answer };

	for (unsigned n = 1;; n++) {
		CURLcode code = try_once(h, &t, url, etag);
		bool again = code == CURLE_OK ? is_busy(answer->status) : may_pass(h, code);
		int64_t ms = again && n < h->limits.tries ? patience(h, n) : -1;

		h->worked |= code == CURLE_OK;
		if (ms < 0 && code == CURLE_OK)
			return 0;
		if (ms < 0) {
			bool over = body->over;

			explain(h, code, body, e);
			str_clear(body);
			body->over = over;
			return n > 1 ? err_prefix(e, "after %u tries", n) : -1;
		}
		sleep_ms(ms);
	}
}
