/*
 * Letters and digits of ASCII, whatever the locale says: what grammars of mail
 * and of the rules are written in.
 */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_alnum(char c)
{
	return is_lower((char)(c | 0x20)) || is_digit(c);
}

/* Of C: blank, tab, line feed, vertical tab, form feed, carriage return. */
static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What a hexadecimal digit of either case stands for; -1 for what is none. */
static inline int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline char
to_lower(char c)
{
	return (char)(is_upper(c) ? c | 0x20 : c);
}

#endif
