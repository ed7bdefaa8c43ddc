/*
 * Every SQL statement of promised: STATEMENT(NAME, "text"), a group for each
 * module.  Included by store.h (names) and store.c (texts), hence no guard.
 *
 * Each names the owner; each is plain enough for PostgreSQL too: no rowid, no
 * upsert (that a row is there already does nothing in both), no function of
 * SQLite's own.
 */

/* store.c */
STATEMENT(OWNER_GET, "SELECT owner FROM owner WHERE address = ?1")
STATEMENT(OWNER_LAST, "SELECT max(owner) FROM owner WHERE owner > ?1")
STATEMENT(OWNER_ADD, "INSERT INTO owner (owner, address) VALUES (?1, ?2)")
STATEMENT(COUNTER_SET, "UPDATE counter SET value = ?3 WHERE owner = ?1 AND series = ?2")
STATEMENT(COUNTER_ADD, "INSERT INTO counter (owner, series, value) VALUES (?1, ?2, ?3)")
STATEMENT(COUNTER_GET, "SELECT value FROM counter WHERE owner = ?1 AND series = ?2")

/* intake.c */
STATEMENT(RAW_ADD, "INSERT INTO raw (owner, sha256, bytes) VALUES (?1, ?2, ?3)")
STATEMENT(RAW_GET, "SELECT r.bytes, m.waiting, m.tries, m.received FROM message m JOIN raw r ON r.owner = m.owner AND r.sha256 = m.sha256 WHERE m.owner = ?1 AND m.id = ?2")
STATEMENT(MESSAGE_ADD, "INSERT INTO message (owner, id, sha256, message_id, received, waiting, tries, late) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)")
STATEMENT(MESSAGE_BY_SHA, "SELECT id FROM message WHERE owner = ?1 AND sha256 = ?2")
STATEMENT(MESSAGE_BODIES, "SELECT m.id, r.bytes FROM message m JOIN raw r ON r.owner = m.owner AND r.sha256 = m.sha256 WHERE m.owner = ?1 AND m.message_id = ?2 ORDER BY m.id LIMIT ?3")
STATEMENT(MESSAGE_WAITING, "SELECT waiting FROM message WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGES_WAITING, "SELECT id FROM message WHERE owner = ?1 AND waiting > 0 AND tries < ?2 ORDER BY received, CASE WHEN waiting = 2 THEN sha256 END, id LIMIT ?3")
STATEMENT(MESSAGES_GIVEN_UP, "SELECT count(*) FROM message WHERE owner = ?1 AND waiting > 0 AND tries >= ?2")
STATEMENT(MESSAGE_TRY, "UPDATE message SET tries = tries + 1 WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGE_DESCRIBE, "UPDATE message SET direction = ?3, from_addr = ?4, from_name = ?5, date = ?6, date_offset = ?7, subject = ?8, original_id = ?9, forwarded = ?10, autoreply = ?11, bulk = ?12, attachment = ?13, client = ?14, language = ?15, newest = ?16, faults = ?17, sent = ?18, waiting = CASE WHEN ?19 = 0 THEN waiting ELSE 0 END WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGE_DONE, "UPDATE message SET waiting = 0 WHERE owner = ?1 AND id = ?2")
STATEMENT(SIGHTING_ADD, "INSERT INTO sighting (owner, id, message, source, uidvalidity, uid, file, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
STATEMENT(SIGHTING_BY_UID, "SELECT message FROM sighting WHERE owner = ?1 AND source = ?2 AND uidvalidity = ?3 AND uid = ?4 AND uid > 0")
STATEMENT(SIGHTING_SAME, "SELECT id FROM sighting WHERE owner = ?1 AND message = ?2 AND source = ?3 AND uidvalidity = ?4 AND uid = ?5 AND coalesce(file, '') = ?6")
STATEMENT(SIGHTING_LAST_UID, "SELECT max(uid) FROM sighting WHERE owner = ?1 AND source = ?2 AND uidvalidity = ?3 AND uid > 0")

/* evidence.c */
STATEMENT(THREAD_BY_ID, "SELECT m.case_number, CASE WHEN k.role = 'is' THEN 1 ELSE 0 END FROM mail_id k JOIN message m ON m.owner = k.owner AND m.id = k.message WHERE k.owner = ?1 AND k.id = ?2 AND m.id <> ?3 AND m.case_number IS NOT NULL AND coalesce(m.sent, 0) <= ?4")
STATEMENT(THREAD_UNFILED_ID, "SELECT count(*) FROM mail_id k JOIN message m ON m.owner = k.owner AND m.id = k.message WHERE k.owner = ?1 AND k.id = ?2 AND k.role = 'is' AND m.id <> ?3 AND m.case_number IS NULL AND m.waiting = 0 AND m.placed_by = 'unfiled' AND m.direction = 'company' AND coalesce(m.sent, 0) <= ?4")
STATEMENT(THREAD_BY_NUMBER, "SELECT DISTINCT m.case_number FROM reference r JOIN message m ON m.owner = r.owner AND m.id = r.message WHERE r.owner = ?1 AND r.value = ?2 AND m.id <> ?3 AND m.case_number IS NOT NULL AND coalesce(m.sent, 0) <= ?4")
STATEMENT(THREAD_BY_DOMAIN, "SELECT m.case_number, CASE WHEN p.role IN ('from', 'to') THEN 1 ELSE 0 END FROM (SELECT owner, message, role FROM party WHERE owner = ?1 AND domain = ?2 AND message <> ?3 ORDER BY message DESC LIMIT 60) p JOIN message m ON m.owner = p.owner AND m.id = p.message WHERE m.case_number IS NOT NULL AND coalesce(m.sent, 0) <= ?4")
STATEMENT(THREAD_BY_ALIAS, "SELECT c.number FROM alias a JOIN cases c ON c.owner = a.owner AND c.company = a.company WHERE a.owner = ?1 AND a.domain = ?2 AND c.merged_into = 0 AND (c.closed IS NULL OR c.closed >= ?3) AND EXISTS (SELECT 1 FROM message m WHERE m.owner = c.owner AND m.case_number = c.number AND coalesce(m.sent, 0) <= ?5) ORDER BY c.opened DESC, c.number DESC LIMIT ?4")
STATEMENT(THREAD_BY_COMPANY, "SELECT c.number FROM cases c WHERE c.owner = ?1 AND c.company = ?2 AND c.merged_into = 0 AND EXISTS (SELECT 1 FROM message m WHERE m.owner = c.owner AND m.case_number = c.number AND coalesce(m.sent, 0) <= ?3)")
STATEMENT(THREAD_LIVING, "SELECT case_number FROM message WHERE owner = ?1 AND case_number IS NOT NULL AND direction <> 'promised' AND date >= ?2 AND coalesce(sent, 0) <= ?4 ORDER BY date DESC LIMIT ?3")
STATEMENT(THREAD_BY_NAME, "SELECT m.id, m.case_number FROM (SELECT owner, message FROM name WHERE owner = ?1 AND word = ?2 ORDER BY message DESC LIMIT ?4) n JOIN message m ON m.owner = n.owner AND m.id = n.message WHERE m.case_number IS NOT NULL AND m.date >= ?3 AND m.direction = 'company' AND coalesce(m.sent, 0) <= ?5")
STATEMENT(THREAD_CASE, "SELECT coalesce(p.name, p.domain), c.closed, (SELECT count(*) FROM alias a WHERE a.owner = c.owner AND a.domain = ?3 AND a.company = c.company), c.opened FROM cases c LEFT JOIN company p ON p.owner = c.owner AND p.id = c.company WHERE c.owner = ?1 AND c.number = ?2")
STATEMENT(THREAD_PARTIES, "SELECT p.addr, p.name, p.domain, CASE WHEN p.role IN ('from', 'to') THEN 1 ELSE 0 END FROM message m JOIN party p ON p.owner = m.owner AND p.message = m.id WHERE m.owner = ?1 AND m.case_number = ?2 AND coalesce(m.sent, 0) <= ?3")
STATEMENT(THREAD_NUMBERS, "SELECT r.value, CASE WHEN m.direction = 'owner' THEN 1 WHEN EXISTS (SELECT 1 FROM party p WHERE p.owner = m.owner AND p.message = m.id AND p.domain = ?4 AND p.role NOT IN ('to', 'cc')) THEN CASE WHEN (SELECT min(date) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'owner') < m.date THEN 3 ELSE 2 END ELSE 0 END FROM reference r JOIN message m ON m.owner = r.owner AND m.id = r.message WHERE m.owner = ?1 AND m.case_number = ?2 AND coalesce(m.sent, 0) <= ?3")
STATEMENT(THREAD_MESSAGES, "SELECT direction, date, thread_subject, words, CASE WHEN placed_by = 'owner' THEN from_addr END, autoreply, CASE WHEN direction = 'owner' AND NOT EXISTS (SELECT 1 FROM party p WHERE p.owner = message.owner AND p.message = message.id) THEN 1 ELSE 0 END FROM message WHERE owner = ?1 AND case_number = ?2 AND direction <> 'promised' AND coalesce(sent, 0) <= ?3 ORDER BY date DESC LIMIT 40")
STATEMENT(THREAD_TWIN, "SELECT m.case_number, m.id FROM mail_id k JOIN message m ON m.owner = k.owner AND m.id = k.message WHERE k.owner = ?1 AND k.id = ?2 AND k.role = 'twin' AND m.id <> ?3 AND m.case_number IS NOT NULL AND (?4 <> 0 OR m.forwarded <> 0) AND m.date BETWEEN ?5 AND ?6 AND coalesce(m.sent, 0) <= ?7 ORDER BY m.sent, m.id")
STATEMENT(COMPANIES, "SELECT id, domain, coalesce(name, domain) FROM company WHERE owner = ?1 ORDER BY id")

/* thread.c */
STATEMENT(CASE_FOLLOW, "SELECT CASE WHEN merged_into <= 0 THEN number ELSE merged_into END FROM cases WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_COMPANY, "SELECT p.id, coalesce(p.name, p.domain) FROM cases c JOIN company p ON p.owner = c.owner AND p.id = c.company WHERE c.owner = ?1 AND c.number = ?2")
STATEMENT(MAIL_ID_ADD, "INSERT INTO mail_id (owner, id, message, role) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
STATEMENT(REFERENCE_ADD, "INSERT INTO reference (owner, value, message, nr, written) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
STATEMENT(PARTY_ADD, "INSERT INTO party (owner, message, addr, domain, name, role, machine) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
STATEMENT(NAME_ADD, "INSERT INTO name (owner, word, message) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
STATEMENT(MESSAGE_FOUND, "UPDATE message SET agent = ?3, signals = ?4, manner = ?5, thread_subject = ?6, words = ?7, again = ?8, done = ?9 WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGE_FILE, "UPDATE message SET case_number = ?3, placed_by = ?4, placed_why = ?5, moved_by = ?6, agent = ?7, signals = ?8, manner = ?9, thread_subject = ?10, words = ?11, again = ?12, done = ?13 WHERE owner = ?1 AND id = ?2")
STATEMENT(ALIAS_DOMAINS, "SELECT a.domain FROM alias a LEFT JOIN message m ON m.owner = a.owner AND m.id = a.message WHERE a.owner = ?1 AND coalesce(m.sent, 0) <= ?2 ORDER BY a.domain")
STATEMENT(ALIAS_KNOWN, "SELECT count(*) FROM alias a LEFT JOIN message m ON m.owner = a.owner AND m.id = a.message WHERE a.owner = ?1 AND a.domain = ?2 AND coalesce(m.sent, 0) <= ?3")
STATEMENT(ALIAS_GET, "SELECT company FROM alias WHERE owner = ?1 AND domain = ?2")
STATEMENT(COMPANY_BY_DOMAIN, "SELECT id FROM company WHERE owner = ?1 AND domain = ?2")
STATEMENT(COMPANY_ADD, "INSERT INTO company (owner, id, domain) VALUES (?1, ?2, ?3)")
STATEMENT(COMPANY_NAME_FILL, "UPDATE company SET name = ?3, named_by = ?4 WHERE owner = ?1 AND id = ?2 AND name IS NULL")
STATEMENT(COMPANY_GET, "SELECT domain, name FROM company WHERE owner = ?1 AND id = ?2")
STATEMENT(CANDIDATE_ADD, "INSERT INTO candidate (owner, message, case_number, score, why) VALUES (?1, ?2, ?3, ?4, ?5)")
STATEMENT(CANDIDATES_DROP, "DELETE FROM candidate WHERE owner = ?1 AND message = ?2")
STATEMENT(UNFILED_BY_ID, "SELECT m.id FROM mail_id k JOIN message m ON m.owner = k.owner AND m.id = k.message WHERE k.owner = ?1 AND k.id = ?2 AND k.role = ?3 AND m.id <> ?4 AND m.case_number IS NULL AND m.waiting = 0 AND m.bulk = 0")
STATEMENT(UNFILED_LATER, "SELECT m.id FROM message m WHERE m.owner = ?1 AND m.case_number IS NULL AND m.bulk = 0 AND m.waiting = 0 AND m.date > ?3 AND m.placed_by IN ('unfiled', 'doubt') AND (m.direction = 'owner' OR EXISTS (SELECT 1 FROM party p JOIN alias a ON a.owner = p.owner AND a.domain = p.domain JOIN cases c ON c.owner = a.owner AND c.company = a.company WHERE p.owner = m.owner AND p.message = m.id AND c.number = ?2)) ORDER BY m.date, m.id LIMIT ?4")
STATEMENT(OPENED_BY_ID, "SELECT DISTINCT c.number FROM mail_id k JOIN message m ON m.owner = k.owner AND m.id = k.message JOIN cases c ON c.owner = m.owner AND c.number = m.case_number WHERE k.owner = ?1 AND k.id = ?2 AND k.role = 'refers' AND m.placed_by = 'new' AND c.number <> ?3 AND c.merged_into = 0 AND c.closed IS NULL AND NOT EXISTS (SELECT 1 FROM message o WHERE o.owner = c.owner AND o.case_number = c.number AND o.placed_by = 'owner')")
STATEMENT(OPENED_BY_NUMBER, "SELECT DISTINCT c.number FROM reference r JOIN message m ON m.owner = r.owner AND m.id = r.message JOIN cases c ON c.owner = m.owner AND c.number = m.case_number WHERE r.owner = ?1 AND r.value = ?2 AND m.placed_by = 'new' AND c.number <> ?3 AND m.date > ?4 AND c.merged_into = 0 AND c.closed IS NULL AND c.company = (SELECT company FROM cases WHERE owner = ?1 AND number = ?3) AND NOT EXISTS (SELECT 1 FROM reference o JOIN message n ON n.owner = o.owner AND n.id = o.message WHERE o.owner = ?1 AND o.value = ?2 AND n.id <> ?5 AND n.case_number = ?3) AND NOT EXISTS (SELECT 1 FROM message w WHERE w.owner = c.owner AND w.case_number = c.number AND w.placed_by = 'owner')")
STATEMENT(UNFILED_BY_NUMBER, "SELECT DISTINCT m.id, p.domain, CASE WHEN m.placed_by = 'unfiled' THEN p.name END FROM reference r JOIN message m ON m.owner = r.owner AND m.id = r.message LEFT JOIN party p ON p.owner = m.owner AND p.message = m.id WHERE r.owner = ?1 AND r.value = ?2 AND (p.domain IS NOT NULL OR m.direction = 'owner') AND m.id <> ?3 AND m.case_number IS NULL AND m.waiting = 0 AND m.bulk = 0 ORDER BY m.id")
STATEMENT(UNFILED_BEFORE, "SELECT m.id, m.thread_subject, m.words FROM message m WHERE m.owner = ?1 AND m.case_number IS NULL AND m.waiting = 0 AND m.bulk = 0 AND m.autoreply = 0 AND m.direction = 'company' AND m.placed_by = 'unfiled' AND m.sent BETWEEN ?3 AND ?4 AND EXISTS (SELECT 1 FROM party p WHERE p.owner = m.owner AND p.message = m.id AND p.role = 'from' AND p.domain = ?2) AND NOT EXISTS (SELECT 1 FROM reference r WHERE r.owner = m.owner AND r.message = m.id) ORDER BY m.sent DESC, m.id LIMIT ?5")
STATEMENT(MESSAGE_PLACED, "UPDATE message SET case_number = ?3, placed_by = ?4, placed_why = ?5, moved_by = ?6 WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGES_MOVED, "UPDATE message SET moved_by = ?3 WHERE owner = ?1 AND case_number = ?2")
STATEMENT(PARTIES_DROP, "DELETE FROM party WHERE owner = ?1 AND message = ?2")

/* again.c */
#define AGAIN_ROW "m.id, coalesce(m.case_number, 0), m.sent, m.sha256, CASE WHEN m.placed_by = 'owner' OR EXISTS (SELECT 1 FROM message o WHERE o.owner = m.owner AND o.case_number = m.case_number AND o.placed_by IN ('owner', 'address') AND (o.placed_by = 'owner' OR o.direction IN ('owner', 'company'))) OR EXISTS (SELECT 1 FROM event e WHERE e.owner = m.owner AND e.case_number = m.case_number AND e.actor = 'owner' AND e.verb IN ('merge', 'split', 'move', 'company', 'undo')) THEN 1 ELSE 0 END"
#define AGAIN_COUNTS "m.waiting = 0 AND (m.case_number IS NOT NULL OR m.bulk = 0)"
STATEMENT(AGAIN_SAME_TIME, "SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.owner = ?1 AND m.sent = ?2 AND m.id <> ?3 LIMIT ?4) x")
STATEMENT(AGAIN_LATE, "SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.owner = ?1 AND m.sent >= ?2 AND m.id <> ?3 AND " AGAIN_COUNTS " LIMIT ?4) x")
STATEMENT(AGAIN_NEXT_LATE, "SELECT id FROM message WHERE owner = ?1 AND late = 1 ORDER BY sent, id LIMIT 1")
STATEMENT(AGAIN_MARK_LATE, "UPDATE message SET late = ?3 WHERE owner = ?1 AND id = ?2")
STATEMENT(AGAIN_ONE, "SELECT " AGAIN_ROW " FROM message m WHERE m.owner = ?1 AND m.id = ?2")
STATEMENT(AGAIN_YOUNGER, "SELECT " AGAIN_ROW " FROM message m WHERE m.owner = ?1 AND m.sent >= ?2 AND " AGAIN_COUNTS)
STATEMENT(AGAIN_TIED, "SELECT " AGAIN_ROW " FROM message m WHERE m.owner = ?1 AND m.sent >= ?3 AND " AGAIN_COUNTS " AND m.id IN (SELECT l.message FROM mail_id k JOIN mail_id l ON l.owner = k.owner AND l.id = k.id WHERE k.owner = ?1 AND k.message = ?2 UNION SELECT s.message FROM reference r JOIN reference s ON s.owner = r.owner AND s.value = r.value WHERE r.owner = ?1 AND r.message = ?2 UNION SELECT q.message FROM party p JOIN party q ON q.owner = p.owner AND q.domain = p.domain WHERE p.owner = ?1 AND p.message = ?2 UNION SELECT q.message FROM party p JOIN alias a ON a.owner = p.owner AND a.domain = p.domain JOIN alias b ON b.owner = a.owner AND b.company = a.company JOIN party q ON q.owner = b.owner AND q.domain = b.domain WHERE p.owner = ?1 AND p.message = ?2 UNION SELECT o.id FROM message n JOIN message o ON o.owner = n.owner AND o.case_number = n.case_number WHERE n.owner = ?1 AND n.id = ?2) ORDER BY m.sent, m.sha256 LIMIT ?4")
STATEMENT(AGAIN_MOVED_BY, "SELECT " AGAIN_ROW " FROM message m WHERE m.owner = ?1 AND m.moved_by = ?2")
STATEMENT(AGAIN_LIFT, "UPDATE message SET case_number = NULL, placed_by = NULL, placed_why = NULL, moved_by = NULL, waiting = 1, late = 0 WHERE owner = ?1 AND id = ?2")
STATEMENT(AGAIN_PLACED, "UPDATE message SET waiting = 0 WHERE owner = ?1 AND id = ?2")
STATEMENT(AGAIN_CASE_OF, "SELECT coalesce(case_number, 0) FROM message WHERE owner = ?1 AND id = ?2")
STATEMENT(AGAIN_ALIASES, "SELECT id FROM alias WHERE owner = ?1 AND message = ?2 ORDER BY id")
STATEMENT(AGAIN_NAMED, "SELECT id FROM company WHERE owner = ?1 AND named_by = ?2 ORDER BY id")
STATEMENT(AGAIN_IN_CASE, "SELECT count(*) FROM message WHERE owner = ?1 AND case_number = ?2")
STATEMENT(AGAIN_HIDE, "UPDATE cases SET merged_into = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(AGAIN_RELABEL, "UPDATE message SET case_number = ?3 WHERE owner = ?1 AND case_number = ?2")
STATEMENT(AGAIN_RELABEL_CANDIDATES, "UPDATE candidate SET case_number = ?3 WHERE owner = ?1 AND case_number = ?2")
STATEMENT(AGAIN_RELABEL_MERGED, "UPDATE cases SET merged_into = ?3 WHERE owner = ?1 AND merged_into = ?2")
STATEMENT(AGAIN_RENEW, "UPDATE cases SET company = ?3, title = ?4, opened = ?5, opened_offset = ?6, merged_into = 0 WHERE owner = ?1 AND number = ?2")

/* event.c: rows under undo.  GET and PUT have the same columns in the same
 * order; the key of GET and DROP is owner, key1, key2. */
#define CASE_COLUMNS "owner, number, company, title, region, opened, opened_offset, closed, closed_offset, merged_into, snoozed_until, muted, contact, sector"
#define OBLIGATION_COLUMNS "owner, case_number, number, who, kind, action, state, due_day, due_at, due_offset, due_by_owner, vague, conditional, anchor, anchor_offset, phrase, expr, calendar, rule, quote, message, said, said_offset, agent, settled, settled_offset, evidence, slips_of, slipped_to, slips"
#define ENTRY_COLUMNS "owner, id, case_number, kind, at, at_offset, minutes, cents, currency, who, text"
STATEMENT(CASE_GET, "SELECT " CASE_COLUMNS " FROM cases WHERE owner = ?1 AND number = ?2 AND ?3 = 0")
STATEMENT(CASE_PUT, "INSERT INTO cases (" CASE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
STATEMENT(CASE_DROP, "DELETE FROM cases WHERE owner = ?1 AND number = ?2 AND ?3 = 0")
STATEMENT(OBLIGATION_GET, "SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE owner = ?1 AND case_number = ?2 AND number = ?3")
STATEMENT(OBLIGATION_PUT, "INSERT INTO obligation (" OBLIGATION_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)")
STATEMENT(OBLIGATION_DROP, "DELETE FROM obligation WHERE owner = ?1 AND case_number = ?2 AND number = ?3")
STATEMENT(PLACING_GET, "SELECT owner, id, case_number, placed_by, placed_why FROM message WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(PLACING_PUT, "UPDATE message SET case_number = ?3, placed_by = ?4, placed_why = ?5 WHERE owner = ?1 AND id = ?2")
STATEMENT(ENTRY_GET, "SELECT " ENTRY_COLUMNS " FROM entry WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(ENTRY_PUT, "INSERT INTO entry (" ENTRY_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
STATEMENT(ENTRY_DROP, "DELETE FROM entry WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(COMPANY_NAME_GET, "SELECT owner, id, name, named_by FROM company WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(COMPANY_NAME_PUT, "UPDATE company SET name = ?3, named_by = ?4 WHERE owner = ?1 AND id = ?2")
STATEMENT(ALIAS_ROW_GET, "SELECT owner, id, domain, company, message FROM alias WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(ALIAS_ROW_PUT, "INSERT INTO alias (owner, id, domain, company, message) VALUES (?1, ?2, ?3, ?4, ?5)")
STATEMENT(ALIAS_ROW_DROP, "DELETE FROM alias WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(EVENT_ADD, "INSERT INTO event (owner, id, case_number, at, actor, verb, text, message, undoes, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
STATEMENT(EVENT_LAST_CHAIN, "SELECT chain FROM event WHERE owner = ?1 ORDER BY id DESC LIMIT 1")
STATEMENT(EVENT_ROW_ADD, "INSERT INTO event_row (owner, event, nr, tbl, key1, key2, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
STATEMENT(EVENT_ROWS, "SELECT tbl, key1, key2, before, after FROM event_row WHERE owner = ?1 AND event = ?2 ORDER BY nr")
STATEMENT(EVENT_UNDOABLE, "SELECT e.id, e.case_number, e.verb, e.text FROM event e WHERE e.owner = ?1 AND (?2 = 0 OR e.case_number = ?2 OR EXISTS (SELECT 1 FROM event_row r WHERE r.owner = e.owner AND r.event = e.id AND r.tbl = 0 AND r.key1 = ?2)) AND (e.actor = 'owner' OR e.verb = 'again') AND e.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM event u WHERE u.owner = e.owner AND u.undoes = e.id) ORDER BY e.id DESC LIMIT 1")
STATEMENT(PLACING_OWNED, "UPDATE message SET placed_by = 'owner', placed_why = 'you said so' WHERE owner = ?1 AND id = ?2 AND case_number IS NOT NULL")
STATEMENT(EVENTS_ALL, "SELECT id, case_number, at, actor, verb, text, coalesce(message, 0), coalesce(undoes, 0), chain FROM event WHERE owner = ?1 ORDER BY id")

/* obligation.c */
STATEMENT(OBLIGATIONS_OF_CASE, "SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE owner = ?1 AND case_number = ?2 ORDER BY number")
STATEMENT(OBLIGATIONS_OPEN, "SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE owner = ?1 AND state IN ('open', 'waiting') AND expr IS NOT NULL AND due_by_owner = 0 ORDER BY case_number, number")
STATEMENT(CASE_REGION_GET, "SELECT region FROM cases WHERE owner = ?1 AND number = ?2")
STATEMENT(MESSAGE_NEWEST, "SELECT newest FROM message WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGE_WRITES_TO, "SELECT count(*) FROM party WHERE owner = ?1 AND message = ?2 AND role = 'to'")
STATEMENT(MESSAGES_AFTER, "SELECT id, direction, date, coalesce(date_offset, 0), autoreply, attachment, signals, coalesce(done, newest), again FROM message WHERE owner = ?1 AND case_number = ?2 AND date > ?3 AND id <> ?4 AND waiting = 0 ORDER BY date, id")

/* case.c */
STATEMENT(CASE_CLOSE, "UPDATE cases SET closed = ?3, closed_offset = ?4 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_SET_COMPANY, "UPDATE cases SET company = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_SET_REGION, "UPDATE cases SET region = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_SET_TITLE, "UPDATE cases SET title = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_SNOOZE, "UPDATE cases SET snoozed_until = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_CONTACT, "UPDATE cases SET contact = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_MUTE, "UPDATE cases SET muted = ?3 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_MERGED, "UPDATE cases SET merged_into = ?3, closed = ?4, closed_offset = ?5 WHERE owner = ?1 AND number = ?2")
STATEMENT(CASES_MERGED_INTO, "SELECT number FROM cases WHERE owner = ?1 AND merged_into = ?2")
STATEMENT(MESSAGES_OF_CASE, "SELECT id FROM message WHERE owner = ?1 AND case_number = ?2 ORDER BY date, id")
STATEMENT(MESSAGE_PLACE, "SELECT coalesce(case_number, 0), subject, date, coalesce(date_offset, 0), received FROM message WHERE owner = ?1 AND id = ?2")
STATEMENT(MESSAGE_COMPANY, "SELECT domain, name FROM party WHERE owner = ?1 AND message = ?2 ORDER BY CASE role WHEN 'from' THEN 0 WHEN 'stranger' THEN 1 WHEN 'to' THEN 2 ELSE 3 END, addr LIMIT 1")
STATEMENT(ENTRIES_OF_CASE, "SELECT id FROM entry WHERE owner = ?1 AND case_number = ?2 ORDER BY at, id")
STATEMENT(ENTRY_MOVE, "UPDATE entry SET case_number = ?3 WHERE owner = ?1 AND id = ?2")
STATEMENT(OBLIGATION_TOLD, "SELECT count(*) FROM outbox_item WHERE owner = ?1 AND kind IN ('lapse', 'heads-up') AND case_number = ?2 AND number = ?3")
STATEMENT(OBLIGATION_TOLD_AS, "INSERT INTO outbox_item (owner, kind, case_number, number, version, outbox) SELECT owner, kind, ?4, ?5, version, outbox FROM outbox_item WHERE owner = ?1 AND kind IN ('lapse', 'heads-up') AND case_number = ?2 AND number = ?3")

/* ledger.c */
#define CASE_ROW "c.number, c.company, p.domain, coalesce(p.name, p.domain), c.title, c.opened, c.opened_offset, c.closed, c.closed_offset, c.merged_into, c.region, c.snoozed_until, c.muted, c.contact"
#define MESSAGE_ROW "id, coalesce(case_number, 0), message_id, original_id, sha256, received, direction, from_addr, from_name, date, coalesce(date_offset, 0), subject, forwarded, autoreply, bulk, attachment, client, language, signals, newest, faults, placed_by, placed_why, waiting, manner, agent"
STATEMENT(LEDGER_CASE, "SELECT " CASE_ROW " FROM cases c LEFT JOIN company p ON p.owner = c.owner AND p.id = c.company WHERE c.owner = ?1 AND c.number = ?2")
STATEMENT(LEDGER_CASES, "SELECT " CASE_ROW " FROM cases c LEFT JOIN company p ON p.owner = c.owner AND p.id = c.company WHERE c.owner = ?1 ORDER BY c.number")
STATEMENT(LEDGER_REFERENCES, "SELECT r.written FROM reference r JOIN message m ON m.owner = r.owner AND m.id = r.message WHERE m.owner = ?1 AND m.case_number = ?2 ORDER BY m.date, m.id, r.nr")
STATEMENT(LEDGER_CONTACTS, "SELECT p.addr FROM party p JOIN message m ON m.owner = p.owner AND m.id = p.message LEFT JOIN alias a ON a.owner = p.owner AND a.domain = p.domain AND a.company = ?3 WHERE m.owner = ?1 AND m.case_number = ?2 AND p.role IN ('from', 'to') AND p.machine = 0 AND coalesce(m.autoreply, 0) = 0 ORDER BY CASE WHEN a.id IS NULL THEN 1 ELSE 0 END, m.date DESC, p.addr")
STATEMENT(LEDGER_AGENT, "SELECT agent FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND agent IS NOT NULL ORDER BY date DESC, id DESC LIMIT 1")
STATEMENT(LEDGER_ASKED, "SELECT max(date) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND autoreply = 0 AND signals LIKE '%information_request%'")
STATEMENT(LEDGER_OWED, "SELECT max(said) FROM obligation WHERE owner = ?1 AND case_number = ?2 AND who = 'customer' AND state = 'open' AND kind = 'deadline' AND action IN ('provide', 'reply')")
STATEMENT(LEDGER_OWNER_WROTE, "SELECT max(m.date) FROM message m JOIN party p ON p.owner = m.owner AND p.message = m.id AND p.role = 'to' WHERE m.owner = ?1 AND m.case_number = ?2 AND m.direction = 'owner'")
STATEMENT(LEDGER_MESSAGES, "SELECT " MESSAGE_ROW " FROM message WHERE owner = ?1 AND case_number = ?2 ORDER BY coalesce(date, received), id")
STATEMENT(LEDGER_UNFILED_LATE, "SELECT " MESSAGE_ROW " FROM message WHERE owner = ?1 AND case_number IS NULL AND waiting = 0 AND coalesce(bulk, 0) = 0 AND direction NOT IN ('promised', 'command') AND received >= ?2 ORDER BY CASE placed_by WHEN 'doubt' THEN 0 ELSE 1 END, received DESC, id DESC LIMIT ?3")
STATEMENT(LEDGER_UNFILED, "SELECT " MESSAGE_ROW " FROM message WHERE owner = ?1 AND case_number IS NULL ORDER BY coalesce(date, received), id")
STATEMENT(LEDGER_MESSAGE, "SELECT " MESSAGE_ROW " FROM message WHERE owner = ?1 AND id = ?2")
STATEMENT(LEDGER_SIGHTINGS, "SELECT message, source, file, seen FROM sighting WHERE owner = ?1 AND message = ?2 ORDER BY id")
STATEMENT(LEDGER_FIND, "SELECT min(message) FROM mail_id WHERE owner = ?1 AND id = ?2 AND role = 'is'")
STATEMENT(LEDGER_CANDIDATES, "SELECT c.case_number, c.score, c.why FROM candidate c JOIN message m ON m.owner = c.owner AND m.id = c.message WHERE c.owner = ?1 AND c.message = ?2 AND m.case_number IS NULL ORDER BY c.score DESC, c.case_number")
STATEMENT(LEDGER_OBLIGATIONS, "SELECT " OBLIGATION_COLUMNS " FROM obligation o WHERE o.owner = ?1 AND (?2 = 0 OR (o.state IN ('open', 'waiting') AND EXISTS (SELECT 1 FROM cases c WHERE c.owner = o.owner AND c.number = o.case_number AND c.closed IS NULL))) ORDER BY CASE WHEN due_day IS NULL THEN 1 ELSE 0 END, due_day, coalesce(due_at, 9000000000000), case_number, number")
STATEMENT(LEDGER_OBLIGATIONS_OF_CASE, "SELECT " OBLIGATION_COLUMNS " FROM obligation o WHERE o.owner = ?1 AND o.case_number = ?3 AND (?2 = 0 OR (o.state IN ('open', 'waiting') AND EXISTS (SELECT 1 FROM cases c WHERE c.owner = o.owner AND c.number = o.case_number AND c.closed IS NULL))) ORDER BY CASE WHEN due_day IS NULL THEN 1 ELSE 0 END, due_day, coalesce(due_at, 9000000000000), case_number, number")
STATEMENT(LEDGER_ENTRIES, "SELECT " ENTRY_COLUMNS " FROM entry WHERE owner = ?1 AND case_number = ?2 ORDER BY at, id")
STATEMENT(LEDGER_EVENTS, "SELECT e.id, e.case_number, e.at, e.actor, e.verb, e.text, coalesce(e.message, 0), (SELECT count(*) FROM event u WHERE u.owner = e.owner AND u.undoes = e.id) FROM event e WHERE e.owner = ?1 AND e.case_number = ?2 ORDER BY e.id")
STATEMENT(LEDGER_COMPANIES, "SELECT id, domain, coalesce(name, domain) FROM company WHERE owner = ?1 ORDER BY domain")
STATEMENT(LEDGER_ALIASES, "SELECT domain FROM alias WHERE owner = ?1 AND company = ?2 ORDER BY domain")

/* token.c */
STATEMENT(SECRET_GET, "SELECT key FROM secret WHERE owner = ?1")
STATEMENT(SECRET_ADD, "INSERT INTO secret (owner, key) VALUES (?1, ?2)")

/* publish.c: what lies on the web server */
STATEMENT(PUSHED_GET, "SELECT sha256 FROM pushed WHERE owner = ?1 AND path = ?2")
STATEMENT(PUSHED_PUT, "INSERT INTO pushed (owner, path, sha256) VALUES (?1, ?2, ?3)")
STATEMENT(PUSHED_DROP, "DELETE FROM pushed WHERE owner = ?1 AND path = ?2")

/* signature.c */
STATEMENT(SIGNATURE_GET, "SELECT verdict, why, domain, selector, dns_key, checked FROM signature WHERE owner = ?1 AND message = ?2")
STATEMENT(SIGNATURE_PUT, "INSERT INTO signature (owner, message, verdict, why, domain, selector, dns_key, checked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
STATEMENT(SIGNATURES_UNCHECKED, "SELECT m.id FROM message m WHERE m.owner = ?1 AND m.direction = 'company' AND m.received >= ?2 AND m.case_number IS NOT NULL AND m.forwarded = 0 AND m.waiting = 0 AND NOT EXISTS (SELECT 1 FROM signature s WHERE s.owner = m.owner AND s.message = m.id) ORDER BY m.received, m.id LIMIT ?3")

/* mailbox.c */
STATEMENT(MAILBOX_GET, "SELECT uidvalidity, uidnext FROM mailbox WHERE owner = ?1 AND source = ?2")
STATEMENT(MAILBOX_SET, "UPDATE mailbox SET uidvalidity = ?3, uidnext = ?4 WHERE owner = ?1 AND source = ?2")
STATEMENT(MAILBOX_ADD, "INSERT INTO mailbox (owner, source, uidvalidity, uidnext) VALUES (?1, ?2, ?3, ?4)")

/* publish.c */
#define TICKET_COLUMNS "owner, case_number, folder, dir, live"
STATEMENT(TICKETS, "SELECT " TICKET_COLUMNS " FROM ticket WHERE owner = ?1 ORDER BY case_number")
STATEMENT(TICKET_GET, "SELECT " TICKET_COLUMNS " FROM ticket WHERE owner = ?1 AND case_number = ?2 AND ?3 = 0")
STATEMENT(TICKET_PUT, "INSERT INTO ticket (" TICKET_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)")
STATEMENT(TICKET_DROP, "DELETE FROM ticket WHERE owner = ?1 AND case_number = ?2 AND ?3 = 0")
STATEMENT(RELEASED, "SELECT id, number FROM released WHERE owner = ?1 AND case_number = ?2 ORDER BY id")
STATEMENT(RELEASED_GET, "SELECT owner, id, case_number, number FROM released WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(RELEASED_PUT, "INSERT INTO released (owner, id, case_number, number) VALUES (?1, ?2, ?3, ?4)")
STATEMENT(RELEASED_DROP, "DELETE FROM released WHERE owner = ?1 AND id = ?2 AND ?3 = 0")

/* ladder.c */
STATEMENT(LADDER_MESSAGES, "SELECT id, date, coalesce(date_offset, 0), signals, newest, CASE WHEN direction = 'owner' THEN 1 ELSE 0 END FROM message WHERE owner = ?1 AND case_number = ?2 AND direction IN ('owner', 'company') AND coalesce(autoreply, 0) = 0 AND date IS NOT NULL ORDER BY date, id")
STATEMENT(TO_CLIMB, "SELECT c.number FROM cases c WHERE c.owner = ?1 AND c.closed IS NULL AND c.muted = 0 AND c.snoozed_until <= ?3 AND NOT EXISTS (SELECT 1 FROM climbed k WHERE k.owner = c.owner AND k.case_number = c.number AND k.day = ?2 AND k.event = (SELECT coalesce(max(e.id), 0) FROM event e WHERE e.owner = c.owner AND e.case_number = c.number)) ORDER BY c.number")
STATEMENT(CLIMBED, "INSERT INTO climbed (owner, case_number, day, event) VALUES (?1, ?2, ?3, (SELECT coalesce(max(e.id), 0) FROM event e WHERE e.owner = ?1 AND e.case_number = ?2)) ON CONFLICT (owner, case_number) DO UPDATE SET day = excluded.day, event = excluded.event")
STATEMENT(MILESTONES, "SELECT name, day FROM milestone WHERE owner = ?1 AND case_number = ?2 ORDER BY id")
STATEMENT(MILESTONE_GET, "SELECT owner, id, case_number, name, day FROM milestone WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(MILESTONE_PUT, "INSERT INTO milestone (owner, id, case_number, name, day) VALUES (?1, ?2, ?3, ?4, ?5)")
STATEMENT(MILESTONE_DROP, "DELETE FROM milestone WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(CASE_SECTOR_GET, "SELECT sector FROM cases WHERE owner = ?1 AND number = ?2")
STATEMENT(CASE_SET_SECTOR, "UPDATE cases SET sector = ?3 WHERE owner = ?1 AND number = ?2")

/* follow_up.c */
#define FOLLOW_UP_COLUMNS "owner, id, case_number, rung, state, recipient, subject, text, answers, seen, made, edited, shown, outbox"
STATEMENT(FOLLOW_UP_GET, "SELECT " FOLLOW_UP_COLUMNS " FROM follow_up WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(FOLLOW_UPS_OF_CASE, "SELECT " FOLLOW_UP_COLUMNS ", coalesce((SELECT o.changed FROM outbox o WHERE o.owner = follow_up.owner AND o.id = follow_up.outbox AND o.state = 'sent'), 0), (SELECT o.message_id FROM outbox o WHERE o.owner = follow_up.owner AND o.id = follow_up.outbox) FROM follow_up WHERE owner = ?1 AND case_number = ?2 AND state <> 'void' ORDER BY id")
STATEMENT(FOLLOW_UP_PUT, "INSERT INTO follow_up (" FOLLOW_UP_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
STATEMENT(FOLLOW_UP_DROP, "DELETE FROM follow_up WHERE owner = ?1 AND id = ?2 AND ?3 = 0")
STATEMENT(FOLLOW_UP_DRAFTED, "SELECT " FOLLOW_UP_COLUMNS " FROM follow_up WHERE owner = ?1 AND case_number = ?2 AND state = 'draft' ORDER BY id DESC LIMIT 1")
STATEMENT(FOLLOW_UP_SHOWN, "SELECT " FOLLOW_UP_COLUMNS " FROM follow_up WHERE owner = ?1 AND shown = ?2 ORDER BY id DESC LIMIT 1")
STATEMENT(FOLLOW_UPS_LEFT, "SELECT count(*) FROM follow_up WHERE owner = ?1 AND case_number = ?2 AND state IN ('approved', 'gone')")
STATEMENT(FOLLOW_UPS_VOID, "UPDATE follow_up SET state = 'void' WHERE owner = ?1 AND case_number = ?2 AND state = 'draft'")
STATEMENT(FOLLOW_UP_STATE, "UPDATE follow_up SET state = ?3, outbox = ?4 WHERE owner = ?1 AND id = ?2")
STATEMENT(FOLLOW_UP_SHOW, "UPDATE follow_up SET shown = ?3 WHERE owner = ?1 AND id = ?2")
STATEMENT(FOLLOW_UP_HEARD, "SELECT max(id) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND coalesce(autoreply, 0) = 0")
STATEMENT(FOLLOW_UP_ANSWERS, "SELECT id, subject FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' ORDER BY coalesce(autoreply, 0), date DESC, id DESC LIMIT 1")
STATEMENT(FOLLOW_UP_SIGNED, "SELECT count(*) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND agent IS NOT NULL")
STATEMENT(FOLLOW_UP_SIGNALLED, "SELECT count(*) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND ',' || signals || ',' LIKE '%,' || ?3 || ',%'")
STATEMENT(FOLLOW_UP_DISOWNED, "SELECT count(*) FROM message WHERE owner = ?1 AND case_number = ?2 AND direction = 'company' AND (manner LIKE '%no_ownership%' OR manner LIKE '%runaround%')")
STATEMENT(FOLLOW_UP_EFFORT, "SELECT currency, sum(minutes), sum(cents) FROM entry WHERE owner = ?1 AND case_number = ?2 GROUP BY currency ORDER BY currency")
STATEMENT(FOLLOW_UPS_UNFILED, "SELECT o.raw FROM outbox o WHERE o.owner = ?1 AND o.kind = 'follow-up' AND o.state = 'sent' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.owner = o.owner AND m.message_id = o.message_id) ORDER BY o.id LIMIT 1")

/* outbox.c */
#define OUTBOX_COLUMNS "id, kind, case_number, recipient, message_id, state, handed, attempts, not_before, made, changed, raw, error"
STATEMENT(OUTBOX_ADD, "INSERT INTO outbox (owner, id, kind, case_number, recipient, message_id, state, handed, attempts, not_before, made, changed, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'planned', 0, 0, ?7, ?8, ?8, ?9)")
STATEMENT(OUTBOX_ITEM_GET, "SELECT outbox FROM outbox_item WHERE owner = ?1 AND kind = ?2 AND case_number = ?3 AND number = ?4 AND version = ?5")
STATEMENT(OUTBOX_ITEM_ADD, "INSERT INTO outbox_item (owner, kind, case_number, number, version, outbox) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
STATEMENT(OUTBOX_ITEM_DROP, "DELETE FROM outbox_item WHERE owner = ?1 AND outbox = ?2 AND kind = ?3 AND case_number = ?4 AND number = ?5 AND version = ?6")
STATEMENT(OUTBOX_ITEMS_DROP, "DELETE FROM outbox_item WHERE owner = ?1 AND outbox = ?2")
STATEMENT(OUTBOX_ITEMS, "SELECT kind, case_number, number, version FROM outbox_item WHERE owner = ?1 AND outbox = ?2 ORDER BY kind, case_number, number")
STATEMENT(OUTBOX_ITEMS_SCHEDULED, "SELECT kind, case_number, number, version FROM outbox_item WHERE owner = ?1 AND kind IN ('lapse', 'heads-up', 'clock', 'digest')")
STATEMENT(OUTBOX_DUE, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND state = 'planned' AND not_before <= ?2 ORDER BY not_before, id")
STATEMENT(OUTBOX_OVERTAKABLE, "SELECT count(*) FROM outbox WHERE owner = ?1 AND state = 'planned' AND not_before <= ?2 AND (kind = 'follow-up' OR (?3 AND kind IN ('lapse', 'heads-up', 'clock')))")
STATEMENT(OUTBOX_NEXT_TIME, "SELECT min(not_before) FROM outbox WHERE owner = ?1 AND state = 'planned'")
STATEMENT(OUTBOX_GET, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND id = ?2")
STATEMENT(OUTBOX_FIND, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND message_id = ?2")
STATEMENT(OUTBOX_IN_STATE, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND state = ?2 ORDER BY id")
STATEMENT(OUTBOX_GONE_SINCE, "SELECT kind, case_number, recipient, changed FROM outbox WHERE owner = ?1 AND changed > ?2 AND state IN ('sending', 'sent', 'unknown')")
STATEMENT(OUTBOX_TO, "UPDATE outbox SET state = ?4, handed = ?5, attempts = ?6, not_before = ?7, changed = ?8, error = ?9 WHERE owner = ?1 AND id = ?2 AND state = ?3")
STATEMENT(OUTBOX_RAW, "UPDATE outbox SET raw = ?3 WHERE owner = ?1 AND id = ?2")
STATEMENT(OUTBOX_HANDED, "UPDATE outbox SET handed = 1 WHERE owner = ?1 AND id = ?2 AND state = 'sending'")
