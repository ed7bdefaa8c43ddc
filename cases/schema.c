/*
 * See schema.h.  Written so that it could live in PostgreSQL as well: BIGINT,
 * TEXT and BLOB (a domain over bytea there) alone, no rowid, no upsert.  Every
 * primary key begins with the owner, by which the tables could be spread.
 *
 * Times are UTC seconds (BIGINT), with the offset beside them where it was
 * written by somebody.  Words of an enum are stored as words.  Everything that
 * is known of a case through its mail (ids, reference numbers, addresses)
 * hangs on the message, so that moving a message moves what it proves.
 *
 * Until the first release version 1 may be changed; afterwards rows are only
 * ever appended.
 */
#include <stddef.h>

#include "cases/schema.h"

static const char keeping[] =
    "CREATE TABLE owner ("
    "  owner BIGINT NOT NULL PRIMARY KEY,"
    "  address TEXT NOT NULL UNIQUE);"
    "CREATE TABLE counter ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  series TEXT NOT NULL,"
    "  value BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, series));"
    "CREATE TABLE raw ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  sha256 BLOB NOT NULL,"
    "  bytes BLOB NOT NULL,"
    "  PRIMARY KEY (owner, sha256));"
    "CREATE TABLE message ("
    "  owner BIGINT NOT NULL,"
    "  id BIGINT NOT NULL,"
    "  sha256 BLOB NOT NULL,"
    "  message_id TEXT,"
    "  received BIGINT NOT NULL,"
    "  waiting INTEGER NOT NULL," /* 0: processed; 2: of the past */
    "  tries INTEGER NOT NULL,"
    "  case_number INTEGER,"
    "  placed_by TEXT,"
    "  placed_why TEXT,"
    "  direction TEXT,"
    "  from_addr TEXT,"
    "  from_name TEXT,"
    "  date BIGINT,"
    "  date_offset INTEGER,"
    "  subject TEXT,"
    "  original_id TEXT,"
    "  forwarded INTEGER,"
    "  autoreply INTEGER,"
    "  bulk INTEGER,"
    "  attachment INTEGER,"
    "  client TEXT,"
    "  language TEXT,"
    "  agent TEXT,"
    "  signals TEXT,"
    "  manner TEXT,"
    "  again INTEGER," /* it promises a reply: see obligation.c */
    "  done TEXT," /* its sentence that says so; NULL: it does not */
    "  sent BIGINT," /* by its Date, but not later than received */
    "  moved_by BIGINT," /* the mail that led it to its case; see again.c */
    "  late INTEGER NOT NULL," /* 1: younger ones are to be placed again */
    /* for placing: see thread.c; before what is long */
    "  thread_subject TEXT,"
    "  words BLOB,"
    "  newest TEXT,"
    "  faults TEXT,"
    "  PRIMARY KEY (owner, id),"
    "  UNIQUE (owner, sha256),"
    "  FOREIGN KEY (owner, sha256) REFERENCES raw,"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX message_by_message_id ON message (owner, message_id, id);"
    "CREATE INDEX message_by_case"
    "  ON message (owner, case_number, date, sent, id);"
    "CREATE INDEX message_by_hand ON message (owner, case_number)"
    "  WHERE placed_by IN ('owner', 'address');"
    "CREATE INDEX message_filed ON message (owner, id, case_number, sent)"
    "  WHERE case_number IS NOT NULL;"
    "CREATE INDEX message_of_late ON message (owner, date, case_number)"
    "  WHERE case_number IS NOT NULL;"
    "CREATE INDEX message_by_sent ON message (owner, sent);"
    "CREATE INDEX message_moved ON message (owner, moved_by)"
    "  WHERE moved_by IS NOT NULL;"
    "CREATE INDEX message_late ON message (owner, sent) WHERE late = 1;"
    "CREATE INDEX message_unfiled ON message (owner, date)"
    "  WHERE case_number IS NULL AND bulk = 0;"
    "CREATE INDEX message_waiting ON message (owner, received, id)"
    "  WHERE waiting > 0;"
    "CREATE TABLE sighting ("
    "  owner BIGINT NOT NULL,"
    "  id BIGINT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  source TEXT NOT NULL,"
    "  uidvalidity BIGINT NOT NULL,"
    "  uid BIGINT NOT NULL,"
    "  file TEXT,"
    "  seen BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, id),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE INDEX sighting_by_message ON sighting (owner, message);"
    "CREATE UNIQUE INDEX sighting_by_uid"
    "  ON sighting (owner, source, uidvalidity, uid) WHERE uid > 0;";

