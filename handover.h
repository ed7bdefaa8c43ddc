/*
 * Mail is read in one process and decided about in another: see mail/apart.h.
 *
 * What was understood goes over as bytes.  All of struct understood is carried
 * but for what is large and nobody who decides looks at: the raw bytes (the
 * receiver has them), and the bytes of attachments and enclosed mails.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "mail/apart.h"
#include "reading.h"

void understood_put(struct buf *, const struct understood *);

/*
 * NULL when these bytes are none.  In the arena; it points into the bytes and
 * into raw, which is taken for the message's.
 */
struct understood *
understood_get(struct arena *, struct slice bytes, struct slice raw);

/*
 * A mail for the readers of this run, which are started when there is work.
 * An empty job has an arena for its raw bytes, unless they live until it is
 * answered; it is asked for, to be skimmed or not (mail_study()), and one day
 * answered.
 */
struct apart_job *reader_job(struct run *);
void reader_ask(struct run *, struct apart_job *, struct slice raw, bool skim);
bool reader_full(const struct run *);
/* Gives the readers their next mails while the caller is busy. */
void reader_pump(struct run *);
/* Whether there is nothing to wait for. */
bool reader_ready(struct run *, const struct apart_job *);
/* In the arena; drops the job.  NULL with err (EX_DATAERR) when the readers
 * died of it; the message's raw is empty. */
struct understood *
reader_answer(struct run *, struct arena *, struct apart_job *, struct err *);
/* What an answer says that was put aside, which lives as long as the arena.
 * NULL with err: it makes no sense. */
struct understood *
reader_said(struct arena *, struct slice answer, struct err *);
/* All of it at once, before what is on its way. */
struct understood *
reader_read(struct run *, struct arena *, struct slice raw, struct err *);

#endif
