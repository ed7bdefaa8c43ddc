# promised: see README.md.  `make help` lists the targets.
#
# Three programs from one tree.  promised has rules and store and no network;
# promised-fetch and promised-send speak to servers and never see the store.
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
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARN) $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

# libetpan's MIME reader is linked statically: its shared object would load a
# TLS library into the program that must have none (and cost the filter 2 ms).
CORE_LIBS = -l:libetpan.a -lsqlite3 -lpcre2-8 -lgumbo -lpsl -lnettle \
	-ljansson -linih -ldl
FETCH_LIBS = -letpan -lgnutls
SEND_LIBS = -lcurl -lgnutls

FETCH_SRC = mail/fetch.c mail/imap.c mail/stream.c
SEND_SRC = mail/send.c mail/smtp.c
NET_SRC = $(FETCH_SRC) $(SEND_SRC)
ROOT_SRC = $(filter-out main.c,$(wildcard *.c))
LIB_SRC = $(wildcard base/*.c) $(filter-out $(NET_SRC),$(wildcard mail/*.c)) \
	$(wildcard rules/*.c) $(wildcard cases/*.c)
PIPE_SRC = mail/frame.c $(wildcard base/arena.c base/buf.c base/err.c base/log.c base/date.c)

obj = $(patsubst %.c,$(O)/%.o,$(1))

all: promised promised-fetch promised-send

promised: $(call obj,main.c $(ROOT_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CORE_LIBS)

promised-fetch: $(call obj,$(FETCH_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(FETCH_LIBS)

promised-send: $(call obj,$(SEND_SRC)) $(O)/lib.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(SEND_LIBS)

$(O)/lib.a: $(call obj,$(LIB_SRC))
	@rm -f $@
	ar rcs $@ $^

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: one program for each tests/unit/NAME.c, TAP on stdout.
UNIT = $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/*.c))

$(O)/unit/%: $(O)/tests/unit/%.o $(call obj,$(ROOT_SRC)) $(O)/lib.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS)

unit: $(UNIT)
	prove --exec '' $(UNIT)

clean:
	rm -rf $(O) promised promised-fetch promised-send

-include $(shell find $(O) -name '*.d' 2>/dev/null)

.PHONY: all unit clean
.SECONDARY:
