/*
 * `site`: all cases and companies as pages.  Gathers the rows in one state of
 * the store; then writes each case's dossier, which reads the mails, by itself,
 * so that mail that arrives meanwhile does not wait.
 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "cases/ledger.h"
#include "exporting.h"
#include "record/page.h"
#include "record/site.h"
#include "recording.h"

static const char layout[] = "site.html";

/* The rows of a case, without its mails, its law and its log. */
static int
gather_case(struct run *run, const struct voice *voice,
    const struct case_row *row, struct case_record *r, struct err *err)
{
	struct arena *a = run->arena;
	struct message_row *m;

	memset(r, 0, sizeof(*r));
	r->voice = *voice;
	r->owner = run->settings.name;
	r->ladder.row = *row;
	if (ledger_messages(run->store, run->owner, a, row->number, &m,
		&r->message_count, err) != 0 ||
	    ledger_obligations(run->store, run->owner, a, row->number, false,
		&r->obligations, &r->obligation_count, err) != 0 ||
	    ledger_entries(run->store, run->owner, a, row->number, &r->entries,
		&r->entry_count, err) != 0)
		return -1;
	r->messages = arena_calloc(a, r->message_count, sizeof(*r->messages));
	for (size_t i = 0; i < r->message_count; i++) {
		r->messages[i].row = &m[i];
		r->messages[i].exhibit = (int)i + 1;
	}
	return 0;
}

static int
gather_rows(struct run *run, struct site *site, struct err *err)
{
	struct company_row *companies;
	struct case_record *cases;
	struct case_row *rows;
	size_t n;

	if (ledger_companies(run->store, run->owner, run->arena, NULL,
		&companies, &site->company_count, err) != 0 ||
	    ledger_cases(run->store, run->owner, run->arena, &rows, &n, err) !=
		0)
		return -1;
	cases = arena_calloc(run->arena, n, sizeof(*cases));
	for (size_t i = 0; i < n; i++)
		if (rows[i].merged_into == 0 &&
		    gather_case(run, &site->voice, &rows[i],
			&cases[site->case_count++], err) != 0)
			return -1;
	site->cases = cases;
	site->companies = companies;
	return 0;
}

static int
gather(struct run *run, struct site *site, struct err *err)
{
	memset(site, 0, sizeof(*site));
	site->owner = run->settings.name;
	site->limits = &run->settings.limits;
	if (run_voice(run, &site->voice, err) != 0 ||
	    store_begin(run->store, err) != 0)
		return -1;
	if (gather_rows(run, site, err) == 0 &&
	    store_commit(run->store, err) == 0)
		return 0;
	store_rollback(run->store);
	return -1;
}

static int
write_case(struct run *run, struct folder *f, int number, struct err *err)
{
	struct arena *a = arena_new();
	struct case_record r;
	struct folder *one;
	char hash[SHA256_HEX];
	int rc = store_begin(run->store, err);

	if (rc == 0) {
		rc = record_collect(run, a, number, &r, err);
		store_rollback(run->store);
	}
	if (rc == 0) {
		r.daily = true;
		one = folder_below(
		    f, a, arena_printf(a, "cases/%d", number), err);
		if (one == NULL || record_write(run, one, &r, err) != 0 ||
		    folder_finish(one, hash, err) != 0)
			rc = -1;
	}
	arena_free(a);
	return rc;
}

static int
write_page(struct run *run, struct folder *f, const char *from, const char *to,
    const char *schema, const struct values *values, struct err *err)
{
	char *page = page_write(run->arena, page_folder(run, run->arena),
	    layout, from, schema, values, err);

	return page == NULL ? -1 : folder_write(f, to, slice_of(page), err);
}

static int
write_companies(
    struct run *run, struct folder *f, const struct site *site, struct err *err)
{
	for (size_t i = 0; i < site->company_count; i++) {
		const struct company_row *c = &site->companies[i];
		struct values *values = values_new(run->arena);

		if (site_company(site, c, values) &&
		    write_page(run, f, "company.html",
			arena_printf(
			    run->arena, "company-%" PRId64 ".html", c->id),
			site_company_schema, values, err) != 0)
			return -1;
	}
	return 0;
}

static int
write_site(
    struct run *run, struct folder *f, const struct site *site, struct err *err)
{
	struct values *index = values_new(run->arena);
	struct values *search = values_new(run->arena);

	site_index(site, index);
	site_search(site, search);
	if (write_page(run, f, "overview.html", "index.html", site_index_schema,
		index, err) != 0 ||
	    write_page(run, f, "search.html", "search.html", site_search_schema,
		search, err) != 0 ||
	    write_companies(run, f, site, err) != 0)
		return -1;
	for (size_t i = 0; i < site->case_count; i++)
		if (write_case(run, f, site->cases[i].ladder.row.number, err) !=
		    0)
			return -1;
	return 0;
}

int
command_site(struct run *run, struct err *err)
{
	struct site site;
	struct folder *f;
	char hash[SHA256_HEX];

	if (run->arg_count != 1)
		return err_set(err, EX_USAGE, "usage: promised site DIR");
	if (gather(run, &site, err) != 0)
		return -1;
	if (run->options.dry_run) {
		fprintf(run->out, "would write %zu cases to %s\n",
		    site.case_count, run->args[0]);
		return 0;
	}
	f = folder_open(run->arena, run->args[0], err);
	if (f == NULL || write_site(run, f, &site, err) != 0 ||
	    folder_finish(f, hash, err) != 0)
		return -1;
	fprintf(run->out, "%s/index.html: %zu cases\n", run->args[0],
	    site.case_count);
	return record_whole(run, err);
}
