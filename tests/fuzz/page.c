/*
 * What a mail says, on a page for strangers: whatever it is, the page has the
 * elements and attributes that it has with plain words, and no others.
 *
 * The input is three texts, ended by line ends: the company's domain, the
 * case's title, and the words of a promise, all of them released.  Its length
 * says which of the pages.
 */
#include <string.h>

#include "base/datadir.h"
#include "record/page.h"
#include "record/ticket.h"
#include "tests/fuzz/fuzz.h"

enum { NAMES_MOST = 256 };

static const char *const pages[] = {"ticket.html", "ticket.svg", "feed.atom"};
enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

/* Names of elements ("<p") and of attributes, of a page. */
struct names {
	struct slice v[NAMES_MOST];
	size_t n;
};

static void
note(struct names *all, struct slice name, bool must_be_known)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->v[i].len == name.len &&
		    memcmp(all->v[i].p, name.p, name.len) == 0)
			return;
	FUZZ_MUST(!must_be_known);
	FUZZ_MUST(all->n < NAMES_MOST);
	all->v[all->n++] = name;
}

static struct slice
take_until(struct slice *rest, const char *ends)
{
	struct slice taken = {rest->p, 0};

	while (
	    taken.len < rest->len && strchr(ends, rest->p[taken.len]) == NULL)
		taken.len++;
	rest->p += taken.len;
	rest->len -= taken.len;
	return taken;
}

static void
skip(struct slice *rest, size_t n)
{
	FUZZ_MUST(rest->len >= n);
	rest->p += n;
	rest->len -= n;
}

static void
read_text(struct slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		FUZZ_MUST((unsigned char)text.p[i] >= ' ' ||
			  strchr("\n\t", text.p[i]) != NULL);
		FUZZ_MUST(text.p[i] != '>');
		if (text.p[i] == '&')
			FUZZ_MUST(
			    memchr(text.p + i, ';',
				text.len - i < 10 ? text.len - i : 10) != NULL);
	}
}

/* From behind '<' to behind '>'. */
static void
read_tag(struct slice *rest, struct names *known, bool strict)
{
	struct slice name = take_until(rest, " \n\t>");

	note(known, name, strict);
	for (;;) {
		struct slice attribute;

		while (rest->len > 0 && strchr(" \n\t/?", *rest->p) != NULL)
			skip(rest, 1);
		FUZZ_MUST(rest->len > 0 && *rest->p != '<');
		if (*rest->p == '>')
			break;
		attribute = take_until(rest, "= \n\t>");
		note(known, attribute, strict);
		if (rest->len == 0 || *rest->p != '=')
			continue;
		skip(rest, 1);
		FUZZ_MUST(*rest->p == '"');
		skip(rest, 1);
		read_text(take_until(rest, "\"<"));
		skip(rest, 1);
	}
	skip(rest, 1);
	/* Style and script are of the page itself. */
	if (slice_is(name, "style") || slice_is(name, "script"))
		(void)take_until(rest, "<");
}

static void
read_page(struct slice rest, struct names *known, bool strict)
{
	while (rest.len > 0) {
		read_text(take_until(&rest, "<"));
		if (rest.len == 0)
			return;
		skip(&rest, 1);
		read_tag(&rest, known, strict);
	}
}

/* The page about a case with these words. */
static struct slice
write_page(struct arena *a, struct run *run, const char *page,
    const char *const words[3])
{
	static const int one = 1;
	struct obligation o = {.case_number = 1,
	    .number = 1,
	    .who = WHO_COMPANY,
	    .due = {.precision = DUE_DAY, .day = 20000},
	    .said = {1772446500, 0},
	    .quote = words[2],
	    .message = 1};
	struct case_record r = {.owner = "Sam Okafor",
	    .ladder.row = {.number = 1,
		.company_domain = words[0],
		.title = words[1],
		.opened = {1772446500, 0}},
	    .obligations = &o,
	    .obligation_count = 1};
	const struct released released = {
	    .title = true, .quotes = &one, .quote_count = 1};
	struct values *values = values_new(a);
	struct err err = {0};
	char *text;

	FUZZ_MUST(run_voice(run, &r.voice, &err) == 0);
	r.voice.arena = a;
	ticket_values(&r, &released, values);
	text = page_write(a, datadir_path(a, "examples/pages/en"), NULL, page,
	    ticket_schema, values, &err);
	FUZZ_MUST(text != NULL);
	return slice_of(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const plain[] = {"a.example", "Matter", "We will."};
	static struct arena *kept;
	static struct names known[PAGES];
	struct run *run = fuzz_run();
	struct arena *a = arena_new();
	struct slice rest = slice_of(fuzz_text(a, data, size)), line;
	const char *words[] = {"", "", ""};
	size_t i;

	setenv("PROMISED_DATA", ".", 0);
	run->settings.timezone = "Europe/London";
	if (kept == NULL) {
		kept = arena_new();
		for (i = 0; i < PAGES; i++)
			read_page(write_page(kept, run, pages[i], plain),
			    &known[i], false);
	}
	for (i = 0; i < 3 && slice_line(&rest, &line); i++)
		words[i] = slice_dup(a, line);
	i = size % PAGES;
	read_page(write_page(a, run, pages[i], words), &known[i], true);
	arena_free(a);
	return 0;
}
