#!/usr/bin/env python3
"""Pages as a browser sees them: headless Chromium over its debugging pipe.

usage: browser.py [--without-policy] [--keys] [--ask WORDS] [--shot WIDTH DIR] PAGE...

Loads each page from its file, pokes every element with the events that
handlers wait for, and tells what it did that a page of ours never does: a
script that was not in the template, a dialog, a message on the console, a
request that is not its own file, an event handler, a link that could run
something.  One line each; the exit status is 1 when there was any.

--without-policy  turns the page's Content-Security-Policy off, so that what
                  keeps a script from running is the page's markup alone
--keys            also presses Tab, and tells what can be reached by a pointer
                  and was not reached by that
--ask WORDS       also types them into the page's field, and prints what then
                  stands in <main>
--shot WIDTH DIR  also takes pictures of that width: DIR/NAME-WIDTH.png
"""
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE = 120  # seconds; a loaded machine is slow

# hit() is what the payloads of payloads.py call.
WATCH = """
window.hits = [];
window.hit = function (n) { top.hits.push(n); };
"""
POKE = """
(function () {
  var names = ["error", "load", "mouseover", "mouseenter", "pointerover", "focus", "focusin",
    "toggle", "begin", "start", "animationstart", "transitionend", "beforetoggle", "scroll"];
  var found = [], scripts = 0;
  Array.from(document.querySelectorAll("*")).forEach(function (node) {
    var tag = node.localName;
    Array.from(node.attributes).forEach(function (a) {
      if (/^on/i.test(a.name)) found.push("handler " + a.name + " on " + tag);
      if (/^(href|src|action|formaction|data|srcdoc|xlink:href|poster|background)$/i.test(a.name) &&
          !/^(#|mailto:|https:\\/\\/|[\\w.-]+\\.(html|atom|svg)(#[\\w-]*)?$|\\.\\/[\\w.\\/-]+(#[\\w-]*)?$|(messages|letters)\\/[\\w.-]+$)/.test(a.value))
        found.push("link " + a.name + "=" + a.value.slice(0, 80));
      if (a.name === "style") found.push("style on " + tag);
    });
    scripts += tag === "script";
    if (/^(iframe|frame|object|embed|base|form|img|image|video|audio|portal|foreignobject|animate|set|template)$/.test(tag))
      found.push("element " + tag);
    names.forEach(function (name) { node.dispatchEvent(new Event(name)); });
  });
  if (scripts > 1) found.push(scripts + " scripts");
  return {found: found, hits: window.hits, title: document.title};
}())
"""


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="promised-browser.")
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        command = [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-proxy-server", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
            "--user-data-dir=" + self.folder, "about:blank",
        ]
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.child = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_read, to_write), "sh"] + command,
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        os.close(to_read)
        os.close(to_write)
        self.rest = b""
        self.number = 0
        self.events = []
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = None
        self.session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]

    def close(self):
        try:
            self.ask("Browser.close", {}, browser=True)
        except Exception:
            self.child.kill()
        self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self):
        until = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            got = os.read(self.back, 1 << 20)
            if not got:
                raise EOFError("the browser has ended")
            self.rest += got
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def ask(self, method, params, browser=False):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None) and not browser:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            got = self.read()
            if got.get("id") == self.number:
                if "error" in got:
                    raise RuntimeError(method + ": " + got["error"]["message"])
                return got["result"]
            self.note(got)

    def note(self, got):
        if "method" not in got:
            return
        self.events.append(got)
        if got["method"] == "Page.javascriptDialogOpening":
            # Answered at once, or the page waits for ever.
            self.number += 1
            os.write(self.to, json.dumps({
                "id": self.number, "sessionId": self.session,
                "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}).encode() + b"\0")

    def wait_for(self, method):
        while not any(e["method"] == method for e in self.events):
            self.note(self.read())


def faults_of(browser, url):
    bad = []
    for e in browser.events:
        p = e["params"]
        if e["method"] == "Page.javascriptDialogOpening":
            bad.append("dialog: " + p["message"])
        elif e["method"] == "Runtime.exceptionThrown":
            bad.append("exception: " + json.dumps(p["exceptionDetails"])[:200])
        elif e["method"] == "Runtime.consoleAPICalled":
            bad.append("console: " + json.dumps(p["args"])[:200])
        elif e["method"] == "Log.entryAdded":
            bad.append("log: " + p["entry"]["text"][:200])
        elif e["method"] == "Network.requestWillBeSent":
            if p["request"]["url"].split("#")[0] != url:
                bad.append("request: " + p["request"]["url"][:200])
        elif e["method"] == "Page.frameRequestedNavigation":
            bad.append("navigation: " + p["url"][:200])
    return bad


def type_key(browser, **key):
    for kind in ("keyDown", "keyUp"):
        browser.ask("Input.dispatchKeyEvent", dict(key, type=kind))


def value_of(browser, expression):
    return browser.ask("Runtime.evaluate", {"expression": expression, "returnByValue": True})["result"].get("value")


def unreached(browser):
    count = value_of(browser, """
        window.reached = new Set();
        window.wanted = Array.from(document.querySelectorAll("a[href], input, button, [tabindex]"));
        document.addEventListener("focusin", function (e) { reached.add(e.target); });
        wanted.length""")
    for i in range(count + 2):
        type_key(browser, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    return value_of(browser, """
        wanted.filter(function (n) { return !reached.has(n) && n.getClientRects().length > 0; })
            .map(function (n) { return "no key reaches " + n.outerHTML.slice(0, 80); })""")


def typed(browser, words):
    value_of(browser, 'document.querySelector("input").focus()')
    browser.ask("Input.insertText", {"text": words})
    return value_of(browser, 'document.querySelector("main").innerText')


def look(browser, path, width, shots, keys, words):
    url = "file://" + os.path.abspath(path)
    browser.events = []
    browser.ask("Page.navigate", {"url": url})
    browser.wait_for("Page.loadEventFired")
    answer = browser.ask("Runtime.evaluate", {"expression": POKE, "returnByValue": True})
    told = answer["result"].get("value")
    bad = faults_of(browser, url)
    if told is None:
        return bad + ["its page cannot be looked at: " + json.dumps(answer)[:200]]
    bad += told["found"] + ["ran: payload %s" % n for n in told["hits"]]
    if keys:
        bad += unreached(browser)
    if words:
        print(typed(browser, words))
    if shots:
        size = browser.ask("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = browser.ask("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": min(size["height"], 12000), "scale": 1}})
        name = os.path.basename(os.path.dirname(os.path.abspath(path))) + "-" + os.path.basename(path)
        with open(os.path.join(shots, "%s-%d.png" % (name, width)), "wb") as f:
            f.write(base64.b64decode(shot["data"]))
        if size["width"] > width:
            bad.append("wider than %d: %d" % (width, size["width"]))
    return bad


def main(args):
    policy, width, shots, keys, words = True, 1280, None, False, None
    while args and args[0].startswith("--"):
        if args[0] == "--without-policy":
            policy, args = False, args[1:]
        elif args[0] == "--keys":
            keys, args = True, args[1:]
        elif args[0] == "--ask":
            words, args = args[1], args[2:]
        elif args[0] == "--shot":
            width, shots, args = int(args[1]), args[2], args[3:]
        else:
            sys.exit(__doc__)
    browser = Browser()
    rc = 0
    try:
        for domain in ("Page", "Runtime", "Log", "Network"):
            browser.ask(domain + ".enable", {})
        browser.ask("Page.setBypassCSP", {"enabled": not policy})
        browser.ask("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        browser.ask("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        for path in args:
            for fault in look(browser, path, width, shots, keys, words):
                rc = 1
                print("# %s: %s" % (path, fault))
    finally:
        browser.close()
    return rc


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
