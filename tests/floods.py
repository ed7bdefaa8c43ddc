#!/usr/bin/env python3
"""Mails that are made to be slow: one small thing, over and over.

	floods.py FOLDER BYTES

Writes a mail of that size for each kind to FOLDER/KIND.  What is repeated is a
text, or made of a number that grows, so that no two are the same.
"""
import datetime
import os
import sys

SENDER = "From: a@b.example\n"
PLAIN = SENDER + "Content-Type: text/plain; charset=utf-8\n\n"
HTML = SENDER + "Content-Type: text/html; charset=utf-8\n\n"
MIXED = SENDER + "Content-Type: multipart/mixed; boundary=b\n\n"
BASE64 = PLAIN[:-1] + "Content-Transfer-Encoding: base64\n\n"
QUOTED = PLAIN[:-1] + "Content-Transfer-Encoding: quoted-printable\n\n"


def charset(name):
    return SENDER + "Content-Type: text/plain; charset=%s\n\n" % name


def day(i):
    first = datetime.date(2026, 1, 1)
    return (first + datetime.timedelta(days=i % 200000)).strftime("%d %B %Y")


# KIND: what the mail begins with, what is repeated
KINDS = {
    # plain text: shapes
    "letters": (PLAIN, "a"),
    "bytes": (PLAIN, "\u00e9"),
    "marks": (PLAIN, "e\u0301\u0302\u0303"),
    "right-to-left": (PLAIN, "\u202e\u05d0\u202c"),
    "no-width": (PLAIN, "\u200b"),
    "nul": (PLAIN, "\0"),
    "returns": (PLAIN, "\r"),
    "digits": (PLAIN, "1234567 "),
    "number": (PLAIN, "1"),
    "stops": (PLAIN, "a. "),
    "questions": (PLAIN, "Is it? "),
    "open-angles": (PLAIN, "<a@"),
    "open-brackets": (PLAIN, "("),
    "lines": (PLAIN, "x\n"),
    "empty-lines": (PLAIN, "\n"),
    "soft-lines": (PLAIN, "x \n"),
    "items": (PLAIN, "1. x\n"),
    "rules": (PLAIN, "_" * 32 + "\n"),
    "dashes": (PLAIN, "-- \n"),
    "signatures": (PLAIN, "--\nA\n"),
    "flowed": (SENDER + "Content-Type: text/plain; format=flowed\n\n", ">> x \n"),
    # plain text: quotations
    "quotes": (PLAIN, "> x\n"),
    "quotes-answered": (PLAIN, "> x\ny\n"),
    "angles": (PLAIN, ">"),
    "ladders": (PLAIN, lambda i: ">" * (i % 90) + " x\n"),
    "wrote": (PLAIN, "On 3 March A wrote:\n"),
    "wrote-days": (PLAIN, lambda i: "On %s A%d wrote:\n" % (day(i), i)),
    "wrote-wrapped": (PLAIN, "On Monday, 2 March 2026 at 10:15, A B <a@b.example>\nwrote:\n"),
    "wrote-german": (PLAIN, "Montag, 2. M\u00e4rz 2026 um 10:15 schrieb A:\n"),
    "wrote-quoted": (PLAIN, lambda i: "> On %s A <a%d@b.example> wrote:\n> x\ny\n" % (day(i), i)),
    "on": (PLAIN, "On Mon\n"),
    "colons": (PLAIN, "a:\n"),
    "separators": (PLAIN, "-----Original Message-----\n"),
    "begin": (PLAIN, "Begin forwarded message:\n"),
    "blocks": (PLAIN, "From: A <a@b.example>\nTo: c@d.example\nSubject: x\nDate: Mon, 2 Mar 2026\n\n"),
    "half-blocks": (PLAIN, "From: x\nx\nTo: y\n"),
    "jammed": (PLAIN, "From: A To: b@c.example Subject: x Date: Mon, 2 Mar 2026 "),
    "forwards": (SENDER + "Subject: Fwd: x\n\n", "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon, 2 Mar 2026 at 10:15\nSubject: x\n\nhello\n"),
    # plain text: what rules look for
    "words": (PLAIN, "we will "),
    "refund": (PLAIN, "refund of the order claim "),
    "promises": (PLAIN, "We will reply within 5 working days.\n"),
    "paragraphs": (PLAIN, "We will reply by Friday.\n\n"),
    "promises-all": (PLAIN, lambda i: "We will reply by %s.\n" % day(i)),
    "promises-days": (PLAIN, lambda i: "We will reply within %d working days.\n" % (i % 1000)),
    "requests-all": (PLAIN, lambda i: "Please reply by %s.\n" % day(i)),
    "dates": (PLAIN, "by Friday 3 March or "),
    "dates-all": (PLAIN, lambda i: "by %s or " % day(i)),
    "dates-iso": (PLAIN, lambda i: "2026-%02d-%02d " % (i % 12 + 1, i % 28 + 1)),
    "dates-slash": (PLAIN, lambda i: "%d/%d/26, " % (i % 12 + 1, i % 28 + 1)),
    "dates-east": (PLAIN, "2026\u5e743\u67082\u65e5 "),
    "times": (PLAIN, lambda i: "at %d:%02d " % (i % 24, i % 60)),
    "until": (PLAIN, "by the end of "),
    "groups": (PLAIN, lambda i: "%d.%d.%d " % (i % 31, i % 97, i % 59)),
    "money": (PLAIN, "\u00a3123.45 "),
    "money-lines": (PLAIN, "EUR 1,234.56\n"),
    "references": (PLAIN, "Ref: AB-123456 "),
    "references-all": (PLAIN, lambda i: "Reference: AB-%06d\n" % i),
    "numbers-all": (PLAIN, lambda i: "your case number is %07d.\n" % i),
    "tickets-all": (PLAIN, lambda i: "[Ticket #%d] " % (100000 + i)),
    "colours": (PLAIN, "a{color:#17346c}\n"),
    "urls": (PLAIN, lambda i: "https://a%d.example/%d\n" % (i, i)),
    "addresses": (PLAIN, lambda i: "a%d@b%d.example\n" % (i, i)),
    "regards": (PLAIN, "Regards,\nA\n"),
    "names": (PLAIN, lambda i: "Regards,\nAnna B%d\n\n" % i),
    "footers": (PLAIN, "This e-mail is confidential.\n"),
    "sent-from": (PLAIN, "Sent from my iPhone\n"),
    "bounces": ("From: mailer-daemon@b.example\nSubject: Undelivered mail\n\n", "<a@b.example>: 550 5.1.1 no such user\n"),
    # HTML
    "html-tags": (HTML, "<b>"),
    "html-nest": (HTML, "<div>"),
    "html-attributes": (HTML, "<a b=c d=e f=g>"),
    "html-attributes-all": (HTML + "<p ", lambda i: "a%d=b " % i),
    "html-tags-all": (HTML, lambda i: "<x%d>" % i),
    "html-tables": (HTML, "<table><tr><td>x"),
    "html-cells": (HTML, "<td>x</td>"),
    "html-items": (HTML, "<ul><li>x"),
    "html-quotes": (HTML, "<blockquote>x"),
    "html-closing": (HTML, "</p>"),
    "html-misnested": (HTML, lambda i: "<b><p>x%d</b>y</p>" % i),
    "html-foster": (HTML + "<table>", lambda i: "x%d<b>" % i),
    "html-formatting": (HTML, "<b><i><u><s>x<p>"),
    "html-breaks": (HTML, "x<br>"),
    "html-text": (HTML, "we will "),
    "html-entities": (HTML, "&amp;"),
    "html-ampersands": (HTML, "&"),
    "html-almost": (HTML, "&am"),
    "html-numbers": (HTML, "&#x200b;"),
    "html-fonts": (HTML, "<font size=1><p>x"),
    "html-comments": (HTML, "<!-- x -->"),
    "html-comment-opens": (HTML, "<!--"),
    "html-less": (HTML, "< "),
    "html-open-quote": (HTML, '<a href="'),
    "html-style": (HTML, "<style>a{b:c}</style>"),
    "html-hidden": (HTML, "<div style='display:none'>x</div>"),
    "html-links": (HTML, lambda i: "<a href='https://a%d.example/'>b</a> " % i),
    "html-blocks": (HTML, "<b>From:</b> A &lt;a@b.example&gt;<br>"),
    "html-gmail": (HTML, "<div class=gmail_quote>On Mon, 2 Mar 2026, A wrote:<br></div>"),
    # headers
    "fields": (SENDER, "X: y\n"),
    "no-names": (SENDER, ":\n"),
    "folds": (SENDER + "X: y\n", " \n"),
    "from-fields": ("", "From: a@b.example\n"),
    "from-list": ("From: ", "A B <a@b.example>, "),
    "to-list": (SENDER + "To: ", lambda i: "A%d <a%d@b%d.example>,\n " % (i, i, i)),
    "to-fields": (SENDER, "To: a@b.example\n"),
    "comments": (SENDER + "To: ", "("),
    "subject": (SENDER + "Subject: ", "Re: "),
    "subject-fold": (SENDER + "Subject: ", "x\n "),
    "encoded-words": (SENDER + "Subject: ", "=?utf-8?q?x?= =?iso-8859-2?q?x?= =?utf-16?b?AEE=?= "),
    "encoded-opens": (SENDER + "Subject: ", "=?utf-8?q?"),
    "ids": (SENDER + "References: ", lambda i: "<%d@x.example>\n " % i),
    "received": (SENDER, "Received: from a (b [192.0.2.4]) by c; Mon, 2 Mar 2026 10:15:00 +0000\n"),
    "parameters": (SENDER + "Content-Type: text/plain; ", lambda i: "name*%d=x; " % i),
    # MIME
    "parts": (MIXED, "--b\n\nx\n"),
    "parts-html": (MIXED, "--b\nContent-Type: text/html\n\nx\n"),
    "parts-files": (MIXED, lambda i: "--b\nContent-Type: text/plain; name=a%d.txt\n\nx\n" % i),
    "parts-mails": (MIXED, lambda i: "--b\nContent-Type: message/rfc822\n\nFrom: a%d@b.example\nMessage-ID: <%d@x>\n\nx\n" % (i, i)),
    "parts-charsets": (MIXED, lambda i: "--b\nContent-Type: text/plain; charset=%s\n\n\u00e9\n" % ("iso-8859-2", "utf-7", "utf-16", "koi8-r", "gb2312", "iso-2022-jp", "big5")[i % 7]),
    "nested": (SENDER, lambda i: "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)),
    "nested-mails": (SENDER, "Content-Type: message/rfc822\n\n"),
    "boundaries": (MIXED, lambda i: "--b%d\n" % i),
    "boundary-almost": (MIXED, "--bb\n"),
    "base64": (BASE64, "d2Ugd2lsbCByZWZ1bmQgeW91IGJ5IEZyaWRheSAzIE1hcmNoLiA=\n"),
    "base64-lines": (BASE64, "Q\n"),
    "base64-padding": (BASE64, "QQ=="),
    "base64-equals": (BASE64 + "QQ", "="),
    "quoted-printable": (QUOTED, "=41"),
    "quoted-soft": (QUOTED, "=\n"),
    "quoted-blanks": (QUOTED, "x   \n"),
    "uuencode": (SENDER + "\nbegin 644 x\n", "M" + "x" * 60 + "\n"),
    "ill-formed": (charset("utf-8"), b"\xff"),
    "ill-formed-chinese": (charset("gb18030"), b"\xff"),
    "western": (charset("iso-8859-1"), b"\xe9 "),
    "utf-16": (charset("utf-16"), b"a\0"),
    "escapes": (charset("iso-2022-jp"), b"\x1b$B!!\x1b(B"),
}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def flood(head, unit, size):
    head = as_bytes(head)
    if not callable(unit):
        unit = as_bytes(unit)
        return head + unit * ((size - len(head)) // len(unit))
    parts, left, i = [head], size - len(head), 0
    while left > 0:
        parts.append(as_bytes(unit(i)))
        left -= len(parts[-1])
        i += 1
    return b"".join(parts)


def main(folder, size):
    os.makedirs(folder)
    for kind, (head, unit) in KINDS.items():
        with open(os.path.join(folder, kind), "wb") as out:
            out.write(flood(head, unit, size))


main(sys.argv[1], int(sys.argv[2]))
