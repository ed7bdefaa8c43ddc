/*
 * Where mail comes from: one way to read them all.
 *
 *	struct source *s = source_open_path("/home/ann/Maildir", err);
 *	while ((got = source_next(s, arena, &mail, err)) != 0)
 *		if (got > 0 && file(mail) == 0)
 *			source_filed(s, &mail, NULL, err);
 *	source_close(s);
 *
 * The order is the same at every reading: by name, or as the file has it.
 * Nothing is ever deleted.  Within a folder no symbolic link is followed, and
 * only regular files are read.  A kind of source is a row of functions (struct
 * source_kind); what comes by IMAP is fetcher.h.
 */
#ifndef MAIL_SOURCE_H
#define MAIL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
	/* A larger mail is refused with EX_DATAERR, unread. */
	SOURCE_LARGEST = 256 * 1024 * 1024,
	/* Folders within folders that a folder source enters. */
	SOURCE_DEPTH = 32
};

enum source_flag {
	SOURCE_SEEN = 1,
	SOURCE_ANSWERED = 2,
	SOURCE_FLAGGED = 4,
	SOURCE_DRAFT = 8,
	SOURCE_TRASHED = 16
};

/* One mail and where it lay.  All of it lives in the arena given. */
struct source_mail {
	struct slice bytes;
	const char
	    *source; /* "maildir:/home/ann/Maildir"; of the whole source */
	const char
	    *folder; /* "new", "cur", "INBOX", "sub/folder"; "" for none */
	const char *uid; /* stays the same at every reading, within the source:
	                  * the unique name (Maildir), the byte offset (mbox),
	                  * the path (files), the number (IMAP) */
	const char
	    *file; /* path to show and, for a file, to open; NULL: none */
	uint32_t uidvalidity, number; /* IMAP; 0 elsewhere */
	unsigned flags; /* enum source_flag */
	bool has_received;
	int64_t received; /* UTC seconds: INTERNALDATE, file time, From line */
};

struct source;

/* What every kind can do.  describe is for logs: "a Maildir". */
struct source_kind {
	const char *describe;
	int (*next)(struct source *, struct arena *, struct source_mail *,
	    struct err *);
	int (*filed)(struct source *, const struct source_mail *,
	    const char *folder, struct err *); /* NULL: nothing to mark */
	void (*close)(struct source *);
};

/* What is passed over, in UTC seconds; 0 and 0: nothing. */
struct source_since {
	/* Files whose last change is earlier (st_ctime, which nobody can set
	 * back: a delivery changes it, and a move from new to cur). */
	int64_t changed;
	/* Mails that came earlier: by st_mtime, or by the From line. */
	int64_t received;
};

/* The first member of every kind's own struct. */
struct source {
	const struct source_kind *kind;
	const char *name; /* owned by the kind */
	struct source_since since;
};

/*
 * Looks what path is: "-" is stdin; a directory with cur/ a Maildir; another
 * directory a folder of mails; a file that begins with "From " an mbox; any
 * other file one mail.  NULL with err (EX_NOINPUT when it is not there).
 */
struct source *source_open_path(const char *path, struct err *);
/* The same by URL: maildir:PATH, mbox:PATH, mboxo:PATH, file:PATH, or a bare
 * path.  EX_USAGE for a scheme that is none of these. */
struct source *source_open(const char *url, struct err *);

struct source *maildir_open(const char *path, struct err *);
/* mboxrd: lines ">From " lose one '>' (also right for nearly all of mboxo);
 * false: they stay as they are. */
struct source *mbox_open(const char *path, bool mboxrd, struct err *);
/* A mail in a file of its own, or a folder of such and of mboxes, with the
 * folders in it down to SOURCE_DEPTH; names that begin with '.' are left. */
struct source *files_open(const char *path, struct err *);
/* One mail, up to the end of fd, which stays open. */
struct source *stdin_open(int fd, struct err *);

/* Passes over, unread, what is older; to be said before source_next(). */
void source_since(struct source *, struct source_since);

/*
 * 1: a mail, in the arena (which may be reset before the next call); 0: no
 * more; -1: this one could not be read, err says why, and the next call goes
 * on behind it (EX_IOERR that repeats ends with 0, never in a loop).
 */
int source_next(
    struct source *, struct arena *, struct source_mail *, struct err *);

/*
 * Marks a mail as filed, when it is safe in the store: in a Maildir it moves
 * from new to cur with the flag Seen, or into folder (made when missing, as
 * Maildir++ names it) when that is not NULL.  Elsewhere nothing happens.
 */
int source_filed(struct source *, const struct source_mail *,
    const char *folder, struct err *);

/*
 * A descriptor that poll(2) finds readable when mail may have come: inotify(7)
 * on new/ of a Maildir, or on the file or folder.  -1 where that cannot be had
 * (also of a remote file system it says nothing): look from time to time.
 * Owned by the caller: close(2).
 */
int source_watch(const char *url);
/* Takes off what it has to say. */
void source_watch_clear(int fd);

/* NULL is allowed. */
void source_close(struct source *);

/* For the kinds: the whole of a regular file (EX_DATAERR: it is none, or
 * larger than SOURCE_LARGEST), and its time of change. */
int source_slurp(int fd, const char *path, struct arena *, struct source_mail *,
    struct err *);
/* For the kinds: a file or folder open to be read, and what it is; it waits for
 * no writer of a pipe.  -1 with err (EX_NOINPUT when it is not there). */
struct stat;
int source_fd(const char *path, struct stat *, struct err *);
/* For the kinds: whether source_since() has the file passed over. */
bool source_passes_over(const struct source *, const struct stat *);
/* For files.c: an mbox that is open already.  Takes fd, also on failure. */
struct source *
mbox_open_fd(int fd, const char *path, bool mboxrd, struct err *);

/*
 * Puts a mail into new/ of a Maildir, which is made when it is missing: tmp
 * first, fsync of file and folder.  Under the name (no '/', no ':', at most 120
 * bytes) a mail is there once, however often it is put there, as long as it is
 * in new/ or, with whatever flags, in cur/; NULL: under a name of its own.  0
 * means that it is on the disk; 1 (with err) that it is there and might not
 * outlast a power cut; -1 that it was not put there.
 */
int maildir_deliver(
    const char *dir, const char *name, struct slice bytes, struct err *);
/* Whether maildir_deliver() could do so now; makes the folder as it would. */
int maildir_check(const char *dir, struct err *);
/* Makes a Maildir, private to its owner, where there is none. */
int maildir_make(const char *dir, struct err *);

#endif
