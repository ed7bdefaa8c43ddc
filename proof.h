/*
 * Proof: may this mail command?  From alone never does.
 *
 * A mail counts only when it has one From, an address of the owner's, and
 *	- it came to a case address with the owner's MAC; or
 *	- it answers (In-Reply-To, References) a mail of ours to the owner,
 *	  whose Message-ID holds a MAC; or
 *	- the Authentication-Results that the configured server wrote topmost
 *	  tell a pass of DMARC, or of DKIM by the domain of From (RFC 8601).
 */
#ifndef PROOF_H
#define PROOF_H

#include "cases/token.h"
#include "reading.h"

struct proof {
	bool ours; /* a mail that promised itself sent */
	bool ours_to_company; /* ... as a letter in the owner's name */
	bool to_us; /* every recipient is promised, or the owner */
	bool authorised;
	const char *why; /* the proof, or why there is none; static */
	int case_number; /* that the address or the nudge is about; 0: none */
	int64_t seq; /* of the nudge that is answered; 0: none */
	bool address_of_case; /* case_number came with an address or id whose
	                       * MAC is right (either side's) */
};

/*
 * Whether promised, or the owner, reads at that address: those of the
 * configuration; and, in a mail of the owner's, any at the domain whose server
 * took it last (the topmost Received), unless the owner's own addresses or
 * freemail are there: nobody writes to a company at his own mail server.
 * m NULL: by the configuration alone.
 */
bool address_is_us(struct arena *, const struct run *, const struct message *m,
    const char *addr);

struct proof mail_proof(struct arena *, const struct run *,
    const struct token_key *, const struct understood *);

#endif
