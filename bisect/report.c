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

/* There is one document on standard output, whatever fails after it. */
static bool printed;
static int print_errno; /* why it did not arrive; 0: it did */

void
report_out(const struct str *out)
{
	printed = true;
	if (out->over)
		diag_warn("the report was too long and is cut");
	if (fwrite(str_c(out), 1, out->n, stdout) < out->n || fflush(stdout) != 0)
		print_errno = errno;
}

/* The command that goes on; with twice the limit that was reached, else it would
 * end at once. */
void
report_resume(struct str *out, const char *session, uint32_t n_runs, double seconds,
              const struct options *opt)
{
	str_adds(out, "flake-bisect resume ");
	if (opt->max_runs && n_runs >= opt->max_runs)
		str_addf(out, "-N %llu ", 2 * (unsigned long long)opt->max_runs);
	if (opt->budget_ms && seconds * 1000 >= (double)opt->budget_ms)
		str_addf(out, "--budget %llds ", (2 * (long long)opt->budget_ms + 999) / 1000);
	str_add_shell(out, session);
}

static void
print_finding(const struct finding *f, const struct testlist *list, const struct options *opt, bool rate)
{
	struct str out = STR_INIT(REPORT_MAX);
	struct str resume = STR_INIT(STR_LINE);
	struct report_style style = {
		.quiet = opt->quiet,
		.rate = rate,
		.more = !opt->all && opt->victim == NULL,
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
			report_resume(&resume, f->session, f->n_runs, f->seconds, opt);
			style.resume = str_c(&resume);
		}
		report_text(&out, f, list, &style);
	}
	report_out(&out);
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

bool
report_printed(void)
{
	return printed;
}

int
report_errno(void)
{
	return print_errno;
}

void
report_error_json(const char *message)
{
	struct str out = STR_INIT(STR_LINE);
	struct json *doc = json_new();

	assert(!printed);
	json_add_int(doc, "schema", 1);
	json_add_text(doc, "error", span_of(message));
	json_print(doc, &out);
	str_addc(&out, '\n');
	json_free(doc);
	report_out(&out);
	str_release(&out);
}
