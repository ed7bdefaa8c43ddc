/* Tokens: only what we made passes, and only for what it was made. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases/store.h"
#include "cases/token.h"

static const char pattern[] = "me+{case}@example.org";
static const struct token_key key = {"0123456789abcdef0123456789abcdef"};
static const struct token_key other_key = {"0123456789abcdef0123456789abcdeF"};

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static char *
upper(const char *text)
{
	char *out = arena_strdup(arena, text);

	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return out;
}

static void
address_comes_back(void **state)
{
	enum token_side side;
	int number;

	(void)state;
	for (int n = 0; n < 2000; n += 37) {
		for (int i = 0; i < 2; i++) {
			char *address = token_address(arena, &key, pattern, 1,
			    n, i == 0 ? TOKEN_OWNER : TOKEN_COMPANY);

			assert_true(token_address_check(&key, pattern, address,
			    1, &number, &side));
			assert_int_equal(number, n);
			assert_int_equal(
			    side, i == 0 ? TOKEN_OWNER : TOKEN_COMPANY);
			/* RFC 5321 section 4.5.3.1.1: 64 octets */
			assert_in_range(strchr(address, '@') - address, 1, 64);
			/* mail programs change the case of letters */
			assert_true(token_address_check(&key, pattern,
			    upper(address), 1, &number, &side));
		}
	}
	assert_null(
	    token_address(arena, &key, "me@example.org", 1, 12, TOKEN_OWNER));
	assert_null(token_address(arena, &key, NULL, 1, 12, TOKEN_OWNER));
	assert_false(token_address_check(
	    &key, NULL, "me@example.org", 1, &number, &side));
	assert_null(token_address(
	    arena, &key, "me@{case}.example.org", 1, 12, TOKEN_OWNER));
}

static void
other_address_is_refused(void **state)
{
	char *good = token_address(arena, &key, pattern, 1, 12, TOKEN_OWNER);
	enum token_side side;
	int n;

	(void)state;
	/* any one byte changed, but for the case of a letter */
	for (size_t i = 0; i < strlen(good); i++) {
		for (int bit = 0; bit < 7; bit++) {
			char *bad = arena_strdup(arena, good);

			bad[i] = (char)(bad[i] ^ (1 << bit));
			if (bad[i] == '\0' || strcasecmp(bad, good) == 0)
				continue;
			assert_false(token_address_check(
			    &key, pattern, bad, 1, &n, &side));
		}
	}
	/* any length too short */
	for (size_t i = 0; i < strlen(good); i++)
		assert_false(token_address_check(&key, pattern,
		    arena_strndup(arena, good, i), 1, &n, &side));
	assert_false(token_address_check(
	    &key, pattern, arena_printf(arena, "%sx", good), 1, &n, &side));
	assert_false(
	    token_address_check(&key, pattern, good, 2, &n, &side));
	assert_false(
	    token_address_check(&other_key, pattern, good, 1, &n, &side));
}

/* One digit of the number for another, with the MAC of the first. */
static void
other_case_is_refused(void **state)
{
	char *good = token_address(arena, &key, pattern, 1, 12, TOKEN_OWNER);
	enum token_side side;
	int n;

	(void)state;
	for (int i = 0; i < 200; i++) {
		char *bad = arena_printf(
		    arena, "me+%d%s", i, strchr(good, '.'));

		assert_int_equal(
		    token_address_check(&key, pattern, bad, 1, &n, &side),
		    i == 12);
	}
	assert_false(token_address_check(&key, pattern,
	    arena_printf(arena, "me+012%s", strchr(good, '.')), 1, &n, &side));
}

static void
random_tokens_are_refused(void **state)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	char bad[] = "me+12.00000000000000000000000000@example.org";
	uint64_t seed = 20260309;
	enum token_side side;
	int n;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		for (int j = 0; j < TOKEN_MAC_TEXT; j++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bad[6 + j] = digits[seed >> 59];
		}
		assert_false(
		    token_address_check(&key, pattern, bad, 1, &n, &side));
	}
}

static void
message_id_comes_back(void **state)
{
	struct token_id made = {TOKEN_OWNER, 1, 12, "heads-up", 45}, read;
	char *id = token_id_make(arena, &key, &made, "mail.example.org");

	(void)state;
	assert_true(token_id_check(arena, &key, id, &read));
	assert_int_equal(read.side, TOKEN_OWNER);
	assert_int_equal(read.owner, 1);
	assert_int_equal(read.case_number, 12);
	assert_string_equal(read.kind, "heads-up");
	assert_int_equal(read.seq, 45);
	/* an id names its mail: any byte changed is another mail */
	for (size_t i = 0; i < (size_t)(strchr(id, '@') - id); i++) {
		char *bad = arena_strdup(arena, id);

		bad[i] = bad[i] == 'b' ? 'c' : 'b';
		if (strcmp(bad, id) != 0)
			assert_false(token_id_check(arena, &key, bad, &read));
		assert_false(token_id_check(
		    arena, &key, arena_strndup(arena, id, i), &read));
	}
	assert_false(token_id_check(arena, &other_key, id, &read));
	assert_false(token_id_check(arena, &key, "", &read));
}

/* What a company was shown must not become what the owner may do. */
static void
sides_are_apart(void **state)
{
	struct token_id made = {TOKEN_COMPANY, 1, 12, "lapse", 45}, read;
	char *company = token_id_make(arena, &key, &made, "example.org");
	char *address =
	    token_address(arena, &key, pattern, 1, 12, TOKEN_COMPANY);
	char *mac = strchr(address, '.') + 1;

	(void)state;
	company[0] = 'o';
	assert_false(token_id_check(arena, &key, company, &read));
	/* nor the MAC of an address in an id */
	assert_false(token_id_check(arena, &key,
	    arena_printf(arena, "c.1.12.lapse.45.%.26s@example.org", mac),
	    &read));
}

static void
key_is_kept(void **state)
{
	char dir[] = "/tmp/promised-token-XXXXXX", path[64], more[80];
	struct token_key first, second, other;
	struct err err = {0};
	struct store *s;
	int64_t owner, neighbour;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/store", dir);
	s = store_open(path, STORE_CREATE, &err);
	assert_non_null(s);
	assert_int_equal(store_owner(s, "me@example.org", &owner, &err), 0);
	assert_int_equal(store_owner(s, "you@example.org", &neighbour, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(token_key_get(s, owner, &first, &err), 0);
	assert_int_equal(token_key_get(s, neighbour, &other, &err), 0);
	assert_int_equal(store_commit(s, &err), 0);
	store_close(s);
	s = store_open(path, STORE_READ, &err);
	assert_non_null(s);
	assert_int_equal(token_key_get(s, owner, &second, &err), 0);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_memory_not_equal(&first, &other, sizeof(first));
	store_close(s);
	unlink(path);
	snprintf(more, sizeof(more), "%s-wal", path);
	unlink(more);
	snprintf(more, sizeof(more), "%s-shm", path);
	unlink(more);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(address_comes_back),
	    cmocka_unit_test(other_address_is_refused),
	    cmocka_unit_test(other_case_is_refused),
	    cmocka_unit_test(random_tokens_are_refused),
	    cmocka_unit_test(message_id_comes_back),
	    cmocka_unit_test(sides_are_apart),
	    cmocka_unit_test(key_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
