/* Inside the gathering of the report (report*.c); nobody else includes this. */
#ifndef TRIAGE_REPORT_IN_H
#define TRIAGE_REPORT_IN_H

#include "triage/report.h"

/* What is said of builds and builders: colors, silence, breakage, what could not be read. */
int report_builds(struct report *r, struct asked *a, struct err *e);

#endif
