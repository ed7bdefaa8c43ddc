/* See twin.h. */
#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "twin.h"

enum { TWIN_LEAST = 16 }; /* letters: less is said many times */

/* No branch, and no locale: each mail is read through. */
static bool
is_letter(char c)
{
	unsigned char lower = (unsigned char)(c | 0x20);

	return ((c & 0x80) != 0) | ((unsigned)lower - 'a' < 26) |
	       ((unsigned)(unsigned char)c - '0' < 10);
}

/* The letters of a text, up to its end. */
static void
add_letters(struct buf *b, const char *text)
{
	size_t room = strlen(text);
	char *to = buf_room(b, room);
	const char *p;

	for (p = text; *p != '\0'; p++) {
		*to = *p;
		to += is_letter(*p);
	}
	b->len = (size_t)(to - b->p);
}

const char *
twin_of(
    struct arena *a, const struct thread_words *words, const struct original *o)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct buf b = {0};
	const char *p;
	size_t start;

	if (o->from.addr == NULL)
		return NULL;
	for (p = o->from.addr; *p != '\0'; p++)
		buf_putc(&b, (char)tolower((unsigned char)*p));
	buf_printf(&b, "\n%s\n", thread_subject(a, words, o->subject));
	start = b.len;
	add_letters(&b, o->newest);
	start = b.len - start;
	sha256(buf_view(&b), hash);
	buf_free(&b);
	return start < TWIN_LEAST
		   ? NULL
		   : arena_strdup(a, hex_print(hash, sizeof(hash), hex));
}
