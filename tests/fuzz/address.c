/* Addresses, domains and URLs: what passes can stand unquoted anywhere. */
#include <string.h>

#include "mail/addr.h"
#include "mail/domain.h"
#include "mail/url.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = fuzz_text(a, data, size > 2048 ? 2048 : size), *domain;
	struct err err = {0};
	struct url url;

	if (addr_fault(text) == NULL)
		FUZZ_MUST(strlen(text) <= ADDR_MOST && text[0] != '-' &&
			  strpbrk(text, " \t\r\n<>\",;()\\") == NULL);
	domain = domain_of(a, text);
	if (domain != NULL)
		(void)domain_resembles(a, domain, "northbank.example");
	(void)domain_ascii(a, text);
	(void)url_parse(a, text, &url, &err);
	(void)url_mailbox(a, text);
	arena_free(a);
	return 0;
}
