/* Where mail comes from: Maildirs, mboxes, folders, files, stdin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "mail/source.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define FROM "From ann@acme.example Mon Mar  2 10:15:00 2026\n"

struct place {
	struct arena *a;
	char dir[64];
	struct err err;
};

static int
begin(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	p->a = arena_new();
	strcpy(p->dir, "/tmp/promised-source.XXXXXX");
	*state = p;
	return mkdtemp(p->dir) == NULL ? -1 : 0;
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st;
	(void)what;
	(void)at;
	return remove(path);
}

static int
end(void **state)
{
	struct place *p = *state;

	nftw(p->dir, remove_one, 20, FTW_DEPTH | FTW_PHYS);
	arena_free(p->a);
	free(p);
	return 0;
}

static char *
path_of(struct place *p, const char *name)
{
	return arena_printf(p->a, "%s/%s", p->dir, name);
}

/* Writes a file, with the folders on the way. */
static void
put(struct place *p, const char *name, const char *text)
{
	char *path = path_of(p, name), *slash = path + strlen(p->dir) + 1;
	FILE *out;

	while ((slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash++ = '/';
	}
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static struct source *
open_at(struct place *p, const char *name)
{
	struct source *s = source_open_path(path_of(p, name), &p->err);

	if (s == NULL)
		fail_msg("%s", p->err.text);
	return s;
}

static struct source_mail
next(struct place *p, struct source *s)
{
	struct source_mail mail;

	if (source_next(s, p->a, &mail, &p->err) != 1)
		fail_msg("no mail: %s", p->err.text);
	return mail;
}

static void
no_more(struct place *p, struct source *s)
{
	struct source_mail mail;

	assert_int_equal(source_next(s, p->a, &mail, &p->err), 0);
	assert_int_equal(source_next(s, p->a, &mail, &p->err), 0);
	source_close(s);
}

static void
next_is(struct place *p, struct source *s, const char *text)
{
	struct source_mail mail = next(p, s);

	assert_string_equal(slice_dup(p->a, mail.bytes), text);
}

static bool
exists(struct place *p, const char *name)
{
	return access(path_of(p, name), F_OK) == 0;
}

/* --- Maildir -------------------------------------------------------------- */

static void
a_maildir_is_read_by_name(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "m/new/300.c.host", "three");
	put(p, "m/cur/100.a.host:2,FS", "one");
	put(p, "m/cur/200.b.host:2,", "two");
	put(p, "m/tmp/400.d.host", "not delivered");
	put(p, "m/cur/.hidden", "none");
	s = open_at(p, "m");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "one");
	assert_string_equal(mail.uid, "100.a.host");
	assert_string_equal(mail.folder, "cur");
	assert_string_equal(mail.file, path_of(p, "m/cur/100.a.host:2,FS"));
	assert_int_equal(mail.flags, SOURCE_FLAGGED | SOURCE_SEEN);
	assert_true(mail.has_received);
	assert_non_null(strstr(mail.source, "maildir:/"));
	next_is(p, s, "two");
	mail = next(p, s);
	assert_string_equal(mail.folder, "new");
	assert_int_equal(mail.flags, 0);
	no_more(p, s);
}

static void
what_is_filed_is_seen(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "m/new/100.a", "one");
	put(p, "m/cur/200.b:2,RT", "two");
	put(p, "m/cur/300.c:2,S", "three");
	s = open_at(p, "m");
	for (int i = 0; i < 3; i++) {
		mail = next(p, s);
		assert_int_equal(source_filed(s, &mail, NULL, &p->err), 0);
	}
	no_more(p, s);
	assert_true(exists(p, "m/cur/100.a:2,S"));
	assert_false(exists(p, "m/new/100.a"));
	assert_true(exists(p, "m/cur/200.b:2,RST"));
	assert_true(exists(p, "m/cur/300.c:2,S"));
}

static void
what_is_filed_goes_into_a_folder(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "m/new/100.a", "one");
	put(p, "m/cur/200.b:2,F", "two");
	s = open_at(p, "m");
	mail = next(p, s);
	assert_int_equal(source_filed(s, &mail, "Cases/Acme", &p->err), 0);
	mail = next(p, s);
	assert_int_equal(source_filed(s, &mail, "Cases/Acme", &p->err), 0);
	assert_true(exists(p, "m/.Cases.Acme/cur/100.a:2,S"));
	assert_true(exists(p, "m/.Cases.Acme/cur/200.b:2,FS"));
	assert_true(exists(p, "m/.Cases.Acme/new"));
	assert_true(exists(p, "m/.Cases.Acme/tmp"));
	assert_int_equal(source_filed(s, &mail, "../up", &p->err), -1);
	assert_int_equal(p->err.code, EX_CONFIG);
	no_more(p, s);
}

