/* See company.h. */
#include <string.h>

#include "cases/company.h"

int
company_domains(struct store *s, int64_t owner, struct arena *a, int64_t sent,
    struct strings *out, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_ALIAS_DOMAINS, sql_int(owner),
	    sql_int(sent == 0 ? INT64_MAX : sent));

	memset(out, 0, sizeof(*out));
	while (rows_next(r))
		strings_add(a, out, rows_text(r, 0, a));
	return rows_end(r, err);
}

int
company_is_known(struct store *s, int64_t owner, const char *domain,
    int64_t sent, bool *knows, struct err *err)
{
	int64_t n;
	int rc = STORE_INT(s, err, 0, &n, SQL_ALIAS_KNOWN, sql_int(owner),
	    sql_text(domain), sql_int(sent == 0 ? INT64_MAX : sent));

	*knows = n > 0;
	return rc;
}

int
company_add_alias(struct store *s, int64_t owner, const char *domain,
    int64_t company, int64_t message, struct change *c, struct err *err)
{
	int64_t known, id;

	if (STORE_INT(s, err, 0, &known, SQL_ALIAS_GET, sql_int(owner),
		sql_text(domain)) < 0)
		return -1;
	if (known != 0)
		return 0;
	if (store_number(s, owner, "alias", &id, err) < 0 ||
	    (c != NULL && change_touch(c, TABLE_ALIAS, id, 0, err) < 0))
		return -1;
	return STORE_RUN(s, err, SQL_ALIAS_ROW_PUT, sql_int(owner), sql_int(id),
		   sql_text(domain), sql_int(company),
		   message == 0 ? sql_null() : sql_int(message)) < 0
		   ? -1
		   : 0;
}

int
company_fill_name(struct store *s, int64_t owner, int64_t company,
    const char *name, int64_t message, struct err *err)
{
	if (name == NULL)
		return 0;
	return STORE_RUN(s, err, SQL_COMPANY_NAME_FILL, sql_int(owner),
		   sql_int(company), sql_text(name),
		   message == 0 ? sql_null() : sql_int(message)) < 0
		   ? -1
		   : 0;
}

static int
add_company(struct store *s, int64_t owner, const char *domain,
    int64_t *company, struct err *err)
{
	if (STORE_INT(s, err, 0, company, SQL_COMPANY_BY_DOMAIN, sql_int(owner),
		sql_text(domain)) < 0)
		return -1;
	if (*company != 0)
		return 0;
	if (store_number(s, owner, "company", company, err) < 0)
		return -1;
	return STORE_RUN(s, err, SQL_COMPANY_ADD, sql_int(owner),
		   sql_int(*company), sql_text(domain)) < 0
		   ? -1
		   : 0;
}

int
company_of_domain(struct store *s, int64_t owner, const char *domain,
    const char *name, int64_t message, struct change *c, int64_t *company,
    struct err *err)
{
	if (STORE_INT(s, err, 0, company, SQL_ALIAS_GET, sql_int(owner),
		sql_text(domain)) < 0)
		return -1;
	if (*company != 0)
		return 0;
	if (add_company(s, owner, domain, company, err) < 0 ||
	    company_fill_name(s, owner, *company, name, message, err) < 0)
		return -1;
	return company_add_alias(s, owner, domain, *company, message, c, err);
}