static const char threading[] =
    "CREATE TABLE company ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  domain TEXT NOT NULL,"
    "  name TEXT,"
    "  named_by BIGINT," /* the mail that said so; NULL: the owner */
    "  PRIMARY KEY (owner, id),"
    "  UNIQUE (owner, domain));"
    "CREATE TABLE alias ("
    "  owner BIGINT NOT NULL,"
    "  id BIGINT NOT NULL,"
    "  domain TEXT NOT NULL,"
    "  company BIGINT NOT NULL,"
    "  message BIGINT," /* the mail that taught it; NULL: the owner */
    "  PRIMARY KEY (owner, id),"
    "  UNIQUE (owner, domain),"
    "  FOREIGN KEY (owner, company) REFERENCES company);"
    "CREATE INDEX alias_by_message ON alias (owner, message)"
    "  WHERE message IS NOT NULL;"
    "CREATE INDEX company_named ON company (owner, named_by)"
    "  WHERE named_by IS NOT NULL;"
    "CREATE INDEX alias_by_company ON alias (owner, company);"
    "CREATE TABLE cases ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  number INTEGER NOT NULL,"
    "  company BIGINT,"
    "  title TEXT NOT NULL,"
    "  region TEXT,"
    "  opened BIGINT NOT NULL,"
    "  opened_offset INTEGER NOT NULL,"
    "  closed BIGINT,"
    "  closed_offset INTEGER,"
    "  merged_into INTEGER NOT NULL,"
    "  snoozed_until BIGINT NOT NULL,"
    "  muted INTEGER NOT NULL,"
    "  contact TEXT," /* the owner's word where to write to */
    "  sector TEXT," /* the owner's word, commas between; NULL: guessed */
    "  PRIMARY KEY (owner, number),"
    "  FOREIGN KEY (owner, company) REFERENCES company"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX cases_by_company"
    "  ON cases (owner, company, opened, number);"
    /* role: is (its own id or its original's), refers, or twin (what it
     * says, hashed: see parties.c) */
    "CREATE TABLE mail_id ("
    "  owner BIGINT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  role TEXT NOT NULL,"
    "  PRIMARY KEY (owner, id, message, role),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE INDEX mail_id_by_message ON mail_id (owner, message);"
    /* value: normalised; written: as the mail has it */
    "CREATE TABLE reference ("
    "  owner BIGINT NOT NULL,"
    "  value TEXT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  nr INTEGER NOT NULL,"
    "  written TEXT NOT NULL,"
    "  PRIMARY KEY (owner, value, message),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE INDEX reference_by_message ON reference (owner, message);"
    /* the other side's addresses in a message; role: from or to;
       machine: nobody reads what is written there */
    "CREATE TABLE party ("
    "  owner BIGINT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  addr TEXT NOT NULL,"
    "  domain TEXT NOT NULL,"
    "  name TEXT,"
    "  role TEXT NOT NULL,"
    "  machine INTEGER NOT NULL,"
    "  PRIMARY KEY (owner, message, addr),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE INDEX party_by_domain ON party (owner, domain, message, role);"
    /* words of the names in a company's text, lower case */
    "CREATE TABLE name ("
    "  owner BIGINT NOT NULL,"
    "  word TEXT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, word, message),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE TABLE candidate ("
    "  owner BIGINT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  score INTEGER NOT NULL,"
    "  why TEXT NOT NULL,"
    "  PRIMARY KEY (owner, message, case_number),"
    "  FOREIGN KEY (owner, message) REFERENCES message);";