/* A mail program renames and deletes while we read. */
static void
others_may_work_in_the_maildir(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "m/new/100.a", "one");
	put(p, "m/new/200.b", "two");
	put(p, "m/cur/300.c:2,", "three");
	s = open_at(p, "m");
	rename(path_of(p, "m/new/100.a"), path_of(p, "m/cur/100.a:2,F"));
	unlink(path_of(p, "m/new/200.b"));
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "one");
	assert_int_equal(mail.flags, SOURCE_FLAGGED);
	mail = next(p, s);
	assert_string_equal(mail.uid, "300.c");
	rename(path_of(p, "m/cur/300.c:2,"), path_of(p, "m/cur/300.c:2,R"));
	assert_int_equal(source_filed(s, &mail, NULL, &p->err), 0);
	assert_true(exists(p, "m/cur/300.c:2,RS"));
	unlink(path_of(p, "m/cur/300.c:2,RS"));
	assert_int_equal(source_filed(s, &mail, NULL, &p->err), 0);
	no_more(p, s);
}

static void
links_and_pipes_are_not_mails(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "secret", "secret");
	put(p, "m/new/100.a", "one");
	mkdir(path_of(p, "m/cur"), 0700);
	assert_int_equal(
	    symlink(path_of(p, "secret"), path_of(p, "m/new/200.b")), 0);
	assert_int_equal(mkfifo(path_of(p, "m/new/300.c"), 0600), 0);
	put(p, "m/new/400.d", "four");
	s = open_at(p, "m");
	next_is(p, s, "one");
	/* The pipe is told, and reading goes on behind it. */
	assert_int_equal(source_next(s, p->a, &mail, &p->err), -1);
	assert_int_equal(p->err.code, EX_DATAERR);
	next_is(p, s, "four");
	no_more(p, s);
}

static void
a_delivery_can_be_read_back(void **state)
{
	static const char mail[] = "Subject: x\n\nwith \0 in it\n";
	struct place *p = *state;
	struct slice bytes = {mail, sizeof(mail) - 1};
	struct source_mail got;
	struct source *s;
	DIR *tmp;
	int left = 0;

	for (int i = 0; i < 50; i++)
		assert_int_equal(
		    maildir_deliver(path_of(p, "d"), NULL, bytes, &p->err), 0);
	s = open_at(p, "d");
	for (int i = 0; i < 50; i++) {
		got = next(p, s);
		assert_string_equal(got.folder, "new");
		assert_int_equal(got.bytes.len, bytes.len);
		assert_memory_equal(got.bytes.p, mail, bytes.len);
	}
	no_more(p, s);
	tmp = opendir(path_of(p, "d/tmp"));
	assert_non_null(tmp);
	while (readdir(tmp) != NULL)
		left++;
	closedir(tmp);
	assert_int_equal(left, 2); /* "." and ".." */
}

static void
deliver_17(struct place *p)
{
	assert_int_equal(maildir_deliver(path_of(p, "d"), "17.promised",
			     slice_of("Subject: x\n\n"), &p->err),
	    0);
}

/* Killed before it could note that it had delivered, a process does so again:
 * the mail is there once, whatever its reader has done with it meanwhile. */
static void
a_delivery_by_name_is_there_once(void **state)
{
	static const char *const taken[] = {"d/cur/17.promised",
	    "d/cur/17.promised:2,S", "d/cur/17.promised:2,FRS",
	    "d/cur/17.promised:2,Sab", "d/cur/17.promised:1,x"};
	struct place *p = *state;
	struct source *s;
	const char *from;

	for (int i = 0; i < 3; i++)
		deliver_17(p);
	from = path_of(p, "d/new/17.promised");
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		const char *to = path_of(p, taken[i]);

		assert_int_equal(rename(from, to), 0);
		deliver_17(p);
		s = open_at(p, "d");
		next(p, s);
		no_more(p, s);
		from = to;
	}
}

