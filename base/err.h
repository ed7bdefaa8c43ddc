/*
 * Errors: what was being done, to what, what happened, and what to do now.
 *
 * Functions that can fail take a struct err as their last parameter, fill it
 * once and return -1; main() alone turns the code into an exit status.  The
 * code is one of sysexits.h (EX_USAGE, EX_DATAERR, EX_UNAVAILABLE,
 * EX_SOFTWARE, EX_IOERR, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG).  Texts have no
 * trailing full stop or newline:
 *   mailbox home: imaps://mail.example.org: certificate expired on 3 March
 *   2026; ask its operator, or pin it (see doctor)
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

struct err {
	int code; /* 0: no error */
	char text[1024];
};

/* Both return -1, so that a failing function can end in one line. */
int err_set(struct err *, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set, with EX_IOERR (or EX_TEMPFAIL for ENOSPC, EDQUOT, ENOMEM,
 * EAGAIN; EX_NOPERM for EACCES, EPERM) by errno, whose text is appended. */
int err_errno(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The fault of the disk or of another process, which may be over next time:
 * EX_IOERR, EX_TEMPFAIL. */
bool err_passes(const struct err *);
/* Puts "WHAT: " before the text that is there; returns -1. */
int err_prefix(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A checker sees one file at a time: this tells it what they return. */
#ifdef __clang_analyzer__
static inline int
err_returned(int rc)
{
	(void)rc;
	return -1;
}
#define err_set(...) err_returned((err_set)(__VA_ARGS__))
#define err_errno(...) err_returned((err_errno)(__VA_ARGS__))
#define err_prefix(...) err_returned((err_prefix)(__VA_ARGS__))
#endif

#endif
