/* See settings.h and promised.conf(5). */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/datadir.h"
#include "base/zone.h"
#include "settings.h"

/* What is being read, for those who take a value. */
struct reader {
	struct arena *arena;
	const struct config *config;
	const struct config_entry *entry;
	struct settings *settings;
	struct account *account; /* of the section, or NULL */
	struct err *err;
};

static int
bad_value(struct reader *r, const char *wanted)
{
	return err_set(r->err, EX_CONFIG, "%s:%d: %s = %s: %s", r->config->path,
	    r->entry->line, r->entry->key, r->entry->value, wanted);
}

/* Splits at commas and line ends into trimmed words. */
static struct strings
split_list(struct arena *a, const char *value)
{
	struct strings list = {0};

	while (*value != '\0') {
		size_t n = strcspn(value, ",\n");
		struct slice word = {value, n};

		word = slice_trim(word);
		if (word.len > 0) {
			list.v = arena_grow(a, list.v, list.n, sizeof(*list.v));
			list.v[list.n++] = slice_dup(a, word);
		}
		value += n + (value[n] != '\0');
	}
	return list;
}

static char *
lower(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text), *p;

	for (p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static const char *
with_home(struct arena *a, const char *path)
{
	const char *home = getenv("HOME");

	if (path[0] != '~' || path[1] != '/' || home == NULL)
		return path;
	return arena_printf(a, "%s%s", home, path + 1);
}

/* A value may stand for a path, an url that holds one, or neither. */
static const char *
url_with_home(struct arena *a, const char *url)
{
	const char *colon = strchr(url, ':');

	if (colon == NULL || colon[1] != '~')
		return with_home(a, url);
	return arena_printf(
	    a, "%.*s:%s", (int)(colon - url), url, with_home(a, colon + 1));
}

static int
take_addresses(struct reader *r, const char *value)
{
	struct strings list = split_list(r->arena, value);
	size_t i;

	for (i = 0; i < list.n; i++) {
		if (strchr(list.v[i], '@') == NULL)
			return bad_value(r, "an address is name@domain");
		strings_add(r->arena, &r->settings->addresses,
		    lower(r->arena, list.v[i]));
	}
	return 0;
}

static int
take_name(struct reader *r, const char *value)
{
	r->settings->name = value;
	return 0;
}

static int
take_postal(struct reader *r, const char *value)
{
	struct strings lines = split_list(r->arena, value);

	r->settings->postal = "";
	for (size_t i = 0; i < lines.n; i++)
		r->settings->postal = arena_printf(
		    r->arena, "%s%s\n", r->settings->postal, lines.v[i]);
	return 0;
}

static int
take_timezone(struct reader *r, const char *value)
{
	r->settings->timezone = value;
	return zone_known(value)
		   ? 0
		   : bad_value(r, "no such time zone; one is Europe/London");
}

static int
take_region(struct reader *r, const char *value)
{
	r->settings->region = value;
	return 0;
}

static int
take_languages(struct reader *r, const char *value)
{
	r->settings->languages = split_list(r->arena, value);
	return 0;
}

/* A number up to most, behind which p is put; -1 when there is none. */
static int
take_digits(const char **p, int most)
{
	int n = -1;

	for (; isdigit((unsigned char)**p) && n <= most; (*p)++)
		n = (n < 0 ? 0 : n * 10) + **p - '0';
	return n <= most ? n : -1;
}

/* "21:00" in minutes, as take_digits. */
static int
take_clock(const char **p)
{
	int hours = take_digits(p, 23), minutes = -1;

	if (**p == ':') {
		(*p)++;
		minutes = take_digits(p, 59);
	}
	return hours < 0 || minutes < 0 ? -1 : hours * 60 + minutes;
}

static int
take_quiet(struct reader *r, const char *value)
{
	const char *p = value;
	int from, to = -1;

	if (strcmp(value, "none") == 0)
		return 0;
	from = take_clock(&p);
	if (*p == '-') {
		p++;
		to = take_clock(&p);
	}
	if (from < 0 || to < 0 || *p != '\0')
		return bad_value(
		    r, "quiet hours are like 21:00-08:00, or none");
	r->settings->quiet_from = from;
	r->settings->quiet_to = to;
	return 0;
}

static int
take_digest(struct reader *r, const char *value)
{
	r->settings->digest = value;
	if (strcmp(value, "daily") == 0 || strcmp(value, "weekly") == 0 ||
	    strcmp(value, "none") == 0)
		return 0;
	return bad_value(r, "a digest is daily, weekly or none");
}

static int
take_url(struct reader *r, const char *value)
{
	r->account->url = url_with_home(r->arena, value);
	return strchr(value, ':') != NULL
		   ? 0
		   : bad_value(r, "an url is like imaps://user@host/INBOX or "
				  "maildir:/path");
}

/* The plain texts of an account, by their offset. */
static int
take_account_text(struct reader *r, size_t offset, const char *value)
{
	memcpy((char *)r->account + offset, &value, sizeof(value));
	return 0;
}

#define ACCOUNT_TEXT(name, member)                                  \
	static int take_##name(struct reader *r, const char *value) \
	{                                                           \
		return take_account_text(                           \
		    r, offsetof(struct account, member), value);    \
	}

ACCOUNT_TEXT(password, password)
ACCOUNT_TEXT(password_command, password_command)
ACCOUNT_TEXT(oauth, oauth)
ACCOUNT_TEXT(oauth_command, oauth_command)
ACCOUNT_TEXT(pin, pin)
ACCOUNT_TEXT(filed_folder, filed_folder)
ACCOUNT_TEXT(since, since)

static int
take_ca(struct reader *r, const char *value)
{
	r->account->ca = with_home(r->arena, value);
	return 0;
}

/* The file of promised-oauth; it is named to a shell. */
static int
take_oauth_file(struct reader *r, const char *value)
{
	const char *file = with_home(r->arena, value);

	if (strchr(file, '\'') != NULL)
		return bad_value(r, "a file without ' in its name");
	r->account->oauth_file = file;
	r->account->oauth_command = arena_printf(r->arena, "'%s' '%s'",
	    datadir_program(r->arena, "promised-oauth"), file);
	return 0;
}

static int
take_from(struct reader *r, const char *value)
{
	r->settings->from = value;
	return strchr(value, '@') != NULL
		   ? 0
		   : bad_value(r, "an address is name@domain");
}

static int
take_case_address(struct reader *r, const char *value)
{
	r->settings->case_address = value;
	if (strstr(value, "{case}") != NULL && strchr(value, '@') != NULL)
		return 0;
	return bad_value(r, "a case address is like me+{case}@example.org");
}

static int
take_store(struct reader *r, const char *value)
{
	r->settings->store = with_home(r->arena, value);
	return 0;
}

static int
by_size_down(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static int
take_heads_up(struct reader *r, const char *value)
{
	struct strings list = split_list(r->arena, value);
	struct settings *s = r->settings;
	size_t i, most = sizeof(s->heads_up) / sizeof(s->heads_up[0]);

	s->heads_up_count = 0;
	for (i = 0; i < list.n; i++) {
		char *end;
		long days = strtol(list.v[i], &end, 10);

		if (*end != '\0' || days < 0 || days > 365 || i == most)
			return bad_value(r, "up to 8 numbers of days, like "
					    "7, 3, 1");
		s->heads_up[s->heads_up_count++] = (int)days;
	}
	qsort(s->heads_up, s->heads_up_count, sizeof(int), by_size_down);
	return 0;
}

static int
take_weekends(struct reader *r, const char *value)
{
	r->settings->weekends = strcmp(value, "yes") == 0;
	if (r->settings->weekends || strcmp(value, "no") == 0)
		return 0;
	return bad_value(r, "yes or no");
}

/* The numbers of [scorecard], by their offset. */
static int
take_limit(struct reader *r, size_t offset, const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);
	int limit = (int)n;

	if (end == value || *end != '\0' || n < 0 || n > 100000)
		return bad_value(r, "a number; 0 for no such limit");
	memcpy((char *)&r->settings->limits + offset, &limit, sizeof(limit));
	return 0;
}

#define LIMIT(name)                                                       \
	static int take_limit_##name(struct reader *r, const char *value) \
	{                                                                 \
		return take_limit(                                        \
		    r, offsetof(struct score_limits, name), value);       \
	}

LIMIT(broken)
LIMIT(slips)
LIMIT(late)
LIMIT(days)
LIMIT(manner)
LIMIT(minutes)
LIMIT(reasons)

static int
take_publish_dir(struct reader *r, const char *value)
{
	r->settings->publish_dir = with_home(r->arena, value);
	return 0;
}

static int
take_publish_command(struct reader *r, const char *value)
{
	r->settings->publish_command = value;
	return 0;
}

static int
take_web_url(struct reader *r, const char *value)
{
	r->account->url = value;
	return strncmp(value, "https://", 8) == 0 ||
		       strncmp(value, "http://", 7) == 0
		   ? 0
		   : bad_value(r, "an url is like https://you@host/folder");
}

static int
take_authserv_id(struct reader *r, const char *value)
{
	r->settings->authserv_id = lower(r->arena, value);
	return 0;
}

static int
take_dkim(struct reader *r, const char *value)
{
	r->settings->check_dkim = strcmp(value, "yes") == 0;
	if (r->settings->check_dkim || strcmp(value, "no") == 0)
		return 0;
	return bad_value(r, "yes or no");
}

static int
take_resolver(struct reader *r, const char *value)
{
	r->settings->resolver = value;
	if (value[strspn(value, "0123456789.:")] == '\0' && *value != '\0')
		return 0;
	return bad_value(r, "an address is like 127.0.0.1 or 127.0.0.1:5353");
}

static const struct {
	const char *section, *key;
	int (*take)(struct reader *, const char *value);
} keys[] = {
    {"owner", "address", take_addresses},
    {"owner", "name", take_name},
    {"owner", "postal-address", take_postal},
    {"owner", "timezone", take_timezone},
    {"owner", "region", take_region},
    {"owner", "languages", take_languages},
    {"owner", "quiet-hours", take_quiet},
    {"owner", "digest", take_digest},
    {"mailbox", "url", take_url},
    {"mailbox", "password", take_password},
    {"mailbox", "password-command", take_password_command},
    {"mailbox", "oauth", take_oauth},
    {"mailbox", "oauth-command", take_oauth_command},
    {"mailbox", "oauth-file", take_oauth_file},
    {"mailbox", "ca", take_ca},
    {"mailbox", "pin", take_pin},
    {"mailbox", "filed-folder", take_filed_folder},
    {"mailbox", "since", take_since},
    {"send", "url", take_url},
    {"send", "password", take_password},
    {"send", "password-command", take_password_command},
    {"send", "oauth", take_oauth},
    {"send", "oauth-command", take_oauth_command},
    {"send", "oauth-file", take_oauth_file},
    {"send", "ca", take_ca},
    {"send", "pin", take_pin},
    {"send", "from", take_from},
    {"send", "case-address", take_case_address},
    {"store", "path", take_store},
    {"nudges", "heads-up", take_heads_up},
    {"nudges", "weekends", take_weekends},
    {"scorecard", "broken", take_limit_broken},
    {"scorecard", "slips", take_limit_slips},
    {"scorecard", "late", take_limit_late},
    {"scorecard", "days", take_limit_days},
    {"scorecard", "manner", take_limit_manner},
    {"scorecard", "minutes", take_limit_minutes},
    {"scorecard", "reasons", take_limit_reasons},
    {"publish", "dir", take_publish_dir},
    {"publish", "command", take_publish_command},
    {"publish", "url", take_web_url},
    {"publish", "password", take_password},
    {"publish", "password-command", take_password_command},
    {"publish", "oauth", take_oauth},
    {"publish", "oauth-command", take_oauth_command},
    {"publish", "oauth-file", take_oauth_file},
    {"publish", "ca", take_ca},
    {"publish", "pin", take_pin},
    {"trust", "authserv-id", take_authserv_id},
    {"trust", "dkim", take_dkim},
    {"trust", "resolver", take_resolver},
};

static const char *const secret_keys[] = {"password", "oauth", NULL};

/* The account that the entry's section speaks of; NULL for other sections. */
static struct account *
account_of(struct reader *r)
{
	struct settings *s = r->settings;
	const struct config_entry *e = r->entry;
	const char *name = *e->name != '\0' ? e->name : "mailbox";
	size_t i;

	if (strcmp(e->section, "send") == 0)
		return &s->send;
	if (strcmp(e->section, "publish") == 0)
		return &s->publish;
	if (strcmp(e->section, "mailbox") != 0)
		return NULL;
	for (i = 0; i < s->mailbox_count; i++)
		if (strcmp(s->mailboxes[i].name, name) == 0)
			return &s->mailboxes[i];
	s->mailboxes = arena_grow(
	    r->arena, s->mailboxes, s->mailbox_count, sizeof(*s->mailboxes));
	s->mailboxes[s->mailbox_count].name = name;
	return &s->mailboxes[s->mailbox_count++];
}

/* The keys that the entry's section knows, for the error. */
static int
unknown_key(struct reader *r)
{
	struct buf known = {0};
	const struct config_entry *e = r->entry;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].section, e->section) == 0)
			buf_printf(&known, "%s%s", known.len > 0 ? ", " : "",
			    keys[i].key);
	if (known.len == 0)
		rc = err_set(r->err, EX_CONFIG,
		    "%s:%d: no section [%s] is known; there are owner, "
		    "mailbox NAME, send, store, nudges, scorecard, publish, trust",
		    r->config->path, e->line, e->section);
	else
		rc = err_set(r->err, EX_CONFIG,
		    "%s:%d: [%s] has no key %s; it knows %s", r->config->path,
		    e->line, e->section, e->key, known.p);
	buf_free(&known);
	return rc;
}