/* Nor is it taken for one whose name begins alike. */
static void
a_delivery_by_name_is_no_other(void **state)
{
	struct place *p = *state;
	struct source *s;

	assert_int_equal(maildir_make(path_of(p, "d"), &p->err), 0);
	put(p, "d/cur/17.promised2:2,S", "Subject: y\n\n");
	deliver_17(p);
	s = open_at(p, "d");
	next(p, s);
	next(p, s);
	no_more(p, s);
}

static void
a_delivery_that_fails_says_where(void **state)
{
	struct place *p = *state;

	put(p, "file", "x");
	assert_int_equal(
	    maildir_deliver(path_of(p, "file"), NULL, slice_of("x"), &p->err),
	    -1);
	assert_non_null(strstr(p->err.text, "/file"));
	assert_int_equal(maildir_deliver(path_of(p, "no/such"), NULL,
			     slice_of("x"), &p->err),
	    -1);
}

static void
a_maildir_is_made_private(void **state)
{
	struct place *p = *state;
	struct stat st;

	assert_int_equal(maildir_make(path_of(p, "n"), &p->err), 0);
	assert_int_equal(stat(path_of(p, "n"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	no_more(p, open_at(p, "n"));
	assert_int_equal(maildir_make(path_of(p, "n"), &p->err), 0);
}

/* --- mbox ----------------------------------------------------------------- */

static void
an_mbox_is_parted_at_from_lines(void **state)
{
	static const char before[] =
	    FROM "Subject: 1\n\nOne.\nFrom here on it is text.\n\n"
		 "From now on, at 10:15, too.\n\n" FROM
		 "Subject: 2\n\nTwo.\n" FROM "no empty line before\n\n";
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "box",
	    arena_printf(p->a, "%s%s", before,
		"From - Tue Mar  3 08:00:00 2026\nSubject: 3\n\n"));
	s = open_at(p, "box");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes),
	    "Subject: 1\n\nOne.\nFrom here on it is text.\n\n"
	    "From now on, at 10:15, too.\n");
	assert_string_equal(mail.uid, "0");
	assert_string_equal(mail.file, path_of(p, "box"));
	assert_true(mail.has_received);
	assert_int_equal(mail.received, 1772446500); /* date -d ... +%s */
	next_is(p, s, "Subject: 2\n\nTwo.\n" FROM "no empty line before\n");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "Subject: 3\n");
	/* The offset leads back to its line. */
	assert_int_equal(strtol(mail.uid, NULL, 10), strlen(before));
	no_more(p, s);
}

static void
quoted_from_lines(void **state)
{
	static const char box[] =
	    FROM "Subject: x\n\n>From me\n>>From you\n> From them\n";
	struct place *p = *state;
	struct source *s;

	put(p, "box", box);
	s = open_at(p, "box");
	next_is(p, s, "Subject: x\n\nFrom me\n>From you\n> From them\n");
	no_more(p, s);
	s = source_open(
	    arena_printf(p->a, "mboxo:%s", path_of(p, "box")), &p->err);
	assert_non_null(s);
	next_is(p, s, box + strlen(FROM));
	no_more(p, s);
}

static void
an_mbox_with_crlf(void **state)
{
	struct place *p = *state;
	struct source *s;

	put(p, "box",
	    "From a@b Mon Mar  2 10:15:00 2026\r\nSubject: 1\r\n\r\nx\r\n\r\n"
	    "From a@b Mon Mar  2 10:15:00 2026\r\nSubject: 2\r\n\r\ny\r\n");
	s = open_at(p, "box");
	next_is(p, s, "Subject: 1\r\n\r\nx\r\n");
	next_is(p, s, "Subject: 2\r\n\r\ny\r\n");
	no_more(p, s);
}

/* A From line wherever it falls in the reader's window of 64 KB, and lines
 * longer than that. */
static void
mails_are_parted_at_any_offset(void **state)
{
	struct place *p = *state;

	for (int before = 65400; before < 65560; before += 7) {
		struct buf box = {0}, first = {0};
		struct source *s;

		buf_puts(&first, "X: ");
		for (int i = 0; i < before; i++)
			buf_putc(&first, (char)('a' + i % 26));
		buf_puts(&first, "\n");
		buf_printf(&box, FROM "%s\n" FROM "%s%s\n" FROM "last\n",
		    first.p, first.p, first.p);
		put(p, "box", box.p);
		s = open_at(p, "box");
		next_is(p, s, first.p);
		assert_int_equal(next(p, s).bytes.len, 2 * first.len);
		next_is(p, s, "last\n");
		no_more(p, s);
		buf_free(&box);
		buf_free(&first);
	}
}

