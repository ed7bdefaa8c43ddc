/*
 * Tokens; see token.h.
 *
 * Each MAC is over a text that begins with what it is for, so that one made
 * for an address can never pass in a Message-ID, and fields are parted by a
 * byte that none of them holds.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"

#include "cases/store.h"
#include "cases/token.h"

static const char placeholder[] = "{case}";

static const char *
side_name(enum token_side side)
{
	return side == TOKEN_OWNER ? "owner" : "company";
}

/* out has room for SHA256_SIZE * 8 / 5 + 2 bytes. */
static void
mac(const struct token_key *key, const char *text, char *out)
{
	struct slice k = {(const char *)key->bytes, sizeof(key->bytes)};
	uint8_t digest[SHA256_SIZE];

	hmac_sha256(k, slice_of(text), digest);
	base32_print(digest, TOKEN_MAC_BYTES, out);
}

static void
address_mac(const struct token_key *key, int64_t owner, int case_number,
    enum token_side side, char *out)
{
	struct buf text = {0};

	buf_printf(&text, "promised address 1\n%" PRId64 "\n%d\n%s", owner,
	    case_number, side_name(side));
	mac(key, text.p, out);
	buf_free(&text);
}

static void
id_mac(const struct token_key *key, const struct token_id *id, char *out)
{
	struct buf text = {0};

	buf_printf(&text, "promised id 1\n%" PRId64 "\n%d\n%s\n%s\n%" PRId64,
	    id->owner, id->case_number, side_name(id->side), id->kind, id->seq);
	mac(key, text.p, out);
	buf_free(&text);
}

/* Takes a decimal number of at most 18 digits off the text. */
static bool
take_number(const char **p, int64_t *n)
{
	size_t digits = strspn(*p, "0123456789");

	if (digits == 0 || digits > 18 || (digits > 1 && **p == '0'))
		return false;
	*n = strtoll(*p, NULL, 10);
	*p += digits;
	return true;
}

static bool
take(const char **p, char c)
{
	return *(*p)++ == c;
}

/* Whether the text begins with this MAC, in any case of letters. */
static bool
starts_with_mac(const char *text, const char *want)
{
	char got[TOKEN_MAC_TEXT];

	if (strnlen(text, TOKEN_MAC_TEXT) < TOKEN_MAC_TEXT)
		return false;
	for (size_t i = 0; i < TOKEN_MAC_TEXT; i++) {
		got[i] = text[i];
		if (text[i] >= 'A' && text[i] <= 'Z')
			got[i] |= 0x20;
	}
	return hash_equal(got, want, TOKEN_MAC_TEXT) != 0;
}

char *
token_address(struct arena *a, const struct token_key *key, const char *pattern,
    int64_t owner, int case_number, enum token_side side)
{
	const char *at, *hole;
	char text[64];

	if (pattern == NULL)
		return NULL;
	at = strchr(pattern, '@');
	hole = strstr(pattern, placeholder);
	if (hole == NULL || at == NULL || hole > at)
		return NULL;
	address_mac(key, owner, case_number, side, text);
	return arena_printf(a, "%.*s%d.%s%s", (int)(hole - pattern), pattern,
	    case_number, text, hole + strlen(placeholder));
}

bool
token_address_check(const struct token_key *key, const char *pattern,
    const char *address, int64_t owner, int *case_number, enum token_side *side)
{
	const char *hole =
	    pattern == NULL ? NULL : strstr(pattern, placeholder);
	const char *p = address;
	size_t before = hole == NULL ? 0 : (size_t)(hole - pattern);
	char ours[64], theirs[64];
	int64_t n;

	if (hole == NULL || strncasecmp(p, pattern, before) != 0)
		return false;
	p += before;
	if (!take_number(&p, &n) || n > INT32_MAX || !take(&p, '.'))
		return false;
	address_mac(key, owner, (int)n, TOKEN_OWNER, ours);
	address_mac(key, owner, (int)n, TOKEN_COMPANY, theirs);
	*side = starts_with_mac(p, ours) ? TOKEN_OWNER : TOKEN_COMPANY;
	if (*side == TOKEN_COMPANY && !starts_with_mac(p, theirs))
		return false;
	*case_number = (int)n;
	return strcasecmp(p + TOKEN_MAC_TEXT, hole + strlen(placeholder)) == 0;
}

