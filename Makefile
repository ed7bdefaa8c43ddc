# promised: see README.md for what it is, and for the targets.
#
# Five programs from one tree.  promised has rules and store and no network;
# promised-fetch and promised-send speak to servers and never see the store,
# promised-lookup to the DNS and promised-oauth to those who give tokens, which
# see no mail either.
# O is the folder of all that is made, so that builds of different flags live
# side by side: make O=build/asan CFLAGS=...

O = build
PREFIX = /usr/local
DESTDIR =

CC = gcc
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings \
	-Wformat=2 -Wundef -Wvla -Wswitch-enum -Wnull-dereference
HARDEN = -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-fPIE -D_FORTIFY_SOURCE=2
# Hidden, or a library that has a function of the same name would call ours:
# libetpan its encode_base64().
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DPROMISED_PREFIX='"$(PREFIX)"' -I. \
	-fvisibility=hidden $(WARN) $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

# A filter is a process for each mail, and to look up the symbols of these took
# a seventh of its time: they are linked in where the system has them as
# archives.  To have them shared all the same: make LINKED_IN=
archive = $(if $(findstring /,$(shell $(CC) -print-file-name=lib$(1).a 2>/dev/null)),$(1))
LINKED_IN = sqlite3 pcre2-8 gumbo nettle jansson inih \
	$(if $(call archive,unistring),psl idn2 unistring)
LINKED = $(foreach lib,$(LINKED_IN),$(call archive,$(lib)))
CORE_LIBS = $(LINKED:%=-l:lib%.a) -lsqlite3 -lpcre2-8 -lgumbo -lpsl -lidn2 \
	-lnettle -ljansson -linih -ldl -lm
FETCH_LIBS = -letpan -lgnutls
SEND_LIBS = -lcurl -lgnutls
OAUTH_LIBS = -lcurl -ljansson -linih -lgnutls
LOOKUP_LIBS = -lresolv

