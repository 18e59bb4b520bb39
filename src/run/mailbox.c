#include "run/mailbox.h"

#include "base/crc.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CRC_DIGITS = 8, CHUNK = 64 * 1024 };

void mailbox_line(struct str *out, const struct str *text)
{
	size_t n = text->len;

	if (n && text->s[n - 1] == '\n')
		n--;
	str_addf(out, "%08x ", crc32c(0, str_text(text), n));
	str_addn(out, str_text(text), n);
	str_addc(out, '\n');
}

/* Did whoever wrote before us die within a line? */
static bool ends_torn(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

bool mailbox_put(const char *path, const struct str *lines, bool sync,
                 struct error *err)
{
	int fd = file_open(path, O_RDWR | O_APPEND | O_CREAT, 0666, err);
	bool ok;

	if (fd < 0)
		return false;
	ok = (!ends_torn(fd) || file_write_all(fd, "\n", 1)) &&
	     file_write_all(fd, str_text(lines), lines->len) && (!sync || !fsync(fd));
	if (!ok)
		error_errno(err, "%s", path);
	/* Over a network this is when a full disk is heard of. */
	if (close(fd) && ok)
		ok = error_errno(err, "%s", path);
	return ok;
}

void mailbox_open(struct mailbox *m, const char *path)
{
	*m = (struct mailbox){.path = mem_strdup(path)};
}

void mailbox_close(struct mailbox *m)
{
	free(m->path);
	str_free(&m->text);
	*m = (struct mailbox){0};
}

static void forget_taken(struct mailbox *m)
{
	if (!m->next)
		return;
	m->text.len -= m->next;
	memmove(m->text.s, m->text.s + m->next, m->text.len);
	m->next = 0;
}

bool mailbox_look(struct mailbox *m)
{
	struct error unread;
	char chunk[CHUNK];
	ssize_t n;
	int fd;

	forget_taken(m);
	/* Nobody writes such a line: there is no end to what this would be. */
	if (m->text.len > MAILBOX_LINE_MAX && !memchr(m->text.s, '\n', m->text.len))
		return false;
	fd = file_open(m->path, O_RDONLY, 0, &unread);
	if (fd < 0)
		return false;
	while ((n = pread(fd, chunk, sizeof chunk, m->read)) > 0) {
		str_addn(&m->text, chunk, (size_t)n);
		m->read += n;
		if (m->text.len > MAILBOX_LINE_MAX)
			break;
	}
	close(fd);
	return n >= 0;
}

/* The text of a line; NULL: it is not whole. */
static const char *check(const char *line, size_t *n)
{
	char digits[CRC_DIGITS + 1] = "", *end;
	unsigned long crc;

	if (*n < CRC_DIGITS + 1 || line[CRC_DIGITS] != ' ')
		return NULL;
	memcpy(digits, line, CRC_DIGITS);
	crc = strtoul(digits, &end, 16);
	line += CRC_DIGITS + 1;
	*n -= CRC_DIGITS + 1;
	return *end || crc != crc32c(0, line, *n) ? NULL : line;
}

const char *mailbox_next(struct mailbox *m, size_t *n)
{
	while (m->next < m->text.len) {
		const char *line = m->text.s + m->next, *text;
		const char *end = memchr(line, '\n', m->text.len - m->next);

		if (!end)
			return NULL;
		*n = (size_t)(end - line);
		m->next += *n + 1;
		m->bad += *n > 0;
		text = check(line, n);
		if (!text)
			continue;
		m->bad--;
		return text;
	}
	return NULL;
}
