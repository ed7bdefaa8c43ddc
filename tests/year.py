#!/usr/bin/env python3
"""A year of disputes, lived day by day: is each lapsed promise told, once, in time, and never at night?

usage: year.py PROMISED FOLDER SEED DAYS CASES [calm] [kill]

A seeded generator writes the mail of CASES disputes (promises that are kept, kept late, put off or forgotten,
replies of machines, chasers of the owner, mail of tests/corpus).  Each day has passes at the hours of PASSES; before
each the mail that was written by then lies in the inbox.  What leaves is checked against what the mail said, by
arithmetic of its own.  The owner snoozes
a case now and then, unless `calm`.  With `kill`, passes are killed at random and repeated.  Prints TAP; FOLDER/mails then has a
line for each mail that left, or may have: its date and subject.
"""
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.utils import format_datetime

PASSES = (3, 7, 9, 14, 22)  # UTC; in London 21:00 to 08:00 and weekends are quiet
START = date(2025, 1, 6)  # a year that is over: files are stamped by the real clock
SCHEDULED = ("lapse", "heads-up", "clock", "digest")
CASE_GAP, DAY_MOST, ALL_MOST = timedelta(days=1), 10, 30
WHAT = {"refund": ("We will refund you", "Your refund has been sent."),
        "delivery": ("We will deliver the parcel", "The parcel has been delivered."),
        "reply": ("We will write to you", "Having looked at all of it, we offer you 20 pounds.")}
PEOPLE = ("Anna Bell", "Raj Singh", "Mia Novak", "Tom Price", "Priya Shah")

promised, folder, seed, days, cases = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
kills = "kill" in sys.argv
chance = random.Random(seed)
passed = failed = 0


def ok(what, faults):
    global passed, failed
    passed += 1
    failed += bool(faults)
    print("%sok %d - %s" % ("not " if faults else "", passed, what))
    for fault in list(faults)[:8]:
        print("#   %s" % (fault,))


# --- what is written ---

def at(day, hour, minute=0):
    d = START + timedelta(days=day)
    return datetime(d.year, d.month, d.day, hour, minute, tzinfo=timezone.utc)


def mail(when, who, case, subject, text):
    company = "firm%d.example" % case
    ours, theirs = "sam@home.example", "care@" + company
    sender = ours if who == "owner" else "Firm%d Care <%s>" % (case, theirs)
    head = ["From: " + sender, "To: " + (theirs if who == "owner" else ours), "Subject: " + subject,
            "Date: " + format_datetime(when), "Message-ID: <%x@%s>" % (chance.getrandbits(64), company),
            "Content-Type: text/plain; charset=utf-8"]
    if who == "machine":
        head.append("Auto-Submitted: auto-replied")
    return when, ("\n".join(head) + "\n\n" + text + "\n").encode()


def dispute(case):
    """The mail of one dispute, in the order of its dates."""
    day, subject = chance.randrange(max(1, days - 20)), "Complaint FC-%05d" % (20000 + case)
    out = [mail(at(day, 10), "owner", case, subject, "Something went wrong. Please put it right.")]
    while day < days and len(out) < 33:
        day += 1 + chance.randrange(4)
        if chance.random() < 0.3:
            out.append(mail(at(day, 8), "machine", case, "Re: " + subject, "Thank you. We have received your email."))
        what = chance.choice(sorted(WHAT))
        promise, done = WHAT[what]
        for n in range(1 + chance.randrange(3)):  # put off until tired of it
            due = START + timedelta(days=day + 2 + chance.randrange(9))
            sign = chance.choice(PEOPLE)
            out.append(mail(at(day, 9 + chance.randrange(8), chance.randrange(60)), "company", case, "Re: " + subject,
                            "Dear Sam,\n\n%s by %d %s %d.\n\nKind regards\n%s" % (
                                promise, due.day, due.strftime("%B"), due.year, sign)))
            day = (due - START).days + chance.randrange(-1, 6)
            if chance.random() < 0.4:
                out.append(mail(at(day, 18), "owner", case, "Re: " + subject, "I have still not heard. What now?"))
                day += 1
        if chance.random() < 0.6:
            out.append(mail(at(day, 11), "company", case, "Re: " + subject, "Dear Sam,\n\n%s\n\nKind regards\n%s" % (
                done, chance.choice(PEOPLE))))
        day += chance.randrange(22)
    return out


