/* Prints findings on standard output: see report.h. */
#include "common/base.h"
#include "bisect/report.h"

#include <stdio.h>
#include <unistd.h>

#include "common/diag.h"
#include "common/json.h"

bool
report_wants_color(const struct options *opt, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (opt->color != COLOR_AUTO)
		return opt->color == COLOR_ALWAYS;
	return isatty(fd) && (no == NULL || *no == '\0') && term && strcmp(term, "dumb") != 0;
}

static void
print(const struct str *out)
{
	if (out->over)
		diag_warn("the report was too long and is cut");
	fwrite(str_c(out), 1, out->n, stdout);
	fflush(stdout);
}

static void
print_finding(const struct finding *f, const struct testlist *list, const struct options *opt, bool rate)
{
	struct str out = STR_INIT(REPORT_MAX);
	struct str resume = STR_INIT(STR_LINE);
	struct report_style style = {
		.quiet = opt->quiet,
		.rate = rate,
		.many = opt->verbose > 0,
		.output = opt->output,
	};

	if (opt->json && rate) {
		report_rate_json(&out, f);
	} else if (opt->json) {
		report_json(&out, f, list);
	} else {
		style.color = report_wants_color(opt, STDOUT_FILENO);
		if (f->verdict == FOUND_UNDECIDED && f->session) {
			str_adds(&resume, "flake-bisect resume ");
			str_add_shell(&resume, f->session);
			style.resume = str_c(&resume);
		}
		report_text(&out, f, list, &style);
	}
	print(&out);
	str_release(&resume);
	str_release(&out);
}

void
report_print(const struct finding *f, const struct testlist *list, const struct options *opt)
{
	print_finding(f, list, opt, false);
}

void
report_print_rate(const struct finding *f, const struct testlist *list, const struct options *opt)
{
	print_finding(f, list, opt, true);
}

void
report_error_json(const char *message)
{
	struct str out = STR_INIT(STR_LINE);
	struct json *doc = json_new();

	json_add_int(doc, "schema", 1);
	json_add_text(doc, "error", span_of(message));
	json_print(doc, &out);
	str_addc(&out, '\n');
	json_free(doc);
	print(&out);
	str_release(&out);
}
