/* The parts of the XML parser: xml.c takes the bytes, xml_markup.c finds what they are,
 * xml_text.c reads what stands between. */
#ifndef COMMON_XML_IN_H
#define COMMON_XML_IN_H

#include "common/vec.h"
#include "common/xml.h"

enum xml_encoding { XML_UTF8, XML_LATIN1, XML_UTF16_LE, XML_UTF16_BE };

enum {
	XML_DEPTH_MAX = 200,
	XML_TAG_MAX = 4 << 20,
	XML_SLICE = 1 << 20,       /* bytes taken at once, so that what is kept has a maximum */
	XML_DECLARATION_MAX = 200, /* bytes in which <?xml ...?> ends */
	XML_PIECE = 32 << 10,      /* text that needs work is told in pieces of this */
};

/* What the next byte stands in. */
enum xml_state {
	XML_AT_TEXT, XML_AT_CDATA, XML_AT_COMMENT,
	XML_AT_PI, XML_AT_DOCTYPE, XML_AT_SUBSET,
};

struct xml {
	struct xml_events events;
	enum xml_state state;
	enum xml_encoding encoding;
	bool began;           /* the encoding was looked for */
	bool skip_text;
	bool has_root;        /* an element was opened */
	struct str part;      /* bytes that wait for more */
	size_t scanned;       /* of a tag at the beginning of part: where its end is not */
	char quote;           /* in which the scan stands; 0: none */
	struct str wide;      /* UTF-16 that waits for more */
	uint64_t line;        /* newlines before what is read now */
	struct str open;      /* the names of the open elements */
	VEC(size_t) starts;   /* where each begins in it */
	char *made;           /* scratch: a tag's values that are not told as they are, or a piece of text */
	size_t made_cap;
	size_t made_n;        /* of it, taken by the tag that is read */
	struct xml_attrs attrs;
};

/* The bytes at hand. */
struct xml_input {
	const char *p;
	size_t n, at;
	bool last;
};

/* Where text comes from decides what is done to it. */
enum xml_place {
	XML_IN_TEXT,  /* references are read, line ends become LF */
	XML_IN_CDATA, /* line ends become LF */
	XML_IN_VALUE, /* as in text, and white space becomes blanks */
};

/* ---- xml_markup.c ---- */

/* Reads as much as can be read; in->at is behind it. */
int xml_run(struct xml *x, struct xml_input *in, struct err *e);
/* -1 and e: what, and the line of in->at. */
int xml_fail(const struct xml *x, const struct xml_input *in, struct err *e, const char *what);
bool xml_is_name_start(char c);
void xml_skip_space(struct span *x);

/* ---- xml_text.c ---- */

/* How many bytes at the front can be told as they are. */
size_t xml_plain(struct span raw, enum xml_place place);
/* Likewise of a value, up to its quote or a '<' at the most. */
size_t xml_plain_value(struct span raw, char quote);
/* Length of the name at the front of x. */
size_t xml_name_length(struct span x);
/* Reads raw into out, which has room for 2 * raw.n bytes; the number of bytes made.  Nothing in
 * raw may be cut in two: see xml_whole. */
size_t xml_decode(char *out, struct span raw, enum xml_place place, enum xml_encoding enc);
/* How much of it, at least 0, ends with a whole character, reference and line end. */
size_t xml_whole(struct span raw, enum xml_encoding enc);

/* The encoding by its name in the declaration: what is not UTF-8 is read as Latin-1. */
enum xml_encoding xml_encoding_of(struct span name);
/* UTF-16 into UTF-8, what is unpaired as '?'; returns the bytes of raw that were used. */
size_t xml_from_utf16(struct str *out, struct span raw, enum xml_encoding enc);

#endif