static int
take_entry(struct reader *r)
{
	const struct config_entry *e = r->entry;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].section, e->section) != 0 ||
		    strcmp(keys[i].key, e->key) != 0)
			continue;
		if (strcmp(e->section, "owner") == 0 && *e->name != '\0')
			r->settings->id = e->name;
		r->account = account_of(r);
		return keys[i].take(r, e->value);
	}
	return unknown_key(r);
}

const char *
owner_language(const struct settings *s)
{
	return s->languages.n > 0 ? s->languages.v[0] : "en";
}

char *
settings_default_path(struct arena *a)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg != NULL && *xdg == '/')
		return arena_printf(a, "%s/promised/config", xdg);
	return arena_printf(
	    a, "%s/.config/promised/config", home == NULL ? "" : home);
}

char *
settings_default_store(struct arena *a)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (xdg != NULL && *xdg == '/')
		return arena_printf(a, "%s/promised/promised.db", xdg);
	return arena_printf(a, "%s/.local/share/promised/promised.db",
	    home == NULL ? "" : home);
}

/* "DIR/NAME" for the folder that the file `beside` lies in. */
static char *
beside(struct arena *a, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return arena_strdup(a, name);
	return arena_printf(a, "%.*s/%s", (int)(slash - file), file, name);
}

static const char *
folder_beside(struct arena *a, const char *file, const char *name)
{
	char *path = beside(a, file, name);
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? path : NULL;
}

