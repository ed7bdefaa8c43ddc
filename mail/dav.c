/* See dav.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/connection.h"
#include "mail/dav.h"

enum { CONNECT_SECONDS = 30, ANSWER_MOST = 64 * 1024, URL_MOST = 2048 };

struct dav {
	const struct dav_account *account;
	CURL *curl;
	struct slice body; /* of the request, not sent yet */
	struct curl_slist *headers; /* of the request; NULL: none of our own */
	size_t answered; /* bytes of the answer, none of which is kept */
	const char *refusal; /* why we broke it off; NULL: we did not */
};

struct dav *
dav_open(const struct dav_account *account)
{
	struct dav *d = mem_alloc(sizeof(*d));

	*d = (struct dav){.account = account};
	return d;
}

void
dav_close(struct dav *d)
{
	if (d == NULL)
		return;
	curl_easy_cleanup(d->curl);
	free(d);
}

/* --- What libcurl asks --- */

static size_t
on_read(char *out, size_t one, size_t n, void *arg)
{
	struct dav *d = arg;
	size_t take = one * n < d->body.len ? one * n : d->body.len;

	if (take > 0)
		memcpy(out, d->body.p, take);
	d->body.p += take;
	d->body.len -= take;
	return take;
}

static size_t
on_answer(char *p, size_t one, size_t n, void *arg)
{
	struct dav *d = arg;

	(void)p;
	d->answered += one * n;
	if (d->answered <= ANSWER_MOST)
		return one * n;
	d->refusal = "its answer has no end";
	return 0;
}

/* Before the first byte of a request. */
static int
before_request(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct dav *d = arg;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (strncmp(d->account->base, "http:", 5) != 0)
		d->refusal = connection_refusal(d->curl, d->account->pin);
	return d->refusal == NULL ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* --- One request --- */

#define SET(option, value) CONNECTION_SET(d->curl, option, value)

static CURLcode
set_connection(struct dav *d)
{
	const struct dav_account *a = d->account;
	struct connection c = {
	    .protocols = a->plain_allowed ? "https,http" : "https",
	    .ca_file = a->ca_file,
	    .pin = a->pin,
	    .connect_seconds = CONNECT_SECONDS,
	    .seconds = DAV_SECONDS,
	};
	CURLcode rc = connection_set(d->curl, &c);

	if (rc != CURLE_OK)
		return rc;
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, d);
	SET(CURLOPT_WRITEFUNCTION, on_answer);
	SET(CURLOPT_WRITEDATA, d);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, d);
	return CURLE_OK;
}

/* Basic, and not what a server would choose: it is inside TLS. */
static CURLcode
set_login(struct dav *d)
{
	const struct dav_account *a = d->account;

	if (a->token != NULL) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(CURLOPT_XOAUTH2_BEARER, a->token);
	} else if (a->user != NULL) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, a->user);
		SET(CURLOPT_PASSWORD, a->password);
	}
	return CURLE_OK;
}

/* method NULL: PUT with the body. */
static CURLcode
set_request(struct dav *d, const char *path, const char *method)
{
	char url[URL_MOST];

	snprintf(url, sizeof(url), "%s%s", d->account->base, path);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_CUSTOMREQUEST, method);
	SET(CURLOPT_HTTPHEADER, d->headers);
	SET(CURLOPT_UPLOAD, method == NULL ? 1L : 0L);
	if (method == NULL)
		SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)d->body.len);
	else
		SET(CURLOPT_HTTPGET, 1L);
	return CURLE_OK;
}

static int
lost(const struct dav *d, CURLcode rc, const char *detail, struct smtp_fault *f)
{
	f->why = connection_is_tls(rc) ? SMTP_TLS
		 : rc == CURLE_UNSUPPORTED_PROTOCOL ||
			 rc == CURLE_URL_MALFORMAT ||
			 rc == CURLE_WEIRD_SERVER_REPLY
		     ? SMTP_PROTOCOL
		     : SMTP_NETWORK;
	f->code = 0;
	if (d->refusal != NULL)
		f->why = rc == CURLE_WRITE_ERROR ? SMTP_PROTOCOL : SMTP_TLS;
	snprintf(f->text, sizeof(f->text), "%s: %.*s", d->account->base,
	    SMTP_TEXT,
	    d->refusal != NULL  ? d->refusal
	    : detail[0] != '\0' ? detail
				: curl_easy_strerror(rc));
	return -1;
}

/* The server's own word, by its status (RFC 9110 section 15). */
static int
refused(const struct dav *d, const char *path, long code, struct smtp_fault *f)
{
	const char *hint = code == 401 || code == 403
			       ? "; check user and password"
			   : code == 404 || code == 409 ? "; check the path"
			   : code == 507                ? "; it is full"
							: "";

	f->why = code == 401 || code == 403 ? SMTP_LOGIN : SMTP_REFUSED;
	f->code = (int)code;
	snprintf(f->text, sizeof(f->text), "%.*s%.*s: the server says %ld%s",
	    SMTP_TEXT / 2 - 30, d->account->base, SMTP_TEXT / 2 - 30, path,
	    code, hint);
	return -1;
}

