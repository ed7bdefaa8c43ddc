#!/usr/bin/env python3
"""Write the mail of some disputes, to be delivered in any order.

usage: shuffle.py DIR SEED

Writes DIR/NNN.eml in the order of their dates; the same seed gives the same
bytes.  Each dispute hangs together by what mail programs and companies write:
References, the number of a complaint.  Beside them there is mail that belongs
to none.
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

    def newsletter(self, i):
        self.mail(1770000000 + i * 50000, ("News", "news@list%d.example" % i), ("Sam", "sam@home.example"),
                  "This week's offers", "Everything must go.\n",
                  extra=["List-Unsubscribe: <mailto:leave@list%d.example>" % i])


def main():
    out, box = sys.argv[1], Box(int(sys.argv[2]))
    for i, name in enumerate(COMPANIES):
        box.dispute(i, name)
    for i in range(10):
        box.newsletter(i)
    os.makedirs(out)
    for n, (_, text) in enumerate(sorted(box.mails)):
        with open("%s/%03d.eml" % (out, n), "w") as f:
            f.write(text)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
