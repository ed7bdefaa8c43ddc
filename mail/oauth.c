/*
 * promised-oauth: access tokens of OAuth 2 for mail servers that take no
 * password (RFC 6749; RFC 8628 to sign in).
 *
 *	promised-oauth FILE		prints an access token, renewed when it is
 *					about to end: what oauth-file in
 *					promised.conf(5) runs
 *	promised-oauth login FILE	signs in: tells where to go with a browser
 *					and which code to enter, and waits
 *
 * FILE says who is asked and as whom (promised.conf(5)); what is given lies
 * beside it in FILE.tokens, mode 0600, replaced in one step.  It sees no store
 * and no mail.  Exits as sysexits.h says: 77 when one has to sign in (again).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/confine.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/connection.h"

enum {
	ANSWER_MOST = 64 * 1024, /* bytes */
	CONNECT_SECONDS = 30,
	POST_SECONDS = 60,
	MARGIN = 120, /* a token that ends so soon is renewed, seconds */
	LASTS = 3600, /* when nothing is said about it */
	INTERVAL = 5, /* RFC 8628 section 3.2 */
	INTERVAL_MOST = 60,
	SIGN_IN_MOST = 3600 /* seconds to wait for the owner */
};

struct oauth {
	struct arena *arena;
	const char *path; /* FILE */
	const char *tokens; /* FILE.tokens */
	const char *device_url, *token_url, *client_id, *client_secret, *scope,
	    *ca;
	/* As given; NULL: none. */
	char *access, *refresh;
	int64_t expires;
};

/* --- Settings --- */

static const struct {
	const char *key;
	size_t at;
	bool url;
} keys[] = {
    {"device-url", offsetof(struct oauth, device_url), true},
    {"token-url", offsetof(struct oauth, token_url), true},
    {"client-id", offsetof(struct oauth, client_id), false},
    {"client-secret", offsetof(struct oauth, client_secret), false},
    {"scope", offsetof(struct oauth, scope), false},
    {"ca", offsetof(struct oauth, ca), false},
};

static int
take_entry(struct oauth *o, const struct config_entry *e, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(e->section, "oauth") != 0 ||
		    strcmp(e->key, keys[i].key) != 0)
			continue;
		if (keys[i].url && strncmp(e->value, "https://", 8) != 0)
			return err_set(err, EX_CONFIG,
			    "%s:%d: %s must begin with https://", o->path,
			    e->line, e->key);
		memcpy((char *)o + keys[i].at, &e->value, sizeof(e->value));
		return 0;
	}
	return err_set(err, EX_CONFIG, "%s:%d: no key %s in [%s]", o->path,
	    e->line, e->key, e->section);
}

static int
read_settings(struct oauth *o, struct err *err)
{
	static const char *const secret[] = {"client-secret", NULL};
	struct config config;
	size_t i;

	o->tokens = arena_printf(o->arena, "%s.tokens", o->path);
	if (config_read(o->arena, o->path, secret, &config, err) != 0)
		return -1;
	for (i = 0; i < config.n; i++)
		if (take_entry(o, &config.v[i], err) != 0)
			return -1;
	if (o->token_url == NULL || o->client_id == NULL)
		return err_set(err, EX_CONFIG,
		    "%s: [oauth] wants token-url and client-id", o->path);
	return 0;
}

/* --- Tokens on the disk --- */

static char *
text_of(struct oauth *o, const json_t *json, const char *key)
{
	return arena_strdup(
	    o->arena, json_string_value(json_object_get(json, key)));
}

/* No such file: nobody has signed in yet. */
static int
read_tokens(struct oauth *o, struct err *err)
{
	int fd = open(o->tokens, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	json_t *json;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, "%s", o->tokens);
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
		close(fd);
		return err_set(err, EX_NOPERM,
		    "%s: others can read it; say: chmod 600 %s", o->tokens,
		    o->tokens);
	}
	json = json_loadfd(fd, 0, NULL);
	close(fd);
	if (json == NULL)
		return err_set(err, EX_DATAERR,
		    "%s cannot be read; sign in again: promised login",
		    o->tokens);
	o->access = text_of(o, json, "access_token");
	o->refresh = text_of(o, json, "refresh_token");
	o->expires = json_integer_value(json_object_get(json, "expires"));
	json_decref(json);
	return 0;
}

