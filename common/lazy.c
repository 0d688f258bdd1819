/* Libraries loaded when they are first used: see lazy.h. */
#include "common/base.h"
#include "common/lazy.h"

#include <dlfcn.h>

/* The first function is set last, and says that all are there. */
static int
find_all(const struct lazy *l, void *library, struct err *e)
{
	size_t i;

	for (i = 0; l->names[i]; i++)
		;
	while (i-- > 0) {
		void *at = dlsym(library, l->names[i]);

		if (at == NULL)
			return err_set(e, "'%s' is another version than this program was built with: it has no %s",
			               l->soname, l->names[i]);
		l->at[i] = at;
	}
	return 0;
}

int
lazy_load(const struct lazy *l, struct err *e)
{
	void *library;

	if (l->soname == NULL || l->at[0])
		return 0;
	library = dlopen(l->soname, RTLD_LAZY | RTLD_LOCAL);
	if (library == NULL)
		return err_set(e, "%s is needed for this; install it (%s)", l->package, dlerror());
	if (find_all(l, library, e) == 0)
		return 0;
	dlclose(library);
	return -1;
}
