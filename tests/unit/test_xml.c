/* XML as events: what is read, repaired and refused, in chunks of any size, and the same as
 * expat reads in real reports (../shared/samples; skipped where that is absent). */
#include "tests/unit/check.h"

#include <dirent.h>
#include <sys/stat.h>

#include "common/fs.h"
#include "tests/unit/xml_said.h"

static const size_t chunks[] = { 1, 2, 3, 7, 4096, SIZE_MAX };

/* Catches markup that is told wrong, or differently when it is cut somewhere. */
static void
test_read(void)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "<a/>", "<a></a>" },
		{ "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <x> -- > --><a b='c' d=\"e'f\" ></a >\n<!--z-->", "<a b=c d=e'f></a>" },
		{ "<a>x<b> y</b>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#xe9;\r\nz\rw</a>",
		  "<a>x<b> y</b><&>\"'AB\xc3\xa9\nz\nw</a>" },
		{ "<a><![CDATA[<b>&lt;]]]]>]]></a>", "<a><b>&lt;]]]]></a>" },
		{ "<!DOCTYPE a PUBLIC '-//x' [ <!ELEMENT a (#PCDATA)> ]><a b='&lt;\n\t&#10;'/>", "<a b=<  \n></a>" },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe9'>\xfc</a>", "<a b=\xc3\xa9>\xc3\xbc</a>" },
		{ "<a b='1 > 0'>a > b ]] > </a>", "<a b=1 > 0>a > b ]] > </a>" },
		/* what XML forbids is repaired */
		{ "<a b='\x1b[0m&#27;'>\xff\xc3 \xed\xa0\x80 a & b &nbsp; &#0; \x01</a>", "<a b=?[0m?>?? ??? a & b &nbsp; ? ?</a>" },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		for (k = 0; k < ARRAY_LEN(chunks); k++) {
			struct err e = ERR_INIT;

			CHECK_INT(xml_said(span_of(rows[i].text), chunks[k], &e), 0);
			CHECK_STR(str_c(&said), rows[i].said);
		}
	}
}

/* Catches bytes that are taken for others where words of eight bytes meet: each byte that has to be
 * read, at each place of a value, beside one that makes it move. */
static void
test_places(void)
{
	static const struct {
		const char *raw, *said;
	} odd[] = {
		{ "&amp;", "&" }, { "\n", " " }, { "\t", " " }, { "\x7f", "\x7f" }, { "\xc3\xa9", "\xc3\xa9" },
		{ "\xff", "?" }, { "\x1f", "?" }, { "'", "'" }, { ">", ">" }, { "/", "/" }, { "", "" },
	};
	struct str text = STR_INIT(STR_LINE), want = STR_INIT(STR_LINE);
	struct err e = ERR_INIT;
	size_t i, at, k;

	for (i = 0; i < ARRAY_LEN(odd); i++) {
		for (at = 0; at < 20; at++) {
			str_clear(&text);
			str_clear(&want);
			str_addf(&text, "<%.*s n%.*s=\"%.*s%s%.*s\" v = 'a&lt;' w='&#65;'/>", (int)at + 1,
			         "element-name.of.some:length", (int)at, "ame_of_an-attribute.x", (int)at,
			         "abcdefghijklmnopqrst", odd[i].raw, 20 - (int)at, "uvwxyzABCDEFGHIJKLMNO");
			str_addf(&want, "<%.*s n%.*s=%.*s%s%.*s v=a< w=A></%.*s>", (int)at + 1,
			         "element-name.of.some:length", (int)at, "ame_of_an-attribute.x", (int)at,
			         "abcdefghijklmnopqrst", odd[i].said, 20 - (int)at, "uvwxyzABCDEFGHIJKLMNO",
			         (int)at + 1, "element-name.of.some:length");
			for (k = 0; k < ARRAY_LEN(chunks); k++) {
				CHECK_INT(xml_said(str_span(&text), chunks[k], &e), 0);
				CHECK_STR(str_c(&said), str_c(&want));
			}
		}
	}
	str_release(&text);
	str_release(&want);
}

/* Catches UTF-16 that is read as noise. */
static void
test_utf16(void)
{
	static const char little[] = "\xff\xfe<\0a\0>\0\xe9\0\x3d\xd8\x00\xde\x00\xdc<\0/\0a\0>\0";
	static const char big[] = "\0<\0a\0/\0>";
	size_t k;

	for (k = 0; k < ARRAY_LEN(chunks); k++) {
		struct err e = ERR_INIT;

		CHECK_INT(xml_said((struct span){ little, sizeof(little) - 1 }, chunks[k], &e), 0);
		CHECK_STR(str_c(&said), "<a>\xc3\xa9\xf0\x9f\x98\x80?</a>");
		CHECK_INT(xml_said((struct span){ big, sizeof(big) - 1 }, chunks[k], &e), 0);
		CHECK_STR(str_c(&said), "<a></a>");
	}
}