static void
what_is_no_mbox(void **state)
{
	struct place *p = *state;

	put(p, "file", "Subject: x\n");
	put(p, "empty", "");
	assert_null(mbox_open(path_of(p, "file"), true, &p->err));
	assert_int_equal(p->err.code, EX_DATAERR);
	assert_null(mbox_open(path_of(p, "none"), true, &p->err));
	assert_int_equal(p->err.code, EX_NOINPUT);
	no_more(p, mbox_open(path_of(p, "empty"), true, &p->err));
}

/* --- files ---------------------------------------------------------------- */

static void
a_folder_is_read_in_order_and_depth(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "f/b.eml", "b");
	put(p, "f/a/2.eml", "a2");
	put(p, "f/a/1.eml", "a1");
	put(p, "f/c/box", FROM "Subject: 1\n\n" FROM "Subject: 2\n");
	put(p, "f/.hidden/x", "none");
	put(p, "f/md/new/1.x", "new");
	put(p, "f/md/cur/2.x:2,S", "cur");
	put(p, "f/md/tmp/3.x", "not delivered");
	assert_int_equal(symlink(p->dir, path_of(p, "f/loop")), 0);
	assert_int_equal(symlink("b.eml", path_of(p, "f/link.eml")), 0);
	assert_int_equal(mkfifo(path_of(p, "f/pipe"), 0600), 0);
	s = open_at(p, "f");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "a1");
	assert_string_equal(mail.file, path_of(p, "f/a/1.eml"));
	next_is(p, s, "a2");
	next_is(p, s, "b");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "Subject: 1\n");
	assert_string_equal(
	    mail.uid, arena_printf(p->a, "%s@0", path_of(p, "f/c/box")));
	next_is(p, s, "Subject: 2\n");
	next_is(p, s, "cur");
	next_is(p, s, "new");
	no_more(p, s);
}

static void
folders_too_deep_are_told(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct buf name = {0};
	struct source *s;

	put(p, "f/z.eml", "z");
	buf_puts(&name, "f/");
	for (int i = 0; i < SOURCE_DEPTH; i++)
		buf_puts(&name, "d/");
	buf_puts(&name, "x.eml");
	put(p, name.p, "too deep");
	buf_free(&name);
	s = open_at(p, "f");
	assert_int_equal(source_next(s, p->a, &mail, &p->err), -1);
	assert_int_equal(p->err.code, EX_DATAERR);
	next_is(p, s, "z");
	no_more(p, s);
}

static void
a_file_is_one_mail(void **state)
{
	struct place *p = *state;
	struct source_mail mail;
	struct source *s;

	put(p, "a.eml", "Subject: x\n\ny\n");
	s = open_at(p, "a.eml");
	mail = next(p, s);
	assert_string_equal(slice_dup(p->a, mail.bytes), "Subject: x\n\ny\n");
	assert_string_equal(mail.file, path_of(p, "a.eml"));
	assert_int_equal(source_filed(s, &mail, NULL, &p->err), 0);
	assert_true(exists(p, "a.eml"));
	no_more(p, s);
}

static void
standard_input_is_one_mail(void **state)
{
	struct place *p = *state;
	struct source *s;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "Subject: x\n", 11), 11);
	close(ends[1]);
	s = stdin_open(ends[0], &p->err);
	next_is(p, s, "Subject: x\n");
	no_more(p, s);
	/* Nothing comes: no mail. */
	no_more(p, stdin_open(ends[0], &p->err));
	close(ends[0]);
}

static void
what_cannot_be_opened_says_so(void **state)
{
	struct place *p = *state;

	assert_null(source_open_path(path_of(p, "none"), &p->err));
	assert_int_equal(p->err.code, EX_NOINPUT);
	assert_null(source_open("imap://host/", &p->err));
	assert_int_equal(p->err.code, EX_USAGE);
	assert_null(
	    source_open(arena_printf(p->a, "maildir:%s", p->dir), &p->err));
	assert_int_equal(p->err.code, EX_NOINPUT);
	source_close(NULL);
}

/* --- what is passed over --------------------------------------------------- */

