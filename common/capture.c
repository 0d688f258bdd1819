/* One program run to its end, its output kept: pool_capture of pool.h. */
#include "common/base.h"
#include "common/pool.h"

#include "common/sig.h"

struct capture {
	struct str *out, *errors; /* NULL: not wanted */
	struct child_end *end;
	bool over;
};

static bool
keep(void *data, int stream, struct span bytes)
{
	struct capture *k = data;
	struct str *s = stream == 1 ? k->out : k->errors;
	size_t room = s ? s->max - s->n : 0;

	if (s && bytes.n > room) {
		str_add(s, bytes.p, room);
		s->over = true;
	} else if (s) {
		str_addspan(s, bytes);
	}
	return true;
}

static void
note_end(void *data, const struct child_end *end)
{
	struct capture *k = data;

	*k->end = *end;
	k->over = true;
}

int
pool_capture(struct pool *p, const struct child_spec *spec, struct str *out, struct str *errors,
             struct child_end *end, struct err *e)
{
	struct capture k = { out, errors, end, false };
	struct child_spec ours = *spec;
	struct err why = ERR_INIT;
	struct child *c;

	ours.output = keep;
	ours.ended = note_end;
	ours.data = &k;
	c = pool_start(p, &ours, &why);
	if (why.msg[0])
		return err_set(e, "%s", why.msg);
	while (!k.over) {
		if (pool_wait(p, -1) < 0) {
			pool_end(p, &c, 1);
			return err_set(e, "interrupted by %s", strsignal(sig_pending()));
		}
	}
	return 0;
}