static int
write_tokens(struct oauth *o, struct err *err)
{
	json_t *json = json_pack("{s:s, s:s*, s:I}", "access_token", o->access,
	    "refresh_token", o->refresh, "expires", (json_int_t)o->expires);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	int rc;

	json_decref(json);
	if (text == NULL)
		return err_set(err, EX_TEMPFAIL, "out of memory");
	rc = file_replace(o->tokens, 0600, slice_of(text), true, err);
	explicit_bzero(text, strlen(text));
	free(text);
	return rc;
}

/* --- Asking --- */

struct question {
	CURL *curl;
	struct buf body, answer;
	const char *refusal; /* why we broke it off; NULL: we did not */
	char detail[CURL_ERROR_SIZE];
};

/* Before a token leaves. */
static int
before_request(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct question *q = arg;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	q->refusal = connection_refusal(q->curl, NULL);
	return q->refusal == NULL ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static size_t
on_answer(char *p, size_t one, size_t n, void *arg)
{
	struct buf *answer = &((struct question *)arg)->answer;

	if (answer->len + one * n > ANSWER_MOST)
		return 0;
	buf_add(answer, p, one * n);
	return one * n;
}

static void
add_field(struct question *q, const char *name, const char *value)
{
	char *escaped;

	if (value == NULL)
		return;
	escaped = curl_easy_escape(q->curl, value, (int)strlen(value));
	buf_printf(&q->body, "%s%s=%s", q->body.len > 0 ? "&" : "", name,
	    escaped == NULL ? "" : escaped);
	if (escaped != NULL)
		explicit_bzero(escaped, strlen(escaped));
	curl_free(escaped);
}

#define SET(option, value) CONNECTION_SET(q->curl, option, value)

static CURLcode
set_request(const struct oauth *o, struct question *q, const char *url,
    struct curl_slist *fields)
{
	struct connection c = {
	    .protocols = "https",
	    .ca_file = o->ca,
	    .connect_seconds = CONNECT_SECONDS,
	    .seconds = POST_SECONDS,
	};

	SET(CURLOPT_ERRORBUFFER, q->detail);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, q);
	SET(CURLOPT_HTTPHEADER, fields);
	SET(CURLOPT_POSTFIELDS, q->body.p);
	SET(CURLOPT_POSTFIELDSIZE, (long)q->body.len);
	SET(CURLOPT_WRITEFUNCTION, on_answer);
	SET(CURLOPT_WRITEDATA, q);
	return connection_set(q->curl, &c);
}

static CURLcode
perform(const struct oauth *o, struct question *q, const char *url)
{
	struct curl_slist *fields =
	    curl_slist_append(NULL, "Accept: application/json");
	CURLcode rc = set_request(o, q, url, fields);

	rc = rc == CURLE_OK ? curl_easy_perform(q->curl) : rc;
	curl_slist_free_all(fields);
	return rc;
}

static int
not_asked(
    const struct question *q, const char *url, CURLcode rc, struct err *err)
{
	return err_set(err,
	    connection_is_tls(rc) || q->refusal != NULL ? EX_NOPERM
							: EX_TEMPFAIL,
	    "%s: %s", url,
	    q->refusal != NULL     ? q->refusal
	    : q->detail[0] != '\0' ? q->detail
				   : curl_easy_strerror(rc));
}

static void
wipe_buf(struct buf *b)
{
	if (b->room > 0)
		explicit_bzero(b->p, b->room);
	buf_free(b);
}

/* Asks by POST; the answer's JSON object is the caller's to let go of.  pairs:
 * names and values, NULL ends them; a value may be NULL. */
