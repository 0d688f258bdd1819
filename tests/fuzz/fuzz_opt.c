/* Command lines of any words (one a line) against the program's own table. */
#include "common/base.h"
#include "bisect/opts.h"

#include "common/vec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup0((const char *)data, size);
	struct span rest = { text, size }, part;
	VEC(const char *) argv = VEC_INIT;
	struct opt_words words;
	struct err e = ERR_INIT;
	enum opt_stop stop;
	struct opts o;

	while (span_next(&rest, '\n', &part)) {
		text[part.p - text + (ptrdiff_t)part.n] = '\0';
		vec_push(&argv, part.p);
	}
	opts_init(&o);
	words = (struct opt_words){ argv.p, (int)argv.n, 0 };
	while ((stop = opt_parse(&words, opts_table, USE_TESTS, "tests", &o, &e)) == OPT_OPERAND)
		words.at++;
	assert((stop == OPT_WRONG) == (e.msg[0] != '\0'));
	assert(words.at <= words.argc);
	if (stop != OPT_WRONG) {
		assert(o.options.jobs >= 1 && o.options.max_tests >= 1);
		assert(o.options.confidence >= 0.5 && o.options.confidence < 1);
		opts_check(&o.options, &e);
	}
	vec_release(&argv);
	free(text);
	return 0;
}
