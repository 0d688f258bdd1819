/*
 * JSON documents, read and made.  Texts are spans of any bytes: what is not
 * UTF-8 is written as U+FFFD.  A value belongs to the document that it is in
 * and lives as long as that; readers take NULL (nothing there) everywhere, so
 * that look-ups can be nested.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "common/err.h"
#include "common/str.h"

enum { JSON_MAX_BYTES = 256 << 20, JSON_MAX_DEPTH = 256 };

struct json; /* a document, or a value in it */

/* One document and nothing after it but white space; free it with json_free.  NULL
 * and e (line and reason) for anything else, also for what exceeds the maxima. */
struct json *json_parse(struct span text, struct err *e);
/* The same from a file. */
struct json *json_read(const char *path, struct err *e);
void json_free(struct json *doc); /* takes NULL */

/* NULL: x is no object, or has no such member. */
const struct json *json_find(const struct json *x, const char *key);
/* Elements of an array; 0 for anything else. */
size_t json_count(const struct json *x);
const struct json *json_at(const struct json *x, size_t i); /* i below json_count */
/* Calls each for every member of an object, in their order; nothing for anything else. */
void json_each(const struct json *x,
               void (*each)(void *data, struct span key, const struct json *value), void *data);
/* Each false, and *out unchanged, when x is not of that kind. */
bool json_text(const struct json *x, struct span *out);
bool json_number(const struct json *x, double *out);
bool json_int(const struct json *x, int64_t *out);
bool json_bool(const struct json *x, bool *out);

/* A document to be filled: an object. */
struct json *json_new(void);
/* Each adds a member to an object (key is a name), or an element to an array (key
 * is NULL).  Members keep their order.  json_add_number rounds to 15 digits;
 * what is no finite number becomes null. */
void json_add_text(struct json *to, const char *key, struct span text);
void json_add_string(struct json *to, const char *key, const char *text); /* NULL: null */
void json_add_number(struct json *to, const char *key, double x);
void json_add_int(struct json *to, const char *key, int64_t x);
void json_add_bool(struct json *to, const char *key, bool x);
void json_add_null(struct json *to, const char *key);
struct json *json_add_object(struct json *to, const char *key); /* to be filled */
struct json *json_add_array(struct json *to, const char *key);
/* Adds the document on one line without a newline, and without a byte that a terminal obeys; false: it does
 * not fit. */
bool json_print(const struct json *doc, struct str *out);

#endif
