/* JSON in and out: kinds, limits, and bytes that are no text. */
#include "tests/unit/check.h"

#include "common/json.h"

/* Catches members that are lost, or taken for another kind. */
static void
test_read(void)
{
	struct err e = ERR_INIT;
	struct json *d = json_parse(span_of(" {\"a\":[1,2.5,\"x\\u0000y\",true],\"b\":{\"c\":null}} "), &e);
	const struct json *a = json_find(d, "a");
	struct span text = { NULL, 0 };
	double x = 0;
	int64_t i = 0;
	bool yes = false;

	CHECK(d != NULL);
	CHECK_INT(json_count(a), 4);
	CHECK(json_int(json_at(a, 0), &i) && i == 1);
	CHECK(json_number(json_at(a, 0), &x) && x == 1);
	CHECK(json_number(json_at(a, 1), &x) && x == 2.5);
	CHECK(!json_int(json_at(a, 1), &i) && i == 1);
	CHECK(json_text(json_at(a, 2), &text) && text.n == 3 && text.p[2] == 'y');
	CHECK(json_bool(json_at(a, 3), &yes) && yes);
	CHECK(json_find(json_find(json_find(d, "b"), "nothing"), "c") == NULL);
	CHECK(json_find(json_find(d, "b"), "c") != NULL);
	CHECK(!json_text(json_find(d, "b"), &text));
	CHECK_INT(json_count(NULL), 0);
	json_free(d);
	json_free(NULL);
}

/* Catches rubbish that is accepted, and a nesting that eats the stack. */
static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "{", "{}x", "[1,]", "{\"a\":1", "\"\xff\"", "nul" };
	struct err e = ERR_INIT;
	struct str deep = STR_INIT(1 << 20);
	struct json *d;
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		e.msg[0] = '\0';
		CHECK(json_parse(span_of(wrong[i]), &e) == NULL);
		CHECK(strstr(e.msg, "line 1") != NULL);
	}
	for (i = 0; i < 2 * JSON_MAX_DEPTH; i++)
		str_addc(&deep, '[');
	CHECK(json_parse(str_span(&deep), &e) == NULL);
	CHECK(strstr(e.msg, "levels") != NULL);
	str_clear(&deep);
	str_addc(&deep, '"');
	for (i = 0; i < 2 * JSON_MAX_DEPTH; i++)
		str_adds(&deep, i % 2 ? "[" : "\\\"");
	str_addc(&deep, '"');
	d = json_parse(str_span(&deep), &e);
	CHECK(d != NULL);
	json_free(d);
	str_release(&deep);
	CHECK(json_read("/nowhere/x.json", &e) == NULL);
	CHECK(strstr(e.msg, "'/nowhere/x.json'") != NULL);
}

/* Catches a document that is not the one that was built. */
static void
test_write(void)
{
	struct str out = STR_INIT(1000), small = STR_INIT(10);
	struct json *d = json_new(), *a;

	json_add_int(d, "schema", 1);
	json_add_number(d, "confidence", 0.994);
	json_add_number(d, "nan", 0.0 / 0.0);
	a = json_add_array(d, "z");
	json_add_text(a, NULL, span_of("a\"\n\x01"));
	json_add_text(a, NULL, span_of("caf\xc3\xa9 \xff\xed\xa0\x80\xc3"));
	json_add_bool(json_add_object(a, NULL), "minimal", true);
	json_add_null(d, "a");
	CHECK(json_print(d, &out));
	CHECK_STR(str_c(&out), "{\"schema\":1,\"confidence\":0.994,\"nan\":null,\"z\":[\"a\\\"\\n\\u0001\","
	          "\"caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
	          "{\"minimal\":true}],\"a\":null}");
	CHECK(!json_print(d, &small));
	json_free(d);
	/* A terminal obeys these; the text is the same when it is read again. */
	d = json_new();
	json_add_text(d, "x", span_of("a\x7f\xc2\x9b" "31m\xe2\x80\xae\xe2\x81\xa6 \xe2\x80\x94\xe2\x81\x82\xc2\xa0"));
	str_clear(&out);
	CHECK(json_print(d, &out));
	CHECK_STR(str_c(&out), "{\"x\":\"a\\u007F\\u009B31m\\u202E\\u2066 \xe2\x80\x94\xe2\x81\x82\xc2\xa0\"}");
	json_free(d);
	str_release(&out);
	str_release(&small);
}

int
main(void)
{
	test_read();
	test_wrong();
	test_write();
	return check_done();
}