static const char owing[] =
    "CREATE TABLE obligation ("
    "  owner BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  who TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  action TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  due_day INTEGER," /* days since 1970-01-01 */
    "  due_at BIGINT," /* only with a time of day */
    "  due_offset INTEGER,"
    "  due_by_owner INTEGER NOT NULL,"
    "  vague INTEGER NOT NULL,"
    "  conditional INTEGER NOT NULL,"
    "  anchor BIGINT NOT NULL,"
    "  anchor_offset INTEGER NOT NULL,"
    "  phrase TEXT,"
    "  expr TEXT,"
    "  calendar TEXT,"
    "  rule TEXT,"
    "  quote TEXT NOT NULL,"
    "  message BIGINT,"
    "  said BIGINT NOT NULL,"
    "  said_offset INTEGER NOT NULL,"
    "  agent TEXT,"
    "  settled BIGINT,"
    "  settled_offset INTEGER,"
    "  evidence BIGINT,"
    "  slips_of INTEGER NOT NULL,"
    "  slipped_to INTEGER NOT NULL,"
    "  slips INTEGER NOT NULL,"
    "  PRIMARY KEY (owner, case_number, number),"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED,"
    "  FOREIGN KEY (owner, message) REFERENCES message,"
    "  FOREIGN KEY (owner, evidence) REFERENCES message);"
    "CREATE INDEX obligation_open ON obligation (owner, due_day)"
    "  WHERE state IN ('open', 'waiting');"
    "CREATE TABLE entry ("
    "  owner BIGINT NOT NULL,"
    "  id BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  at BIGINT NOT NULL,"
    "  at_offset INTEGER NOT NULL,"
    "  minutes INTEGER NOT NULL,"
    "  cents BIGINT NOT NULL,"
    "  currency TEXT NOT NULL," /* "" when none was said */
    "  who TEXT,"
    "  text TEXT NOT NULL,"
    "  PRIMARY KEY (owner, id),"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX entry_by_case ON entry (owner, case_number, at);";

static const char remembering[] =
    "CREATE TABLE event ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL," /* 0: none */
    "  at BIGINT NOT NULL,"
    "  actor TEXT NOT NULL,"
    "  verb TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  message BIGINT,"
    "  undoes BIGINT,"
    "  chain BLOB NOT NULL,"
    "  PRIMARY KEY (owner, id));"
    "CREATE INDEX event_by_case ON event (owner, case_number, id);"
    "CREATE INDEX event_undone ON event (owner, undoes)"
    "  WHERE undoes IS NOT NULL;"
    /* images of rows: see event.c; NULL where there was none */
    "CREATE TABLE event_row ("
    "  owner BIGINT NOT NULL,"
    "  event BIGINT NOT NULL,"
    "  nr INTEGER NOT NULL,"
    "  tbl INTEGER NOT NULL,"
    "  key1 BIGINT NOT NULL,"
    "  key2 BIGINT NOT NULL,"
    "  before TEXT,"
    "  after TEXT,"
    "  PRIMARY KEY (owner, event, nr),"
    "  FOREIGN KEY (owner, event) REFERENCES event"
    "    DEFERRABLE INITIALLY DEFERRED);";

/* What is said: the outbox, and what each mail of it is about. */
static const char saying[] =
    "CREATE TABLE secret ("
    "  owner BIGINT NOT NULL PRIMARY KEY REFERENCES owner,"
    "  key BLOB NOT NULL);"
    "CREATE TABLE outbox ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  case_number INTEGER NOT NULL," /* 0: none */
    "  recipient TEXT NOT NULL,"
    "  message_id TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  handed INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  not_before BIGINT NOT NULL,"
    "  made BIGINT NOT NULL,"
    "  changed BIGINT NOT NULL,"
    "  raw BLOB,"
    "  error TEXT,"
    "  PRIMARY KEY (owner, id),"
    "  UNIQUE (owner, message_id));"
    "CREATE INDEX outbox_by_state ON outbox (owner, state, not_before);"
    "CREATE INDEX outbox_by_change ON outbox (owner, changed);"
    /* the key of a nudge: nothing is said twice */
    "CREATE TABLE outbox_item ("
    "  owner BIGINT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  number BIGINT NOT NULL,"
    "  version TEXT NOT NULL,"
    "  outbox BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, kind, case_number, number, version),"
    "  FOREIGN KEY (owner, outbox) REFERENCES outbox);"
    "CREATE INDEX outbox_item_by_outbox ON outbox_item (owner, outbox);";

/* What the owner says has happened: see ladder.h. */
static const char climbing[] =
    "CREATE TABLE milestone ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  name TEXT NOT NULL,"
    "  day INTEGER NOT NULL,"
    "  PRIMARY KEY (owner, id),"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX milestone_by_case ON milestone (owner, case_number);"
    /* When a case's clocks were last found to have nothing to tell: on what
     * day, and after which event. */
    "CREATE TABLE climbed ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  case_number INTEGER NOT NULL,"
    "  day INTEGER NOT NULL,"
    "  event BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, case_number));";

