/* See log.h. */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"

static const char *log_name = "promised";
static enum log_level log_least = LOG_LEVEL_INFO;
static bool log_syslog;

void
log_open(const char *name, enum log_level least, bool to_syslog)
{
	log_name = name;
	log_least = least;
	log_syslog = to_syslog;
	if (to_syslog)
		openlog(name, LOG_PID, LOG_MAIL);
}

/* Writes text to out (of size room) with control bytes as \xNN. */
static void
make_printable(char *out, size_t room, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *text != '\0' && n + 5 < room; text++) {
		unsigned char c = (unsigned char)*text;

		/* C2 80 to C2 9F are the C1 controls in UTF-8. */
		if (c >= 0x20 && c != 0x7f &&
		    !(c == 0xc2 && (unsigned char)text[1] < 0xa0)) {
			out[n++] = *text;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n] = '\0';
}

__attribute__((format(printf, 2, 0))) static void
log_line(enum log_level level, const char *fmt, va_list ap)
{
	static const int priority[] = {
	    LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};
	char text[2048], line[4096];

	if (level < log_least)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	make_printable(line, sizeof(line), text);
	if (log_syslog)
		syslog(priority[level], "%s", line);
	else
		fprintf(stderr, "%s: %s\n", log_name, line);
}

#define LOG_FUNCTION(name, level)         \
	void name(const char *fmt, ...)   \
	{                                 \
		va_list ap;               \
                                          \
		va_start(ap, fmt);        \
		log_line(level, fmt, ap); \
		va_end(ap);               \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