def corpus():
    """Mail of other kinds, on other days; each of a dispute of its own."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "messages")
    names = sorted(os.listdir(here))
    for name in chance.sample(names, min(len(names), days // 3)):
        with open(os.path.join(here, name), "rb") as f:
            raw = f.read()
        when = at(chance.randrange(days), 12)
        yield when, re.sub(rb"(?mi)^Date:.*$", b"Date: " + format_datetime(when).encode(), raw, count=1)


post = [m for case in range(cases) for m in dispute(case)] + list(corpus())
post = sorted((m for m in post if m[0] < at(days, 0)), key=lambda m: m[0])

# --- how it is lived ---

config = folder + "/config"
inbox, outbox = folder + "/store/inbox", folder + "/store/outbox/new"
with open(os.devnull, "w") as null:
    subprocess.run([promised, "-c", config, "init", "--address", "sam@home.example", "--timezone", "Europe/London",
                    "--region", "GB", "--store", folder + "/store/promised.db"], stdout=null, check=True)
for part in ("cur", "new", "tmp"):
    os.makedirs("%s/%s" % (inbox, part), exist_ok=True)


def once(now):
    command = [promised, "-c", config, "--now", now.isoformat(), "once"]
    while kills and dice.random() < 0.5:
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(dice.uniform(0.002, 0.06))
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    done = subprocess.run(command, stderr=subprocess.PIPE)
    patience = 200
    while kills and done.returncode == 75 and patience:  # a reader of the dead one still ends
        patience -= 1
        time.sleep(0.02)
        done = subprocess.run(command, stderr=subprocess.PIPE)
    if done.returncode != 0:
        faults.append("%s: %d %s" % (now, done.returncode, done.stderr.decode()))


dice, habits, snoozes = random.Random(), random.Random(seed + 1), 0.1
faults, seen, left, passes, quiet_until, n = [], set(), [], [], {}, 0
copies, told = {}, set()  # by Message-ID
for day in range(days):
    for hour in PASSES:
        now = at(day, hour)
        passes.append(now)
        while post and post[0][0] <= now:
            n += 1
            with open("%s/new/%06d" % (inbox, n), "wb") as f:
                f.write(post.pop(0)[1])
        once(now)
        for part in ("cur", "new"):
            for name in os.listdir("%s/%s" % (inbox, part)):
                os.unlink("%s/%s/%s" % (inbox, part, name))
        for name in sorted(os.listdir(outbox) if os.path.isdir(outbox) else []):
            if name in seen:
                continue
            seen.add(name)
            with open("%s/%s" % (outbox, name), "rb") as f:
                raw = f.read()
            if kills:  # as it comes back to the owner's mailbox: what was cut short is known to have left
                with open("%s/new/back-%s" % (inbox, name), "wb") as f:
                    f.write(raw)
            m = message_from_bytes(raw, policy=policy.default)
            # What may not have left when promised died goes again, the same
            # bytes under the same Message-ID: one mail to whoever reads it.
            if kills and copies.setdefault(m["Message-ID"], raw) == raw and m["Message-ID"] in told:
                continue
            told.add(m["Message-ID"])
            ident = m["Message-ID"].strip("<>").split(".")
            left.append((now, ident[3], int(ident[2]), m))
            # the owner answers now and then: nothing of this case for a while
            if "calm" not in sys.argv and ident[3] == "lapse" and habits.random() < snoozes:
                subprocess.run([promised, "-c", config, "--now", now.isoformat(), "do", ident[2], "snooze 5 days"],
                               stdout=subprocess.DEVNULL, check=True)
                quiet_until[int(ident[2])] = now + timedelta(days=5)
ok("each pass goes through", faults)

# Cut short on its way: shown to the owner as such, and not sent again unasked.
db = sqlite3.connect(folder + "/store/promised.db")
for raw, kind, case, changed in db.execute("SELECT raw, kind, case_number, changed FROM outbox WHERE state = 'unknown'"):
    m = message_from_bytes(raw, policy=policy.default)
    left.append((datetime.fromtimestamp(changed, timezone.utc), kind, case, m))
left.sort(key=lambda m: m[0])

# --- what must hold ---

scheduled = [m for m in left if m[1] in SCHEDULED]
print("# %d mails in, %d out, of them %d reminders" % (n, len(left), len(scheduled)))


def local(when):  # London, without a library: summer time of 2025
    return when + timedelta(hours=1 if date(2025, 3, 30) <= when.date() < date(2025, 10, 26) else 0)


def may_speak(when):
    return local(when).weekday() < 5 and 8 <= local(when).hour < 21


ok("there is something to tell", [] if any(m[1] == "lapse" for m in scheduled) else ["nothing"])
ok("no reminder at night or on a weekend", [m[:3] for m in scheduled if not may_speak(m[0])])
ok("one reminder a day for each case", [
    (m[:3], o[0]) for i, m in enumerate(scheduled) for o in scheduled[:i]
    if m[2] == o[2] and m[0] - o[0] < CASE_GAP and m[2] != 0])
ok("ten a day at most", [m[0] for m in scheduled if sum(timedelta(0) <= m[0] - o[0] < CASE_GAP for o in scheduled) > DAY_MOST])
ok("thirty of all sorts", [m[0] for m in left if sum(timedelta(0) <= m[0] - o[0] < CASE_GAP for o in left) > ALL_MOST])

told, double = {}, []
for when, kind, case, m in left:
    if kind != "lapse":
        continue
    text = m.get_body(("plain",)).get_content()
    for number, due in re.findall(r"(?m)^ ?(\d+\.\d+)  [^\n]*?, due (\w+ \d+ \w+ \d+)", text.replace("Yours: ", "Yours:")):
        if (number, due) in told:
            double.append((number, due, when))
        told[number, due] = when
ok("nothing is told twice", double)

rows = db.execute("SELECT o.case_number, o.number, o.due_day, o.settled, o.said, p.domain FROM obligation o"
                  " JOIN cases c ON c.number = o.case_number JOIN company p ON p.id = c.company"
                  " WHERE o.who = 'company' AND o.due_day IS NOT NULL AND o.due_at IS NULL AND o.state <> 'void'").fetchall()
missed, early, lapsed = [], [], 0
for case, number, due_day, settled, said, domain in rows:
    due = date(1970, 1, 1) + timedelta(days=due_day)
    name = "%d.%d" % (case, number), "%s %d %s" % (due.strftime("%A"), due.day, due.strftime("%B %Y"))
    mine = told.get(name)
    if mine is not None and local(mine).date() <= due:
        early.append((name, mine))
    if not domain.startswith("firm"):
        continue
    for when in passes:
        if local(when).date() <= due or when.timestamp() < said or not may_speak(when):
            continue
        if settled is not None and settled <= when.timestamp():
            break  # kept or put off before anybody could tell
        if mine is not None and mine <= when:
            lapsed += 1
            break
        recent = [m for m in scheduled if timedelta(0) <= when - m[0] < CASE_GAP]
        if (any(m[2] == case for m in recent) or len(recent) >= DAY_MOST or
                when < quiet_until.get(case, when) or (when.date() - due).days > 30):
            continue  # a reason to be silent
        missed.append((name, str(when)))
        break
ok("none is told before its day is over", early)
ok("none is missed in the first hour that may be", missed)
print("# %d promises of %d lapsed and were told" % (lapsed, len(rows)))
ok("promises were made, and some lapsed", ["none"] if lapsed == 0 else [])
states = dict(db.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
ok("nothing hangs in the outbox", [s for s in states if s in ("sending", "failed") + ("unknown",) * (not kills)])
with open(folder + "/mails", "w") as f:
    for m in sorted("%s %s" % (m[3]["Date"], m[3]["Subject"]) for m in left):
        f.write(m + "\n")
print("1..%d" % passed)
sys.exit(failed > 0)
