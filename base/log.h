/*
 * The log: one line an event on stderr (or syslog), never on stdout.
 *
 * Text of strangers is passed through a filter that leaves no control byte or
 * terminal escape (CWE-117): each becomes \xNN.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR
};

/* name: the program's, borrowed for ever.  to_syslog: facility mail. */
void log_open(const char *name, enum log_level least, bool to_syslog);
void log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *, ...) __attribute__((format(printf, 1, 2)));

#endif
