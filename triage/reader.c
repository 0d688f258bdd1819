/* The table of formats: see reader.h. */
#include "common/base.h"
#include "triage/reader.h"

const struct reader *const readers[] = {
	NULL,
};

const struct reader *
reader_find(const char *name)
{
	size_t i;

	for (i = 0; readers[i]; i++) {
		if (strcmp(readers[i]->name, name) == 0)
			return readers[i];
	}
	return NULL;
}

const struct reader *
reader_detect(struct span head, const char *path)
{
	const struct reader *best = NULL;
	int sure, most = 0;
	size_t i;

	if (head.n > READER_HEAD)
		head.n = READER_HEAD;
	for (i = 0; readers[i]; i++) {
		sure = readers[i]->detect(head, path);
		if (sure > most) {
			most = sure;
			best = readers[i];
		}
	}
	return best;
}

int
reader_read(const struct reader *format, const struct reader_input *in, struct span bytes,
            struct err *e)
{
	struct err mine = ERR_INIT;
	void *state;
	int ret;

	if (format == NULL)
		format = reader_detect(bytes, in->path);
	if (format == NULL)
		return err_set(e, "'%s' is in no format that is known here; --format names one", in->path);
	if (format->refused)
		return err_set(e, "'%s' is %s, which is not read: %s", in->path, format->title, format->refused);
	state = format->start(in);
	ret = format->feed(state, bytes, &mine);
	if (ret == 0)
		ret = format->finish(state, &mine);
	format->free(state);
	if (ret == 0)
		return 0;
	collect_run(in->to)->truncated = true;
	collect_unread(in->to, "%s", mine.msg);
	return err_set(e, "'%s': %s", in->path, mine.msg);
}
