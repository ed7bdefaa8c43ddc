#!/usr/bin/env python3
"""Make a seeded mailbox of disputes: the same seed gives the same bytes.

usage: make-mailbox.py DIR COUNT SEED

Writes DIR/Maildir (cur, new, tmp), DIR/mbox and DIR/manifest.tsv (number, kind,
Message-ID, bytes).  One mail in three belongs to a dispute with a company and
promises or asks for something; the others are newsletters, notices and chat.
Sizes, encodings and shapes are those of an ordinary mailbox: half HTML, one in
ten with an attachment, some of 200 KB.
"""
import base64
import os
import quopri
import random
import sys
import time

PROMISES = [
    "We will write to you again within %d working days.",
    "Your refund will be paid within %d days of this email.",
    "I will call you by Friday to tell you what our engineer found.",
    "An engineer will visit on Tuesday between 8am and 1pm.",
    "Our team aims to respond within %d hours.",
    "Please send us the receipt within %d days or we will close your case.",
]
TALK = """account address afternoon agreement amount answer apology appliance
balance bill branch broken cable call card charge cheque claim complaint
contract counter courier credit customer damage date delay delivery deposit
desk email engineer error estate evidence explanation fault fee file form
furniture heating invoice item journey kitchen landlord leak letter line
manager meter mistake money morning note notice number office order overdraft
parcel part payment phone photo plan plumber policy premium price problem
product promise query queue receipt record refund rent repair reply report
roof room route sale service sofa statement stock street team tenant theft
ticket train transfer valve visit voucher washing week window wording
Überweisung café naïve résumé""".split()
NAMES = ["Ana Łuczak", "Jörg Müller", "Li Wei", "Sam O'Neil", "Priya Nair",
         "José García", "Kim Lee", "Tom Baker", "Zoë Smith", "Alice Byrne"]


class Box:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.ids = []

    def sentence(self):
        words = [self.r.choice(TALK) for _ in range(self.r.randint(6, 14))]
        return " ".join(words).capitalize() + "."

    def paragraphs(self, size, dispute):
        lines, length = [], 0
        while length < size:
            text = " ".join(self.sentence() for _ in range(self.r.randint(1, 4)))
            lines.append(text)
            length += len(text) + 2
        if dispute:
            promise = self.r.choice(PROMISES)
            if "%d" in promise:
                promise %= self.r.choice([2, 3, 5, 7, 10, 14, 24, 48])
            lines.insert(self.r.randint(0, len(lines)), promise)
        return lines

    def body(self, kind, size, dispute):
        lines = self.paragraphs(size, dispute)
        if kind == "html":
            rows = "".join('<tr><td style="font:14px Arial;padding:0 24px">%s</td></tr>\n'
                           % line.replace("&", "&amp;") for line in lines)
            return ("<html><head><style>td{margin:0}</style></head><body>"
                    "<table role=\"presentation\">%s</table></body></html>\n" % rows)
        return "\n\n".join(lines) + "\n"

    def part(self, kind, size, dispute):
        charset = self.r.choices(["utf-8", "iso-8859-1", "windows-1252"], [7, 2, 1])[0]
        how = self.r.choice(["quoted-printable", "base64"] + (["8bit"] if charset == "utf-8" else []))
        data = self.body(kind, size, dispute).encode(charset, "replace")
        if how == "base64":
            data = base64.encodebytes(data)
        elif how == "quoted-printable":
            data = quopri.encodestring(data)
        head = "Content-Type: text/%s; charset=%s\nContent-Transfer-Encoding: %s\n\n" % (kind, charset, how)
        return head.encode() + data

    def multi(self, subtype, parts):
        boundary = "=_%016x" % self.r.getrandbits(64)
        out = ('Content-Type: multipart/%s; boundary="%s"\n\n' % (subtype, boundary)).encode()
        for part in parts:
            out += b"--" + boundary.encode() + b"\n" + part + b"\n"
        return out + b"--" + boundary.encode() + b"--\n"

    def mail(self, i):
        r, when = self.r, 1700000000 + i * 311
        stamp = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))
        dispute, company = i % 3 == 0, r.randint(1, 40)
        domain = "company%d.example" % company if dispute else "news%d.example" % r.randint(1, 200)
        ident = "%08x.%d@%s" % (r.getrandbits(32), i, domain)
        name = r.choice(NAMES)
        if not name.isascii():
            name = "=?utf-8?B?%s?=" % base64.b64encode(name.encode()).decode()
        head = ["Return-Path: <care@%s>" % domain]
        for hop in range(r.randint(1, 4)):
            head.append("Received: from relay%d.%s (relay%d.%s [192.0.2.%d])\n\tby mx.home.example with ESMTPS id %012x\n\tfor <sam@home.example>; %s"
                        % (hop, domain, hop, domain, r.randint(1, 254), r.getrandbits(48), stamp))
        head += ["From: %s <care@%s>" % (name if not name.isascii() or name[0] == "=" else '"%s"' % name, domain),
                 "To: Sam Okafor <sam@home.example>", "Date: " + stamp, "Message-ID: <%s>" % ident]
        subject = "Your complaint C-%d" % (company * 1000 + r.randint(1, 30)) if dispute \
            else " ".join(r.choice(TALK) for _ in range(r.randint(2, 6))).encode("ascii", "ignore").decode()
        if dispute and self.ids and r.random() < 0.3:
            earlier = r.choice(self.ids[-300:])
            if earlier.endswith("@" + domain):
                head += ["In-Reply-To: <%s>" % earlier, "References: <%s>" % earlier]
                subject = "Re: " + subject
        if not dispute:
            head.append("List-Unsubscribe: <mailto:leave@%s>" % domain)
        head += ["Subject: " + subject, "MIME-Version: 1.0"]
        self.ids.append(ident)
        size = int(min(40000, max(800, r.lognormvariate(8.6, 0.8))))
        dice = r.random()
        if dice < 0.40:
            kind, body = "plain", self.part("plain", size, dispute)
        elif dice < 0.55:
            kind, body = "html", self.part("html", size, dispute)
        elif dice < 0.90:
            kind = "alternative"
            body = self.multi("alternative", [self.part("plain", size // 3, dispute),
                                              self.part("html", size // 2, dispute)])
        else:
            kind = "attachment"
            data = r.randbytes(200000 if dice >= 0.97 else r.randint(1000, 16000))
            image = b"Content-Type: image/jpeg; name=photo%d.jpg\nContent-Transfer-Encoding: base64\n\n" % i \
                + base64.encodebytes(data)
            body = self.multi("mixed", [self.part("plain", size // 2, dispute), image])
        return kind, ident, when, "\n".join(head).encode() + b"\n" + body


def main():
    out, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for folder in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(out, "Maildir", folder), exist_ok=True)
    box = Box(seed)
    with open(os.path.join(out, "mbox"), "wb") as mbox, open(os.path.join(out, "manifest.tsv"), "w") as manifest:
        for i in range(count):
            kind, ident, when, data = box.mail(i)
            with open("%s/Maildir/cur/%d.%d.host:2,S" % (out, when, i), "wb") as mail:
                mail.write(data)
            mbox.write(b"From care@company.example " + time.asctime(time.gmtime(when)).encode() + b"\n")
            for line in data.splitlines(keepends=True):
                mbox.write(b">" + line if line.lstrip(b">").startswith(b"From ") else line)
            mbox.write(b"\n")
            manifest.write("%d\t%s\t%s\t%d\n" % (i, kind, ident, len(data)))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
