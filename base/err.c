/* See err.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"

/* For callers alone. */
#undef err_set
#undef err_errno
#undef err_prefix

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

static int
code_of(int number)
{
	switch (number) {
	case EACCES:
	case EPERM:
	case EROFS:
		return EX_NOPERM;
	case ENOSPC:
	case EDQUOT:
	case ENOMEM:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
		return EX_TEMPFAIL;
	default:
		return EX_IOERR;
	}
}

int
err_errno(struct err *e, const char *fmt, ...)
{
	int number = errno;
	size_t n;
	va_list ap;

	e->code = code_of(number);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(number));
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char was[sizeof(e->text)];
	size_t n;
	va_list ap;

	memcpy(was, e->text, sizeof(was));
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", was);
	return -1;
}

bool
err_passes(const struct err *e)
{
	return e->code == EX_TEMPFAIL || e->code == EX_IOERR;
}