FETCH_SRC = mail/fetch.c mail/imap.c mail/imap_session.c mail/stream.c mail/peer.c
SEND_SRC = mail/send.c mail/smtp.c mail/dav.c mail/connection.c mail/peer.c
LOOKUP_SRC = mail/lookup.c
OAUTH_SRC = mail/oauth.c mail/connection.c mail/peer.c
NET_SRC = $(FETCH_SRC) $(SEND_SRC) $(LOOKUP_SRC) $(OAUTH_SRC)
ROOT_SRC = $(filter-out main.c,$(wildcard *.c))
LIB_SRC = $(wildcard base/*.c) $(filter-out $(NET_SRC),$(wildcard mail/*.c)) \
	$(wildcard rules/*.c) $(wildcard cases/*.c) $(wildcard record/*.c)

obj = $(patsubst %.c,$(O)/%.o,$(1))

# Where the programs go: here, so that a checkout can be used as it is.
BIN =

all: $(BIN)promised $(BIN)promised-fetch $(BIN)promised-send $(BIN)promised-lookup \
	$(BIN)promised-oauth

$(BIN)promised: $(call obj,main.c $(ROOT_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(BIN)promised-fetch: $(call obj,$(FETCH_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(FETCH_LIBS)

$(BIN)promised-oauth: $(call obj,$(OAUTH_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(OAUTH_LIBS)

$(BIN)promised-send: $(call obj,$(SEND_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(SEND_LIBS)

$(BIN)promised-lookup: $(call obj,$(LOOKUP_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LOOKUP_LIBS)

$(O)/lib.a: $(call obj,$(LIB_SRC))
	@rm -f $@
	ar qcs $@ $^  # q: two floors may each have a source.o

# For unit tests of what lies at the root.
$(O)/root.a: $(call obj,$(ROOT_SRC))
	@rm -f $@
	ar qcs $@ $^

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(OWN_CFLAGS) -MMD -MP -c -o $@ $<

# Pango and cairo lie in folders of their own; system headers, so that only our
# own code is warned about.
$(O)/record/paper.o: OWN_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags pangocairo))

# Unit tests: one program for each tests/unit/NAME.c, TAP on stdout.
UNIT = $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/*.c))

$(O)/unit/%: $(O)/tests/unit/%.o $(O)/root.a $(O)/lib.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS)

unit: $(UNIT)
	prove --exec '' $(UNIT)

# Fuzz targets: tests/fuzz/NAME.c.  Here each is linked with a driver that
# reads files, so that any compiler does; make fuzz makes up its own input.
FUZZ_SHARED = tests/fuzz/fuzz.c tests/fuzz/replay.c
FUZZ_SRC = $(filter-out $(FUZZ_SHARED),$(wildcard tests/fuzz/*.c))
FUZZ = $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzz-%)
FUZZ_MAIN = $(O)/tests/fuzz/replay.o

$(O)/fuzz-%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/fuzz.o $(FUZZ_MAIN) $(O)/root.a $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CORE_LIBS) $(LOOKUP_LIBS)

# The way of a new user: both commands install what is missing themselves.
deps:
	@dev/deps.sh dev/packages.build

deps-test:
	@dev/deps.sh dev/packages.build dev/packages.test

demo: deps
	@echo "building, which takes a minute or two"
	@$(MAKE) -s -j2 all
	@dev/demo.sh

# All tests against the programs as built: unit tests, then shell tests, which
# start real servers privately.  TESTS=tests/imap.t runs one of them.
TESTS = $(wildcard tests/*.t)

test: deps-test
	@$(MAKE) -s -j2 all $(UNIT) $(FUZZ)
	@dev/layers.sh
	@dev/circles.sh $(O)
	prove -j4 --timer --exec '' $(UNIT) $(TESTS)

check: test

# The whole suite again, with every memory and arithmetic fault made fatal.
SAN = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
sanitize: deps-test
	@$(MAKE) -s -j2 O=build/sanitize BIN=build/sanitize/ CFLAGS="$(SAN)" \
	    HARDEN=-fPIE sanitize-run

sanitize-run: all $(UNIT) $(FUZZ)
	FUZZ_BUILD=$(CURDIR)/$(O) PROMISED=$(CURDIR)/$(BIN)promised PROMISED_DATA=$(CURDIR) \
	ASAN_OPTIONS=detect_leaks=0 prove -j4 --timer --exec '' $(UNIT) $(TESTS)

layers: all
	dev/layers.sh
	dev/circles.sh $(O)

# Longer campaigns; make test has a short run of each.
crash: deps-test all
	KILLS=200 MAILS=2000 tests/crash.t

# Every call, every write, every second allocation: hours.
faults: deps-test all
	KILL_STEP=1 DISK_STEP=1 ALLOC_STEP=7 LOOK_STEP=2 \
	SCENARIOS="deliver filter once letter send publish history init fetch export site" \
	    tests/faults.t

# Killed at every second call.
kills: deps-test all
	KINDS=kill KILL_STEP=2 \
	SCENARIOS="deliver filter once letter send publish history init fetch export site" \
	    tests/faults.t

# 10,000 deliveries each through procmail and LMTP, 50 at once.
parallel: deps-test all
	MAILS=10000 AT_ONCE=50 tests/parallel.t

shuffle: deps-test all
	SHUFFLES=20 COMPANIES=8 tests/shuffle.t

# A whole year, and the same killed again and again; make test has weeks.
year: deps-test all
	DAYS=365 CASES=60 KILL_DAYS=365 tests/year.t

# 100,000 random lives of a case, each twice; make test has 1,000.
histories: deps-test $(O)/unit/histories
	HISTORIES=100000 $(O)/unit/histories

cut-imap: deps-test all
	CUT_STEP=1 tests/cut-imap.t

# Each fuzz target for TIME seconds, or those in TARGETS; what is found and kept
# is in build/fuzz.
TIME = 60
TARGETS =
# To trace each comparison took half of the time; seeds and dictionaries know
# the words already.
FUZZ_SAN = address,undefined
FUZZ_FLAGS = -O2 -g -fsanitize=fuzzer-no-link,$(FUZZ_SAN) \
	-fno-sanitize-coverage=trace-cmp -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
FUZZ_O = build/fuzz
FUZZ_LIMIT = -max_total_time=$(TIME)
fuzz: deps-test
	@$(MAKE) -s -j2 O=$(FUZZ_O) CC=clang CFLAGS="$(FUZZ_FLAGS)" \
	    HARDEN=-fPIE FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer fuzz-build
	@dev/fuzz.sh $(FUZZ_O) $(FUZZ_LIMIT) $(TARGETS)

# RUNS of each, on inputs of a SHORTth of the length and without
# AddressSanitizer, which takes half of the time or more; then with it over all
# that was worth keeping.
RUNS = 10000000
SHORT = 8
fuzz-many:
	@SHORT=$(SHORT) $(MAKE) -s FUZZ_O=build/fuzz-many FUZZ_SAN=undefined \
	    FUZZ_LIMIT=-runs=$(RUNS) fuzz
	@$(MAKE) -s FUZZ_LIMIT=-runs=0 fuzz

fuzz-build: $(FUZZ)

# Our calendars against those of another project, 2020 to 2035; make test has a
# check of its own against the law.  dev/holidays.known says what differs.
holidays: deps all
	@command -v npm >/dev/null || { echo "make holidays wants npm" >&2; exit 1; }
	@mkdir -p build/holidays
	npm install --silent --no-save --prefix build/holidays date-holidays@3
	node dev/holidays.js ./promised build/holidays

lint: deps-test
	@$(MAKE) -s -k -j2 -f dev/lint.mk WARN="$(WARN)"

# What the rules find in the labelled mail of tests/corpus.
accuracy: deps-test all
	@python3 tests/corpus/score.py ./promised tests/corpus/labels.jsonl tests/corpus/messages
	@python3 tests/corpus/fresh.py build/fresh >/dev/null
	@python3 tests/corpus/score.py ./promised build/fresh/labels.jsonl build/fresh
	@for l in set1 set2 set3 set4 set5 set6 set7 set8 set9 set10 de es fr it nl pt; do \
		python3 tests/corpus/fresh.py build/fresh/$$l $$l && \
		printf '%s ' $$l && python3 tests/corpus/score.py ./promised \
		    build/fresh/$$l/labels.jsonl build/fresh/$$l; \
	done
	@python3 tests/corpus/phrases.py ./promised
	@python3 tests/corpus/signals.py ./promised --each

# The golden mails as pictures, to be looked at.
golden-png:
	dev/golden-png.sh

bench: deps-test all
	@dev/bench.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/promised \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install $(BIN)promised $(DESTDIR)$(PREFIX)/bin
	install $(BIN)promised-fetch $(BIN)promised-send $(BIN)promised-lookup \
	    $(BIN)promised-oauth $(DESTDIR)$(PREFIX)/libexec/promised
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	find $(DATA) -type f | while read -r f; do \
	    install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/share/promised/$$f"; done

# What is read at run time, by the same names in a checkout and installed.
DATA = $(shell find rules mail cases record -type f ! -name '*.[ch]') examples

clean:
	rm -rf build promised promised-fetch promised-send promised-lookup \
	    promised-oauth

-include $(shell find $(O) -name '*.d' 2>/dev/null)

.PHONY: all unit clean deps deps-test demo test check sanitize sanitize-run \
	layers lint bench accuracy crash faults kills parallel shuffle year histories cut-imap holidays install \
	fuzz fuzz-many fuzz-build golden-png
.SECONDARY:
