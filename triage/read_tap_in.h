/* The parts of the TAP reader: read_tap.c sees lines, read_tap_yaml.c the blocks behind tests. */
#ifndef TRIAGE_READ_TAP_IN_H
#define TRIAGE_READ_TAP_IN_H

#include "common/map.h"
#include "common/tap.h"
#include "triage/console.h"
#include "triage/reader.h"

enum { TAP_LEVELS_MAX = 16, TAP_INDENT = 4, TAP_TEXT_MAX = 16 << 10 };

/* One level of nesting; 0 is the outermost. */
struct tap_level {
	bool planned;
	uint64_t plan, n_seen;
	struct str parent;     /* name of the test that it is in; "" when nobody said */
};

/* A test whose YAML block may come. */
struct tap_waiting {
	bool there;
	enum outcome outcome;
	int64_t micros;
	struct str name, message, details;
	bool commented;        /* all lines since its own were comments: they say why it failed */
	/* its block */
	bool in_yaml;
	unsigned indent;
	bool in_text;          /* a block of text: "stack: |-" */
	bool wants_text;       /* of a key that says what failed */
	bool is_message;       /* and says it in words: "error: |-" */
};

/* A line in a YAML block, which begins with indent blanks; false: the block ends with it. */
bool tap_yaml_line(struct tap_waiting *w, struct span line, unsigned indent);

#endif
