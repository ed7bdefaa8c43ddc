/*
 * The subject of a thread: see thread.h and words.h.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cases/thread.h"
#include "cases/wordlist.h"
#include "cases/words.h"

/* One prefix with what follows it: "Re:", "RE[2]:", "[Ext]", "AW: "; how many
 * bytes, 0 when none stands here. */
static size_t
prefix_length(const struct thread_words *w, struct slice s)
{
	char word[16];
	size_t n = 0, i;

	while (n < s.len && n < sizeof(word) - 1 &&
	       (isalpha((unsigned char)s.p[n]) || (s.p[n] & 0x80) != 0)) {
		word[n] = (char)tolower((unsigned char)s.p[n]);
		n++;
	}
	word[n] = '\0';
	if (n == 0 || bag_find(w->prefix, word) == NULL)
		return 0;
	i = n;
	if (i < s.len && (s.p[i] == '[' || s.p[i] == '(')) {
		while (i < s.len && s.p[i] != ']' && s.p[i] != ')')
			i++;
		i++;
	}
	while (i < s.len && s.p[i] == ' ')
		i++;
	return i < s.len && s.p[i] == ':' ? i + 1 : 0;
}

/* "[External]" at the front, when its word is one of the prefixes. */
static size_t
tag_length(const struct thread_words *w, struct slice s)
{
	const char *close;
	char word[16];
	size_t n;

	if (s.len == 0 || s.p[0] != '[' ||
	    (close = memchr(s.p, ']', s.len)) == NULL)
		return 0;
	n = (size_t)(close - s.p) - 1;
	if (n == 0 || n >= sizeof(word))
		return 0;
	memcpy(word, s.p + 1, n);
	word[n] = '\0';
	for (n = 0; word[n] != '\0'; n++)
		word[n] = (char)tolower((unsigned char)word[n]);
	return bag_find(w->prefix, word) == NULL ? 0 : n + 2;
}

static struct slice
strip_prefixes(const struct thread_words *w, const char *subject)
{
	struct slice s = slice_trim(slice_of(subject));
	size_t n;

	while ((n = prefix_length(w, s)) > 0 || (n = tag_length(w, s)) > 0) {
		if (n > s.len)
			n = s.len;
		slice_skip(&s, n);
		s = slice_trim(s);
	}
	return s;
}

static char *
fold(struct arena *a, struct slice s, bool lower)
{
	struct buf b = {0};
	size_t i;
	char c;

	for (i = 0; i < s.len; i++) {
		c = s.p[i];
		if (isspace((unsigned char)c)) {
			if (b.len > 0 && b.p[b.len - 1] != ' ')
				buf_putc(&b, ' ');
		} else {
			buf_putc(
			    &b, (char)(lower ? tolower((unsigned char)c) : c));
		}
	}
	while (b.len > 0 && b.p[b.len - 1] == ' ')
		b.len--;
	buf_puts(&b, "");
	return buf_keep(&b, a);
}

char *
thread_subject(
    struct arena *a, const struct thread_words *w, const char *subject)
{
	return fold(a, strip_prefixes(w, subject), true);
}

char *
thread_title(struct arena *a, const struct thread_words *w, const char *subject)
{
	return fold(a, strip_prefixes(w, subject), false);
}

bool
words_replies(const struct thread_words *w, const char *subject)
{
	return prefix_length(w, slice_trim(slice_of(subject))) > 0;
}
