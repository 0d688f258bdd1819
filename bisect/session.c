/* A session's folder: see session.h. */
#include "common/base.h"
#include "bisect/session_in.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/fs.h"

enum { LOCK_WAIT_MS = 1000 };

void
session_init(struct session *s)
{
	*s = (struct session){ .lock_fd = -1 };
	journal_init(&s->journal);
}

char *
session_text(const char *fmt, ...)
{
	va_list ap;
	char *out = NULL;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	out = xmalloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(out, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return out;
}

char *
session_path(const struct session *s, const char *name)
{
	return session_text("%s/%s", s->dir, name);
}

/* ---- locks ---- */

/* The process id in a lock file, 0: none. */
static long
lock_owner(int fd)
{
	char buf[32] = "";
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	return n > 0 ? strtol(buf, NULL, 10) : 0;
}

int
session_try_lock(const char *dir, int *fd, long *owner, struct err *e)
{
	char *path = session_text("%s/lock", dir);
	int ret = -1;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (*fd < 0) {
		err_sys(e, "cannot open '%s'", path);
	} else if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
		ret = 1;
	} else if (errno == EWOULDBLOCK) {
		*owner = lock_owner(*fd);
		ret = 0;
	} else {
		err_sys(e, "cannot lock '%s'", path);
	}
	if (ret != 1 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return ret;
}

/* One that was killed may seem at work for a moment: a child of its own between fork and
 * exec, and the guardian until it has ended the runs, hold the lock still. */
static int
lock(struct session *s, struct err *e)
{
	char pid[32];
	long owner = 0;
	int got = session_try_lock(s->dir, &s->lock_fd, &owner, e), waited;

	for (waited = 0; got == 0 && waited < LOCK_WAIT_MS; waited += 10) {
		poll(NULL, 0, 10);
		got = session_try_lock(s->dir, &s->lock_fd, &owner, e);
	}
	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, "session '%s' is at work already, as process %ld", s->shown, owner);
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(s->lock_fd, 0) < 0 || pwrite(s->lock_fd, pid, strlen(pid), 0) < 0)
		return err_sys(e, "cannot write '%s/lock'", s->shown);
	return 0;
}

/* ---- making and opening ---- */

/* Sessions are nobody's source code. */
static void
ignore_in_git(const char *root)
{
	char *path = session_text("%s/.gitignore", root);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd >= 0) {
		fs_write_fd(fd, span_of("*\n"), path, NULL);
		close(fd);
	}
	free(path);
}