/* 0 and the status, or -1. */
static int
request(struct dav *d, const char *path, const char *method, struct slice body,
    long *code, struct smtp_fault *f)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	d->body = body;
	d->answered = 0;
	d->refusal = NULL;
	if (d->curl == NULL)
		d->curl = curl_easy_init();
	if (d->curl != NULL) {
		/* keeps the connection, and nothing else of the one before */
		curl_easy_reset(d->curl);
		curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, detail);
		rc = set_connection(d);
		rc = rc == CURLE_OK ? set_login(d) : rc;
		rc = rc == CURLE_OK ? set_request(d, path, method) : rc;
		rc = rc == CURLE_OK ? curl_easy_perform(d->curl) : rc;
		curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, NULL);
	}
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, code);
	return rc == CURLE_OK ? 0 : lost(d, rc, detail, f);
}

/* --- Files --- */

static bool
is_plain(const struct dav *d, const char *path)
{
	if (strlen(d->account->base) + strlen(path) >= URL_MOST ||
	    *path == '\0' || *path == '/' || *path == '.' ||
	    strstr(path, "/.") != NULL)
		return false;
	for (; *path != '\0'; path++)
		if (!isalnum((unsigned char)*path) &&
		    strchr(".-_/", *path) == NULL)
			return false;
	return true;
}

static int
no_path(struct smtp_fault *f)
{
	*f = (struct smtp_fault){.why = SMTP_MAIL};
	snprintf(f->text, sizeof(f->text), "that is no path for the web");
	return -1;
}

/* RFC 4918 section 9.3: one at a time, from the top; 405: it is there. */
static int
make_folders(struct dav *d, const char *path, struct smtp_fault *f)
{
	struct slice none = {NULL, 0};
	char folder[URL_MOST];
	long code = 0;

	/* the base itself; what is wrong with it shows with the next */
	if (request(d, "", "MKCOL", none, &code, f) != 0)
		return -1;
	for (const char *p = strchr(path, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		snprintf(
		    folder, sizeof(folder), "%.*s/", (int)(p - path), path);
		if (request(d, folder, "MKCOL", none, &code, f) != 0)
			return -1;
		if (code != 201 && code != 405)
			return refused(d, folder, code, f);
	}
	return 0;
}

int
dav_put(
    struct dav *d, const char *path, struct slice bytes, struct smtp_fault *f)
{
	long code = 0;

	if (!is_plain(d, path) || bytes.len > DAV_FILE_MOST)
		return no_path(f);
	if (request(d, path, NULL, bytes, &code, f) != 0)
		return -1;
	if (code == 404 || code == 409) { /* section 9.7.1: no such folder */
		if (make_folders(d, path, f) != 0 ||
		    request(d, path, NULL, bytes, &code, f) != 0)
			return -1;
	}
	return code == 200 || code == 201 || code == 204
		   ? 0
		   : refused(d, path, code, f);
}

int
dav_remove(struct dav *d, const char *path, struct smtp_fault *f)
{
	struct slice none = {NULL, 0};
	long code = 0;

	if (!is_plain(d, path))
		return no_path(f);
	if (request(d, path, "DELETE", none, &code, f) != 0)
		return -1;
	return code == 200 || code == 204 || code == 404
		   ? 0
		   : refused(d, path, code, f);
}

/* The properties of one folder, none of which is read (section 9.1); a server
 * without WebDAV knows no such method. */
static int
ask_folder(struct dav *d, const char *path, long *code, struct smtp_fault *f)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Depth: 0");
	struct slice none = {NULL, 0};
	int rc;

	d->headers = headers;
	rc = request(d, path, "PROPFIND", none, code, f);
	d->headers = NULL;
	curl_slist_free_all(headers);
	return rc;
}

int
dav_check(struct dav *d, struct smtp_fault *f)
{
	long code = 0, above = 0;

	if (ask_folder(d, "", &code, f) != 0)
		return -1;
	if (code == 404 && ask_folder(d, "../", &above, f) == 0 && above == 207)
		return 0;
	if (code == 207)
		return 0;
	refused(d, "", code, f);
	if (code == 405 || code == 501 || code == 200)
		snprintf(f->text, sizeof(f->text),
		    "%.*s is no folder of a WebDAV server", SMTP_TEXT / 2,
		    d->account->base);
	return -1;
}

bool
dav_is_temporary(const struct smtp_fault *f)
{
	return f->why == SMTP_NETWORK || f->why == SMTP_LOGIN ||
	       f->why == SMTP_TLS || f->code == 408 || f->code == 429 ||
	       f->code >= 500;
}