static const char *const old_kinds[] = {"m", "folder", "box", "folder/one"};

static void
put_old_and_new(struct place *p)
{
	put(p, "m/cur/100.a:2,S", "one");
	put(p, "m/new/200.b", "two");
	put(p, "folder/one", "one");
	put(p, "folder/box", FROM "Subject: x\n\none\n");
	put(p, "box", FROM "Subject: x\n\none\n");
}

static int
how_many(struct place *p, const char *name, struct source_since since)
{
	struct source *s = open_at(p, name);
	struct source_mail mail;
	int n = 0;

	source_since(s, since);
	while (source_next(s, p->a, &mail, &p->err) == 1)
		n++;
	source_close(s);
	return n;
}

static void
what_has_not_changed_is_passed_over(void **state)
{
	struct place *p = *state;
	struct source_since before = {.changed = time(NULL) - 60};
	struct source_since after = {.changed = time(NULL) + 60};

	put_old_and_new(p);
	for (size_t i = 0; i < ROWS(old_kinds); i++) {
		assert_true(how_many(p, old_kinds[i], before) > 0);
		assert_int_equal(how_many(p, old_kinds[i], before),
		    how_many(p, old_kinds[i], (struct source_since){0}));
		assert_int_equal(how_many(p, old_kinds[i], after), 0);
	}
}

static void
what_came_earlier_is_passed_over(void **state)
{
	static const char second[] =
	    "\nFrom ann@acme.example Tue Mar  3 10:15:00 2026\n"
	    "Subject: x\n\ntwo\n";
	struct place *p = *state;
	const struct timespec march_3[2] = {{1772532900, 0}, {1772532900, 0}};
	struct source_since since = {.received = 1772532900};

	put_old_and_new(p);
	put(p, "box",
	    arena_printf(p->a, "%sSubject: x\n\none\n%s", FROM, second));
	assert_int_equal(how_many(p, "box", since), 1);
	utimensat(AT_FDCWD, path_of(p, "m/new/200.b"), march_3, 0);
	assert_int_equal(how_many(p, "m", since), 2);
	since.received++;
	assert_int_equal(how_many(p, "m", since), 1);
	assert_int_equal(how_many(p, "box", since), 0);
}

static void
a_delivery_wakes(void **state)
{
	struct place *p = *state;
	struct pollfd watch = {.events = POLLIN};

	put(p, "m/tmp/1", "one");
	put(p, "m/new/0", "nil");
	put(p, "m/cur/0", "nil");
	watch.fd =
	    source_watch(arena_printf(p->a, "maildir:%s", path_of(p, "m")));
	assert_true(watch.fd >= 0);
	assert_int_equal(poll(&watch, 1, 0), 0);
	assert_int_equal(
	    rename(path_of(p, "m/tmp/1"), path_of(p, "m/new/1")), 0);
	assert_int_equal(poll(&watch, 1, 5000), 1);
	source_watch_clear(watch.fd);
	/* What we file ourselves does not. */
	assert_int_equal(
	    rename(path_of(p, "m/new/1"), path_of(p, "m/cur/1:2,S")), 0);
	assert_int_equal(poll(&watch, 1, 0), 0);
	close(watch.fd);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_maildir_is_read_by_name),
	    TEST(what_is_filed_is_seen),
	    TEST(what_is_filed_goes_into_a_folder),
	    TEST(others_may_work_in_the_maildir),
	    TEST(links_and_pipes_are_not_mails),
	    TEST(a_delivery_can_be_read_back),
	    TEST(a_delivery_by_name_is_there_once),
	    TEST(a_delivery_by_name_is_no_other),
	    TEST(a_delivery_that_fails_says_where),
	    TEST(a_maildir_is_made_private),
	    TEST(an_mbox_is_parted_at_from_lines),
	    TEST(quoted_from_lines),
	    TEST(an_mbox_with_crlf),
	    TEST(mails_are_parted_at_any_offset),
	    TEST(what_is_no_mbox),
	    TEST(a_folder_is_read_in_order_and_depth),
	    TEST(folders_too_deep_are_told),
	    TEST(a_file_is_one_mail),
	    TEST(standard_input_is_one_mail),
	    TEST(what_cannot_be_opened_says_so),
	    TEST(what_has_not_changed_is_passed_over),
	    TEST(what_came_earlier_is_passed_over),
	    TEST(a_delivery_wakes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
