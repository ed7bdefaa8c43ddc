/*
 * What the configuration means: the keys of promised.conf(5) as one struct.
 *
 * Everything lives in the arena given.  Without a [mailbox] or [send] section
 * both are Maildirs beside the store: promised works with no server at all.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/score.h"
#include "mail/message.h"

/* How to speak to a server; the url tells which kind it is. */
struct account {
	const char *name; /* "home"; of [send]: "send" */
	const char *url;
	const char *password, *password_command; /* NULL when not given */
	const char *oauth, *oauth_command; /* an access token */
	const char *oauth_file; /* whose command is promised-oauth */
	const char
	    *ca; /* file of certificates to trust instead of the system's */
	const char *pin; /* SHA-256 of the one certificate to trust, hex */
	const char
	    *filed_folder; /* "\\Seen" flags instead of moving; NULL: none */
	const char *since; /* first pass: "all", "now" or a date */
};

struct settings {
	const char *path; /* of the file; "" when there is none */
	/* [owner] */
	const char *id; /* key of all rows of this owner in the store */
	struct strings addresses; /* lower case; the first is written to */
	const char *name;
	const char *postal; /* address on letters, lines; "" when not given */
	const char *timezone; /* IANA */
	const char *region; /* "GB-SCT"; "none" */
	struct strings languages;
	int quiet_from,
	    quiet_to; /* minutes of the day; equal: no quiet hours */
	const char *digest; /* "daily", "weekly", "none" */
	/* [mailbox NAME] */
	struct account *mailboxes;
	size_t mailbox_count;
	/* [send] */
	struct account send;
	const char *from; /* address that nudges come from */
	const char *case_address; /* "me+{case}@example.org" */
	/* [store] */
	const char *store;
	/* [nudges] */
	int heads_up[8]; /* days before the owner's own deadlines, most first */
	size_t heads_up_count;
	bool weekends; /* nudge on Saturday and Sunday too */
	/* [scorecard] */
	struct score_limits limits;
	/* [publish] */
	const char *publish_dir; /* where tickets go; NULL: nowhere */
	const char *publish_command; /* run when one has changed; NULL */
	struct account publish; /* a WebDAV server; url NULL: none */
	/* [trust] */
	const char
	    *authserv_id; /* NULL: no Authentication-Results is believed */
	bool check_dkim; /* asks the DNS for keys */
	const char *resolver; /* "127.0.0.1:5353"; NULL: the system's */
	/* Folders beside the config: the owner's own rules and templates; NULL
	 * where there are none. */
	const char *own_rules, *own_templates;
};

/* In which the owner is written to: "en". */
const char *owner_language(const struct settings *);

/* "$XDG_CONFIG_HOME/promised/config", or "~/.config/promised/config". */
char *settings_default_path(struct arena *);
/* "$XDG_DATA_HOME/promised/promised.db". */
char *settings_default_store(struct arena *);

/*
 * Reads and checks the file.  -1 with err (file:line and what to do): an
 * unknown section or key, a value that is none, a missing address, a secret
 * that others can read.  A file that does not exist is EX_CONFIG with the hint
 * to run `promised init`.
 */
int settings_read(
    struct arena *, const char *path, struct settings *, struct err *);

/*
 * The password or access token of an account, by its command when it has one
 * (run by sh -c, first line of its output).  Wipe it after use.  *secret is
 * NULL when the account has none.
 */
int account_secret(struct arena *, const struct account *, bool *is_token,
    char **secret, struct err *);

#endif