/* Catches what is no XML and is taken for it, or an error without its place. */
static void
test_refused(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "line 1: no element found" }, { "\n<a>\n", "line 3: no element found" },
		{ "<a>\n</b>", "line 2: mismatched tag" }, { "<a/>\n<b/>", "line 2: junk after" },
		{ "<a/>\nx", "line 2: junk after" }, { "x<a/>", "line 1: not well-formed" },
		{ "<a b='<'/>", "line 1: not well-formed ('<'" }, { "<a b=c/>", "line 1: not well-formed" },
		{ "<a b='c'd='e'/>", "line 1: not well-formed" }, { "<a b/>", "line 1: not well-formed" },
		{ "<a><![CDATA[x]]</a>", "line 1: unclosed CDATA" }, { "<a><!-- </a>", "line 1: unclosed comment" },
		{ "</a>", "line 1: not well-formed" }, { "< a/>", "line 1: not well-formed" },
		{ "<a b='c", "line 1: unclosed token" },
		{ "<!DOCTYPE a [\n<!ENTITY x 'xx'>\n]><a>&x;</a>", "line 2: it declares entities" },
	};
	struct str deep = STR_INIT(10000);
	struct err e;
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		for (k = 0; k < ARRAY_LEN(chunks); k++) {
			e = (struct err)ERR_INIT;
			CHECK_INT(xml_said(span_of(rows[i].text), chunks[k], &e), -1);
			if (!CHECK(strncmp(e.msg, rows[i].why, strlen(rows[i].why)) == 0))
				printf("'%s': '%s', not '%s'\n", rows[i].text, e.msg, rows[i].why);
		}
	}
	for (i = 0; i < 1000; i++)
		str_adds(&deep, "<a>");
	CHECK_INT(xml_said(str_span(&deep), SIZE_MAX, &e), -1);
	CHECK(strstr(e.msg, "deep") != NULL);
	str_release(&deep);
}

static void
test_root(void)
{
	CHECK(span_is(xml_root(span_of("\xef\xbb\xbf<?xml?>\n<!-- <b> -->\n<!DOCTYPE x>\n<a:b c='d'>")), "a:b"));
	CHECK(span_is(xml_root(span_of("<!DOCTYPE x [<!ENTITY a '>'>]><b/>")), "b"));
	CHECK(span_is(xml_root(span_of("<a/>")), "a"));
	CHECK_INT(xml_root(span_of("text <a>")).n, 0);
	CHECK_INT(xml_root(span_of("<?xml")).n, 0);
	CHECK_INT(xml_root(span_of("")).n, 0);
}

/* Catches text that is told although nobody wants it. */
static void
test_skip_text(void)
{
	struct xml_events events = { on_open, on_close, on_text, NULL };
	struct xml *x = xml_new(&events);
	struct err e = ERR_INIT;

	str_clear(&said);
	xml_want_text(x, false);
	CHECK_INT(xml_feed(x, span_of("<a>no &amp; no<b><![CDATA[<no>]]></b>"), &e), 0);
	xml_want_text(x, true);
	CHECK_INT(xml_feed(x, span_of("yes</a>"), &e), 0);
	CHECK_INT(xml_finish(x, &e), 0);
	CHECK_STR(str_c(&said), "<a><b></b>yes</a>");
	xml_free(x);
}

/* ---- the same as expat ---- */

static unsigned n_compared;

static void
compare(const char *path)
{
	struct str bytes = STR_INIT(STR_FILE), theirs = STR_INIT(64 << 20);
	struct err e = ERR_INIT;
	bool ok;

	if (!CHECK_INT(fs_read(&bytes, path, &e), 0))
		return;
	ok = expat_said(str_span(&bytes));
	str_addspan(&theirs, str_span(&said));
	if (!CHECK((xml_said(str_span(&bytes), 5003, &e) == 0) == ok) ||
	    (ok && !CHECK(strcmp(str_c(&said), str_c(&theirs)) == 0)))
		printf("'%s' %s\n", path, e.msg);
	n_compared++;
	str_release(&bytes);
	str_release(&theirs);
}

static void
compare_below(const char *dir)
{
	struct dirent *ent;
	struct stat st;
	char path[4096];
	DIR *d = opendir(dir);

	while (d && (ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, ent->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			compare_below(path);
		else if (span_ends(span_of(path), ".xml"))
			compare(path);
	}
	if (d)
		closedir(d);
}

/* Catches a reading of real reports that another parser does not share. */
static void
test_samples(void)
{
	CHECK(true);
	if (!HAS_EXPAT) {
		printf("# no reports compared: expat is not here\n");
		return;
	}
	compare_below("../shared/samples/junit");
	compare_below("../shared/samples/ctest");
	printf("# %u reports compared%s\n", n_compared, n_compared ? "" : " (no ../shared/samples here)");
}

int
main(void)
{
	test_read();
	test_places();
	test_utf16();
	test_refused();
	test_root();
	test_skip_text();
	test_samples();
	str_release(&said);
	return check_done();
}