/* What strangers may see: see publish.h. */
static const char publishing[] =
    "CREATE TABLE ticket ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  case_number INTEGER NOT NULL,"
    "  folder TEXT NOT NULL,"
    "  dir TEXT NOT NULL,"
    "  live INTEGER NOT NULL," /* 0: withdrawn */
    "  PRIMARY KEY (owner, case_number),"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE released ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  number INTEGER NOT NULL," /* of an obligation; 0: the title */
    "  PRIMARY KEY (owner, id));"
    "CREATE INDEX released_by_case ON released (owner, case_number);";

/* Letters to companies: see follow_up.h. */
static const char following[] =
    "CREATE TABLE follow_up ("
    "  owner BIGINT NOT NULL REFERENCES owner,"
    "  id BIGINT NOT NULL,"
    "  case_number INTEGER NOT NULL,"
    "  rung TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  recipient TEXT,"
    "  subject TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  answers BIGINT NOT NULL," /* 0: none */
    "  seen BIGINT NOT NULL,"
    "  made BIGINT NOT NULL,"
    "  edited INTEGER NOT NULL,"
    "  shown BIGINT NOT NULL," /* numbers of the outbox; 0: none */
    "  outbox BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, id),"
    "  FOREIGN KEY (owner, case_number) REFERENCES cases"
    "    DEFERRABLE INITIALLY DEFERRED);"
    "CREATE INDEX follow_up_by_case ON follow_up (owner, case_number, state);"
    "CREATE INDEX follow_up_by_shown ON follow_up (owner, shown);";

/* How far each IMAP mailbox has been read (RFC 9051 section 2.3.1.1). */
static const char reading[] = "CREATE TABLE mailbox ("
			      "  owner BIGINT NOT NULL REFERENCES owner,"
			      "  source TEXT NOT NULL,"
			      "  uidvalidity BIGINT NOT NULL,"
			      "  uidnext BIGINT NOT NULL,"
			      "  PRIMARY KEY (owner, source));";

/* What lies on the owner's web server, as it was put there. */
static const char pushing[] = "CREATE TABLE pushed ("
			      "  owner BIGINT NOT NULL REFERENCES owner,"
			      "  path TEXT NOT NULL,"
			      "  sha256 TEXT NOT NULL,"
			      "  PRIMARY KEY (owner, path));";

/* What DKIM said of a mail when it came; see signature.h. */
static const char vouching[] =
    "CREATE TABLE signature ("
    "  owner BIGINT NOT NULL,"
    "  message BIGINT NOT NULL,"
    "  verdict TEXT NOT NULL,"
    "  why TEXT NOT NULL,"
    "  domain TEXT,"
    "  selector TEXT,"
    "  dns_key TEXT,"
    "  checked BIGINT NOT NULL,"
    "  PRIMARY KEY (owner, message),"
    "  FOREIGN KEY (owner, message) REFERENCES message);"
    "CREATE INDEX message_received ON message (owner, received)"
    "  WHERE direction = 'company';";

/*
 * SQLite alone: what its planner should think of the indexes.  Without this it
 * takes the owner, with whom each begins, for rare, and then reads the whole
 * store where one row is asked for.  (https://sqlite.org/fileformat2.html
 * section 2.6.3; ANALYZE puts true figures in its place.)
 */
static const char planning[] =
    "ANALYZE;"
    "DELETE FROM sqlite_stat1;"
    "INSERT INTO sqlite_stat1 (tbl, idx, stat)"
    "  SELECT t.name, i.name, '100000 100000' ||"
    "    CASE (SELECT count(*) FROM pragma_index_info(i.name))"
    "    WHEN 1 THEN ''"
    "    WHEN 2 THEN CASE i.\"unique\" WHEN 1 THEN ' 1' ELSE ' 10' END"
    "    WHEN 3 THEN CASE i.\"unique\" WHEN 1 THEN ' 10 1' ELSE ' 10 5' END"
    "    ELSE ' 10 5 1 1 1' END"
    "  FROM sqlite_schema t, pragma_index_list(t.name) i"
    "  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%';"
    "ANALYZE sqlite_schema;";

const struct upgrade schema_upgrades[] = {
    {1, keeping},
    {1, threading},
    {1, owing},
    {1, remembering},
    {1, saying},
    {1, reading},
    {1, following},
    {1, climbing},
    {1, publishing},
    {1, vouching},
    {1, pushing},
    /* Tables of other modules: append here, before the last. */
    {1, planning},
    {0, NULL},
};

const int schema_version = 1;