static void
defaults_before(struct arena *a, struct settings *s)
{
	static const int heads_up[] = {7, 3, 1};

	s->send.name = "send";
	s->publish.name = "publish";
	s->name = "";
	s->timezone = "UTC";
	s->region = "none";
	s->postal = "";
	s->digest = "weekly";
	s->quiet_from = 21 * 60;
	s->quiet_to = 8 * 60;
	s->store = settings_default_store(a);
	memcpy(s->heads_up, heads_up, sizeof(heads_up));
	s->heads_up_count = 3;
	s->limits = score_limits_default;
}

/* What was not said: Maildirs beside the store, one's own address. */
static int
defaults_after(struct arena *a, struct settings *s, struct err *err)
{
	size_t i;

	if (s->addresses.n == 0)
		return err_set(err, EX_CONFIG,
		    "%s: [owner] has no address; say which address is yours: "
		    "address = you@example.org",
		    s->path);
	if (s->id == NULL)
		s->id = s->addresses.v[0];
	if (s->mailbox_count == 0) {
		s->mailboxes = arena_alloc(a, sizeof(*s->mailboxes));
		s->mailboxes[0].name = "inbox";
		s->mailboxes[0].url =
		    arena_printf(a, "maildir:%s", beside(a, s->store, "inbox"));
		s->mailbox_count = 1;
	}
	for (i = 0; i < s->mailbox_count; i++)
		if (s->mailboxes[i].url == NULL)
			return err_set(err, EX_CONFIG,
			    "%s: [mailbox %s] has no url", s->path,
			    s->mailboxes[i].name);
	if (s->send.url == NULL)
		s->send.url = arena_printf(
		    a, "maildir:%s", beside(a, s->store, "outbox"));
	if (s->from == NULL)
		s->from = s->addresses.v[0];
	return 0;
}