char *
token_id_make(struct arena *a, const struct token_key *key,
    const struct token_id *id, const char *domain)
{
	char text[64];

	id_mac(key, id, text);
	return arena_printf(a, "%c.%" PRId64 ".%d.%s.%" PRId64 ".%s@%s",
	    id->side == TOKEN_OWNER ? 'o' : 'c', id->owner, id->case_number,
	    id->kind, id->seq, text, domain);
}

static bool
take_kind(struct arena *a, const char **p, const char **kind)
{
	size_t n = strspn(*p, "abcdefghijklmnopqrstuvwxyz-");

	if (n == 0 || n > 32)
		return false;
	*kind = arena_strndup(a, *p, n);
	*p += n;
	return true;
}

bool
token_id_check(struct arena *a, const struct token_key *key, const char *id,
    struct token_id *out)
{
	struct token_id t = {0};
	const char *p = id;
	char text[64];
	int64_t n;

	if (*p != 'o' && *p != 'c')
		return false;
	t.side = *p++ == 'o' ? TOKEN_OWNER : TOKEN_COMPANY;
	if (!take(&p, '.') || !take_number(&p, &t.owner) || !take(&p, '.') ||
	    !take_number(&p, &n) || n > INT32_MAX || !take(&p, '.') ||
	    !take_kind(a, &p, &t.kind) || !take(&p, '.') ||
	    !take_number(&p, &t.seq) || !take(&p, '.'))
		return false;
	t.case_number = (int)n;
	id_mac(key, &t, text);
	if (!starts_with_mac(p, text) || p[TOKEN_MAC_TEXT] != '@')
		return false;
	*out = t;
	return true;
}

char *
token_letter(struct arena *a, const struct token_key *key, int64_t owner,
    int64_t id, const char *const *parts, size_t n)
{
	struct buf text = {0};
	char out[64];

	buf_printf(
	    &text, "promised letter 1\n%" PRId64 "\n%" PRId64, owner, id);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "\n%zu:%s", strlen(parts[i]), parts[i]);
	mac(key, text.p, out);
	buf_free(&text);
	return arena_printf(a, "%" PRId64 "-%.*s", id, TOKEN_LETTER_TEXT, out);
}

bool
token_same(const char *said, const char *token)
{
	size_t n = strlen(token);
	char got[64];

	if (strlen(said) != n || n >= sizeof(got))
		return false;
	for (size_t i = 0; i < n; i++) {
		got[i] = said[i];
		if (said[i] >= 'A' && said[i] <= 'Z')
			got[i] |= 0x20;
	}
	return hash_equal(got, token, n) != 0;
}

int
token_key_get(
    struct store *s, int64_t owner, struct token_key *key, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_SECRET_GET, sql_int(owner));
	struct arena *a = arena_new();
	struct slice bytes = {NULL, 0}, made;

	if (rows_next(r))
		bytes = rows_bytes(r, 0, a);
	if (bytes.len == sizeof(key->bytes))
		memcpy(key->bytes, bytes.p, sizeof(key->bytes));
	arena_free(a);
	if (rows_end(r, err) < 0)
		return -1;
	if (bytes.len == sizeof(key->bytes))
		return 0;
	random_bytes(key->bytes, sizeof(key->bytes));
	made.p = (const char *)key->bytes;
	made.len = sizeof(key->bytes);
	return STORE_RUN(
		   s, err, SQL_SECRET_ADD, sql_int(owner), sql_bytes(made)) < 0
		   ? -1
		   : 0;
}
