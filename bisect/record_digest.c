/* Digests of what a session must find again: see record.h. */
#include "common/base.h"
#include "bisect/record.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/fs.h"

extern char **environ;

static const uint64_t fnv_start = 0xcbf29ce484222325u;

static uint64_t
fnv(uint64_t h, const void *p, size_t n)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3u;
	return h;
}

static uint64_t
fnv_text(uint64_t h, const char *text)
{
	return fnv(h, text, strlen(text) + 1);
}

/* Variables that differ between two terminals, or two minutes. */
static bool
is_volatile(const char *var)
{
	static const char *const names[] = {
		"_=", "PWD=", "OLDPWD=", "SHLVL=", "TERM", "COLUMNS=", "LINES=", "WINDOWID=",
		"SSH_", "XDG_SESSION", "DBUS_", "TMUX", "STY=", "DISPLAY=", "WAYLAND_", "INVOCATION_ID=",
		"JOURNAL_STREAM=", "FLAKETOOLS_",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strncmp(var, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

/* A sum, since the order of variables says nothing. */
uint64_t
record_digest_environment(void)
{
	uint64_t sum = 0;

	for (char **var = environ; *var; var++) {
		if (!is_volatile(*var))
			sum += fnv_text(fnv_start, *var);
	}
	return sum;
}

/* Contents of small files; of others, and of those we may not read, size and time of
 * change.  False: it could not be read this time. */
static bool
digest_file(uint64_t *h, const char *path)
{
	struct str bytes = STR_INIT(1 << 20);
	struct stat st;
	bool ok = true;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return true;
	*h = fnv(fnv_text(*h, path), &st.st_size, sizeof(st.st_size));
	if (st.st_size > (off_t)bytes.max || access(path, R_OK) < 0)
		*h = fnv(*h, &st.st_mtim, sizeof(st.st_mtim));
	else if ((ok = fs_read(&bytes, path, NULL) == 0))
		*h = fnv(*h, bytes.p, bytes.n);
	str_release(&bytes);
	return ok;
}

/* The program as PATH finds it. */
static bool
digest_program(uint64_t *h, const char *name)
{
	const char *path = getenv("PATH");
	struct span rest = span_of(path ? path : "/usr/bin:/bin"), dir;
	struct str full = STR_INIT(8192);
	bool found = false, ok;

	if (strchr(name, '/'))
		return digest_file(h, name);
	while (!found && span_next(&rest, ':', &dir)) {
		str_clear(&full);
		str_addspan(&full, dir);
		str_addf(&full, "/%s", name);
		found = access(str_c(&full), X_OK) == 0;
	}
	ok = !found || digest_file(h, str_c(&full));
	str_release(&full);
	return ok;
}

/* 0: a file could not be read, out of descriptors or so; says nothing then. */
uint64_t
record_digest_files(const char *const *command)
{
	uint64_t h = fnv_start;
	bool ok;

	if (command[0] == NULL)
		return h;
	ok = digest_program(&h, command[0]);
	for (command++; *command; command++)
		ok = digest_file(&h, *command) && ok;
	return ok ? h : 0;
}