static json_t *
ask(const struct oauth *o, const char *url, const char *const (*pairs)[2],
    struct err *err)
{
	struct question q = {.curl = curl_easy_init()};
	json_t *json = NULL;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	for (; q.curl != NULL && (*pairs)[0] != NULL; pairs++)
		add_field(&q, (*pairs)[0], (*pairs)[1]);
	if (q.curl != NULL)
		rc = perform(o, &q, url);
	curl_easy_cleanup(q.curl);
	if (rc != CURLE_OK) {
		not_asked(&q, url, rc, err);
	} else {
		json = json_loadb(
		    q.answer.len == 0 ? "" : q.answer.p, q.answer.len, 0, NULL);
		if (!json_is_object(json)) {
			json_decref(json);
			json = NULL;
			err_set(err, EX_TEMPFAIL, "%s: what it answers is none",
			    url);
		}
	}
	wipe_buf(&q.body);
	wipe_buf(&q.answer);
	return json;
}

/* What a server says, without what could harm a terminal. */
static const char *
shown(struct oauth *o, const char *text)
{
	char *copy = arena_strndup(o->arena, text == NULL ? "?" : text,
	    text == NULL ? 1 : strnlen(text, 300));
	char *p;

	for (p = copy; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
			*p = '?';
	return copy;
}

/* RFC 6749 section 5.1; a refresh token that is not said stays. */
static int
take_tokens(struct oauth *o, const json_t *json, struct err *err)
{
	char *access = text_of(o, json, "access_token");
	char *refresh = text_of(o, json, "refresh_token");
	json_int_t lasts =
	    json_integer_value(json_object_get(json, "expires_in"));
	const char *p;

	for (p = access; p != NULL && *p != '\0'; p++)
		if (*p <= ' ' || (unsigned char)*p >= 0x7f)
			access = NULL;
	if (access == NULL || *access == '\0')
		return err_set(
		    err, EX_TEMPFAIL, "%s: gave no token", o->token_url);
	o->access = access;
	if (refresh != NULL)
		o->refresh = refresh;
	o->expires = (int64_t)time(NULL) +
		     (lasts > 0 && lasts < INT32_MAX ? lasts : LASTS);
	return write_tokens(o, err);
}

/* --- Renewing --- */

static int
sign_in_again(struct oauth *o, const char *why, struct err *err)
{
	return err_set(err, EX_NOPERM, "%s: %s; sign in: promised login",
	    o->path, shown(o, why));
}

static int
renew(struct oauth *o, struct err *err)
{
	const char *const fields[][2] = {{"grant_type", "refresh_token"},
	    {"refresh_token", o->refresh}, {"client_id", o->client_id},
	    {"client_secret", o->client_secret}, {NULL, NULL}};
	const char *error;
	json_t *json;
	int rc;

	if (o->refresh == NULL)
		return sign_in_again(o, "nobody has signed in", err);
	json = ask(o, o->token_url, fields, err);
	if (json == NULL)
		return -1;
	error = json_string_value(json_object_get(json, "error"));
	if (error == NULL)
		rc = take_tokens(o, json, err);
	else if (strcmp(error, "temporarily_unavailable") == 0 ||
		 strcmp(error, "server_error") == 0)
		rc = err_set(
		    err, EX_TEMPFAIL, "%s: %s", o->token_url, shown(o, error));
	else
		rc = sign_in_again(o, error, err);
	json_decref(json);
	return rc;
}

/* Two at a time would each spend the refresh token. */
static int
lock(const struct oauth *o, struct err *err)
{
	int fd = open(o->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		return err_errno(err, "%s", o->path);
	return 0; /* until the end of this process */
}

static int
print_token(struct oauth *o, struct err *err)
{
	if (lock(o, err) != 0 || read_tokens(o, err) != 0)
		return -1;
	if ((o->access == NULL || o->expires - MARGIN <= time(NULL)) &&
	    renew(o, err) != 0)
		return -1;
	if (puts(o->access) < 0 || fflush(stdout) != 0)
		return err_errno(err, "writing the token");
	return 0;
}

/* --- Signing in --- */

static unsigned
seconds_of(const json_t *json, const char *key, unsigned otherwise, int most)
{
	const json_t *v = json_object_get(json, key);
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0)
		return otherwise;
	return n > most ? (unsigned)most : (unsigned)n;
}

/* 1: signed in; 0: not yet; -1. */
static int
poll_once(struct oauth *o, const char *device, unsigned *pause, struct err *err)
{
	const char *const fields[][2] = {
	    {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
	    {"device_code", device}, {"client_id", o->client_id},
	    {"client_secret", o->client_secret}, {NULL, NULL}};
	json_t *json = ask(o, o->token_url, fields, err);
	const char *error;
	int rc = 0;

	if (json == NULL) /* RFC 8628 section 3.5: try again, later */
		return err->code == EX_TEMPFAIL ? 0 : -1;
	error = json_string_value(json_object_get(json, "error"));
	if (error == NULL)
		rc = take_tokens(o, json, err) == 0 ? 1 : -1;
	else if (strcmp(error, "slow_down") == 0)
		*pause += INTERVAL;
	else if (strcmp(error, "authorization_pending") != 0)
		rc = err_set(
		    err, EX_NOPERM, "%s: %s", o->token_url, shown(o, error));
	json_decref(json);
	return rc;
}

static int
wait_for_owner(struct oauth *o, const json_t *json, struct err *err)
{
	const char *device = text_of(o, json, "device_code");
	const char *code = text_of(o, json, "user_code");
	const char *where = text_of(o, json, "verification_uri");
	unsigned pause = seconds_of(json, "interval", INTERVAL, INTERVAL_MOST);
	int64_t end = (int64_t)time(NULL) + seconds_of(json, "expires_in",
						SIGN_IN_MOST, SIGN_IN_MOST);
	int rc = 0;

	if (where == NULL) /* so some say it */
		where = text_of(o, json, "verification_url");
	if (device == NULL || code == NULL || where == NULL)
		return err_set(err, EX_NOPERM, "%s: %s", o->device_url,
		    shown(
			o, json_string_value(json_object_get(json, "error"))));
	printf("Open %s\nand enter %s\n", shown(o, where), shown(o, code));
	fflush(stdout);
	while (rc == 0 && time(NULL) < end) {
		sleep(pause);
		rc = poll_once(o, device, &pause, err);
	}
	if (rc == 0)
		return err_set(
		    err, EX_NOPERM, "nobody came in time; try again");
	if (rc > 0)
		puts("Signed in.");
	return rc > 0 ? 0 : -1;
}

static int
sign_in(struct oauth *o, struct err *err)
{
	const char *const fields[][2] = {
	    {"client_id", o->client_id}, {"scope", o->scope}, {NULL, NULL}};
	json_t *json;
	int rc;

	if (o->device_url == NULL)
		return err_set(
		    err, EX_CONFIG, "%s: [oauth] has no device-url", o->path);
	if (lock(o, err) != 0)
		return -1;
	json = ask(o, o->device_url, fields, err);
	if (json == NULL)
		return -1;
	rc = wait_for_owner(o, json, err);
	json_decref(json);
	return rc;
}

static void
wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
}

int
main(int argc, char **argv)
{
	bool login = argc == 3 && strcmp(argv[1], "login") == 0;
	struct oauth o = {.arena = arena_new()};
	struct err err = {0};
	int rc;

	confine_helper(0);
	umask(077);
	if (argc != 2 && !login) {
		fputs("usage: promised-oauth [login] FILE\n", stderr);
		return EX_USAGE;
	}
	o.path = argv[argc - 1];
	rc = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
		 ? read_settings(&o, &err)
		 : err_set(&err, EX_TEMPFAIL, "libcurl does not start");
	if (rc == 0)
		rc = login ? sign_in(&o, &err) : print_token(&o, &err);
	if (rc != 0)
		fprintf(stderr, "promised-oauth: %s\n", err.text);
	wipe(o.access);
	wipe(o.refresh);
	arena_free(o.arena);
	return rc == 0 ? EX_OK : err.code;
}
