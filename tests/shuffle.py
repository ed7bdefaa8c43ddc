#!/usr/bin/env python3
"""Write the mail of some disputes, to be delivered in any order.

usage: shuffle.py DIR SEED COMPANIES

Writes DIR/NNN.eml in the order of their dates; the same seed gives the same
bytes.  Each company has two disputes that live at the same time.  One hangs
together by what mail programs and companies write: References, the number of a
complaint.  The other only by what is said: no number, no References, receipts
by machines, a forward of what came, the owner's own notes, an ombudsman.
Beside them there is mail that belongs to none.
"""
import os
import random
import sys
import time

COMPANIES = ["Northgate Bank", "Acme Water", "Fenwick Rail", "Oakmere Sofas",
             "Sheaf Parking", "Trent Energy", "Harbour Travel", "Juniper Phones"]
PROMISES = ["We will write to you again within %d working days.",
            "Your refund will be paid within %d days.",
            "I will call you within %d days to tell you what I have found."]


# What the other dispute is about, in words that no other one has.
THINGS = [("boiler", "thermostat"), ("wardrobe", "hinge"), ("bicycle", "saddle"), ("piano", "pedal"),
          ("freezer", "compressor"), ("camera", "shutter"), ("tractor", "gearbox"), ("telescope", "eyepiece")]


class Box:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.mails = []

    def mail(self, when, sender, to, subject, text, refs=(), extra=()):
        n = len(self.mails)
        ident = "%d.%08x@%s" % (n, self.r.getrandbits(32), sender[1].split("@")[1])
        head = ["From: %s <%s>" % sender, "To: %s <%s>" % to, "Subject: " + subject,
                "Message-ID: <%s>" % ident,
                "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))]
        if refs:
            head += ["In-Reply-To: <%s>" % refs[-1], "References: " + " ".join("<%s>" % r for r in refs)]
        head += extra
        self.mails.append((when, "\n".join(head) + "\n\n" + text + "\n"))
        return ident

    def dispute(self, i, name):
        r = self.r
        domain = name.lower().replace(" ", "") + ".example"
        owner, care = ("Sam Okafor", "sam@home.example"), (name, "care@" + domain)
        number = "CMP-%06d" % r.randrange(10 ** 6)
        when, day = 1770000000 + i * 7200, 86400
        subject = "Complaint about %s" % r.choice(["my bill", "a cancelled order", "the delay"])
        promise = r.choice(PROMISES) % r.choice([3, 5, 10])
        refs = [self.mail(when, owner, care, subject, "Dear %s,\n\nI complain about this and want my money back.\n\nSam Okafor" % name)]
        refs.append(self.mail(when + day, care, owner, "Re: " + subject,
                              "Dear Sam,\n\nThank you for your complaint. Its number is %s. %s\n\nPriya Shah" % (number, promise), refs))
        for turn in range(r.randint(1, 3)):
            when += 5 * day
            refs.append(self.mail(when + day, owner, care, "Re: " + subject, "What has become of this?\n\nSam", refs))
            refs.append(self.mail(when + 2 * day, care, owner, "Re: " + subject,
                                  "Dear Sam,\n\nWe are sorry for the delay. %s\n\nPriya Shah" % promise, refs))
        # Some helpdesks begin a new thread, which only the number ties.
        when += 9 * day
        own = [self.mail(when, care, owner, "Your complaint %s" % number,
                         "Dear Sam,\n\nWe are sorry. We will refund you within 14 days. Our reference is %s.\n\nTom Reed" % number)]
        self.mail(when + day, owner, care, "Re: Your complaint %s" % number, "I accept.\n\nSam", own)
        self.mail(when + 9 * day, care, owner, "%s" % number,
                  "Dear Sam,\n\nRegarding %s: the refund has been paid today.\n\nTom Reed" % number)

    def spoken(self, i, name):
        domain = name.lower().replace(" ", "") + ".example"
        owner, desk = ("Sam Okafor", "sam@home.example"), (name + " Support", "support@" + domain)
        thing, part = THINGS[i % len(THINGS)]
        when, day = 1770000000 + i * 9000 + 3 * 86400, 86400
        self.mail(when, owner, desk, "%s of the %s" % (part, thing),
                  "Dear %s,\n\nThe %s of my %s has failed again. Please repair the %s by the end of the month.\n\nSam Okafor" % (name, part, thing, part))
        self.mail(when + 60, desk, owner, "We have received your message",
                  "This is an automatic reply. We aim to answer within 3 working days.", extra=["Auto-Submitted: auto-replied"])
        told = "Dear Sam,\n\nWe are sorry about the %s of your %s. A technician will repair the %s within 10 working days.\n\nMaya Lund" % (part, thing, part)
        self.mail(when + 2 * day, desk, owner, "Your %s" % thing, told)
        self.mail(when + 3 * day, owner, ("Promised", "me@promised.example"), "Fwd: Your %s" % thing,
                  "---------- Forwarded message ---------\nFrom: %s <%s>\nDate: %s\nSubject: Your %s\nTo: <%s>\n\n%s" % (
                      desk[0], desk[1], time.strftime("%a, %d %b %Y at %H:%M", time.gmtime(when + 2 * day)), thing, owner[1], told))
        self.mail(when + 6 * day, owner, owner, "Note", "Rang %s about the %s of the %s. Nobody knew of a technician." % (name, part, thing))
        self.mail(when + 8 * day, ("Consumer Ombudsman", "team@ombudsman.example"), owner, "Your complaint OMB-%04d" % (7100 + 37 * i),
                  "Dear Sam,\n\nThank you for your complaint about %s and the %s of your %s. We will write to you within 14 days.\n\nIda Quist" % (name, part, thing))
        self.mail(when + 15 * day, desk, owner, "The technician's visit",
                  "Dear Sam,\n\nOur technician has repaired the %s of the %s today. We apologise for the delay.\n\nMaya Lund" % (part, thing))

    def newsletter(self, i):
        self.mail(1770000000 + i * 50000, ("News", "news@list%d.example" % i), ("Sam", "sam@home.example"),
                  "This week's offers", "Everything must go.\n",
                  extra=["List-Unsubscribe: <mailto:leave@list%d.example>" % i])


def main():
    out, box = sys.argv[1], Box(int(sys.argv[2]))
    for i, name in enumerate(COMPANIES[:int(sys.argv[3])]):
        box.dispute(i, name)
        box.spoken(i, name)
    for i in range(int(sys.argv[3])):
        box.newsletter(i)
    os.makedirs(out)
    for n, (_, text) in enumerate(sorted(box.mails)):
        with open("%s/%03d.eml" % (out, n), "w") as f:
            f.write(text)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