/* Makes root/DAY-N with the first free N. */
static int
make_folder(struct session *s, const char *root, struct err *e)
{
	char day[CLOCK_TEXT];
	unsigned n;

	clock_day(day, clock_wall());
	for (n = 1; n < 1000000; n++) {
		free(s->shown);
		s->shown = session_text("%s/%s-%u", root, day, n);
		if (mkdir(s->shown, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(e, "cannot make the session's folder '%s'", s->shown);
	}
	return err_set(e, "'%s' holds a million sessions of today", root);
}

static int
open_journal(struct session *s, bool writable, struct err *e)
{
	char *path = session_path(s, "journal");
	int ret = journal_open(&s->journal, path, writable, e);

	free(path);
	return ret;
}

int
session_create(struct session *s, const char *root, struct err *e)
{
	char *runs = NULL;
	int ret = -1;

	session_init(s);
	if (fs_mkdirs(root, e) < 0)
		goto out;
	ignore_in_git(root);
	session_sweep_all(root);
	if (make_folder(s, root, e) < 0 || (s->dir = fs_absolute(s->shown, e)) == NULL ||
	    lock(s, e) < 0 || open_journal(s, true, e) < 0)
		goto out;
	runs = session_path(s, "runs");
	if (fs_mkdirs(runs, e) < 0)
		goto out;
	ret = 0;
out:
	free(runs);
	if (ret < 0)
		session_close(s);
	return ret;
}

/* `latest` is a help for people; a file system without links has none. */
void
session_begun(struct session *s)
{
	const char *name = strrchr(s->shown, '/') + 1;
	char *tmp = session_text("%.*s.latest-%ld", (int)(name - s->shown), s->shown, (long)getpid());
	char *link = session_text("%.*slatest", (int)(name - s->shown), s->shown);

	unlink(tmp);
	if (symlink(name, tmp) == 0 && rename(tmp, link) < 0)
		unlink(tmp);
	free(tmp);
	free(link);
}

void
session_discard(struct session *s)
{
	if (s->dir)
		fs_remove(s->dir, NULL);
	session_close(s);
}

static bool
is_session(const char *dir)
{
	char *record = session_text("%s/record", dir);
	bool is = access(record, F_OK) == 0;

	free(record);
	return is;
}

/* What "latest" leads to, as the user would type it; NULL: nothing. */
static char *
find_latest(const char *root)
{
	char *link = session_text("%s/latest", root), to[NAME_MAX + 1];
	ssize_t n = readlink(link, to, sizeof(to) - 1);

	free(link);
	if (n <= 0)
		return NULL;
	to[n] = '\0';
	return session_text("%s/%s", root, to);
}

static char *
find_session(const char *root, const char *which, struct err *e)
{
	char *path;

	if (which == NULL) {
		path = find_latest(root);
		if (path == NULL)
			err_set(e, "there is no session in '%s': begin one, or name its folder", root);
	} else {
		path = is_session(which) || strchr(which, '/') ? xstrdup(which)
		                                               : session_text("%s/%s", root, which);
	}
	if (path && !is_session(path)) {
		err_set(e, "'%s' is no session, or one that never began", path);
		free(path);
		path = NULL;
	}
	return path;
}

int
session_open(struct session *s, const char *root, const char *which, bool writable, struct err *e)
{
	size_t n;

	session_init(s);
	if ((s->shown = find_session(root, which, e)) == NULL)
		return -1;
	for (n = strlen(s->shown); n > 1 && s->shown[n - 1] == '/'; n--)
		s->shown[n - 1] = '\0';
	if ((s->dir = fs_absolute(s->shown, e)) == NULL)
		goto fail;
	if (writable && lock(s, e) < 0)
		goto fail;
	if (open_journal(s, writable, e) < 0)
		goto fail;
	if (writable)
		session_sweep(s->dir);
	return 0;
fail:
	session_close(s);
	return -1;
}

void
session_close(struct session *s)
{
	char *file;

	if (s->scratch && fs_remove(s->scratch, NULL) == 0) {
		file = session_path(s, "scratch");
		unlink(file);
		free(file);
	}
	journal_close(&s->journal);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->dir);
	free(s->shown);
	free(s->scratch);
	session_init(s);
}

/* ---- files ---- */

int
session_keep_log(struct session *s, uint64_t run, struct span bytes, struct err *e)
{
	char *path = session_text("%s/runs/%06" PRIu64 ".log", s->dir, run);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), ret = -1;

	if (fd < 0)
		err_sys(e, "cannot write '%s'", path);
	else
		ret = fs_write_fd(fd, bytes, path, e);
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

int
session_write_seconds(struct session *s, const int64_t *micros, uint32_t n, struct err *e)
{
	struct str out = STR_INIT(STR_FILE);
	char *path = session_path(s, "seconds");
	int ret;

	for (uint32_t i = 0; i < n; i++)
		str_addf(&out, "%" PRId64 "\n", micros[i]);
	ret = fs_write(path, str_span(&out), e);
	free(path);
	str_release(&out);
	return ret;
}

int
session_read_seconds(struct session *s, int64_t *micros, uint32_t n, struct err *e)
{
	struct str in = STR_INIT(STR_FILE);
	char *path = session_path(s, "seconds");
	struct span rest, line;
	uint32_t i = 0;
	uint64_t v;
	int ret = -1;

	if (fs_read(&in, path, e) < 0)
		goto out;
	rest = str_span(&in);
	while (i < n && span_next(&rest, '\n', &line)) {
		if (span_is(line, "-1"))
			micros[i++] = -1;
		else if (span_u64(line, &v) && v < INT64_MAX)
			micros[i++] = (int64_t)v;
		else
			break;
	}
	ret = i == n ? 0 : err_set(e, "'%s' is damaged in line %u", path, i + 1);
out:
	free(path);
	str_release(&in);
	return ret;
}