int
settings_read(
    struct arena *a, const char *path, struct settings *s, struct err *err)
{
	struct config config;
	struct reader r = {
	    .arena = a, .config = &config, .settings = s, .err = err};
	size_t i;

	memset(s, 0, sizeof(*s));
	defaults_before(a, s);
	if (config_read(a, path, secret_keys, &config, err) != 0) {
		if (err->code == EX_NOINPUT)
			err_set(err, EX_CONFIG,
			    "%s does not exist; `promised init` writes it",
			    path);
		return -1;
	}
	s->path = config.path;
	for (i = 0; i < config.n; i++) {
		r.entry = &config.v[i];
		if (take_entry(&r) != 0)
			return -1;
	}
	s->own_rules = folder_beside(a, path, "rules");
	s->own_templates = folder_beside(a, path, "templates");
	return defaults_after(a, s, err);
}

/* The first line that `sh -c command` prints. */
static int
first_line_of(
    struct arena *a, const char *command, char **line, struct err *err)
{
	char text[8192];
	FILE *p = popen(command, "re");
	char *got;
	int status;

	if (p == NULL)
		return err_errno(err, "%s", command);
	got = fgets(text, sizeof(text), p);
	while (fgetc(p) != EOF)
		continue;
	status = pclose(p);
	if (got == NULL || status != 0) {
		explicit_bzero(text, sizeof(text));
		return err_set(err,
		    WEXITSTATUS(status) == EX_TEMPFAIL ? EX_TEMPFAIL
						       : EX_CONFIG,
		    "%s: printed no secret (status %d); run it by hand",
		    command, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	}
	text[strcspn(text, "\r\n")] = '\0';
	*line = arena_strdup(a, text);
	explicit_bzero(text, sizeof(text));
	return 0;
}

int
account_secret(struct arena *a, const struct account *account, bool *is_token,
    char **secret, struct err *err)
{
	*is_token = account->oauth != NULL || account->oauth_command != NULL;
	*secret = NULL;
	if (account->oauth_command != NULL)
		return first_line_of(a, account->oauth_command, secret, err);
	if (account->oauth != NULL)
		*secret = arena_strdup(a, account->oauth);
	else if (account->password_command != NULL)
		return first_line_of(a, account->password_command, secret, err);
	else if (account->password != NULL)
		*secret = arena_strdup(a, account->password);
	return 0;
}
