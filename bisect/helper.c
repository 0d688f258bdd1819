/* The helpers that the program carries: see helper.h. */
#include "common/base.h"
#include "bisect/helper.h"

#include "common/fs.h"

enum { HELPER_MAX = 1 << 20 }; /* bytes; ours have a few thousand */

const struct helper *
helper_find(const char *name)
{
	const struct helper *h;

	for (h = helpers; h->name; h++)
		if (strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

/* Whether the file holds exactly this text; any trouble is a no. */
static bool
holds(const char *path, struct span text)
{
	struct str now = STR_INIT(HELPER_MAX);
	struct err ignored = ERR_INIT;
	bool same = fs_read(&now, path, &ignored) == 0 && now.n == text.n &&
	            memcmp(str_c(&now), text.p, text.n) == 0;

	str_release(&now);
	return same;
}

int
helper_install(const char **path, const char *dir, const char *name, struct arena *mem, struct err *e)
{
	const struct helper *h = helper_find(name);
	struct str file = STR_INIT(STR_LINE);
	int ret = 0;

	assert(h && h->text.n <= HELPER_MAX);
	str_addf(&file, "%s/helpers/%s", dir, name);
	if (file.over)
		ret = err_set(e, "the path of the session folder is too long");
	if (ret == 0 && !holds(str_c(&file), h->text)) {
		str_cut(&file, file.n - strlen(name) - 1);
		ret = fs_mkdirs(str_c(&file), e);
		str_addf(&file, "/%s", name);
		if (ret == 0)
			ret = fs_write_scratch(str_c(&file), h->text, e);
	}
	if (ret == 0 && path)
		*path = arena_copy(mem, file.p, file.n);
	str_release(&file);
	return ret;
}
