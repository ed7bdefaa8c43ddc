# What a machine can see: both compilers with every warning fatal, clang-tidy,
# cppcheck, the floors, the manual pages, and functions of over 80 lines.
# A file is looked at again when it, or what it includes, has changed.
# usage: make -s -k -j2 -f dev/lint.mk WARN="FLAGS"     (that is make lint)

O = build/lint
SRC := $(shell git ls-files '*.c')
FLAGS := -std=c11 -D_GNU_SOURCE -DPROMISED_PREFIX='"/usr/local"' -I. \
	$(patsubst -I%,-isystem %,$(shell pkg-config --cflags pangocairo))

lint: $(SRC:%.c=$(O)/%.gcc) $(SRC:%.c=$(O)/%.clang) $(SRC:%.c=$(O)/%.tidy) \
	cppcheck layers functions manuals
	echo "lint: $(words $(SRC)) files, nothing found"

$(O)/%.gcc: %.c dev/lint.mk
	mkdir -p $(@D)
	gcc $(FLAGS) $(WARN) -Werror -O2 -MMD -MP -MF $@.d -MT $@ -c -o /dev/null $<
	touch $@

$(O)/%.clang: %.c dev/lint.mk
	mkdir -p $(@D)
	clang $(FLAGS) $(WARN) -Werror -O2 -MMD -MP -MF $@.d -MT $@ -c -o /dev/null $<
	touch $@

# After the compiler, which says what the file includes.
$(O)/%.tidy: $(O)/%.clang .clang-tidy
	clang-tidy --quiet --warnings-as-errors='*' $*.c -- $(FLAGS) >$@.log 2>&1 || \
	    { grep -A3 'error:' $@.log; exit 1; }
	touch $@

$(filter $(O)/tests/%,$(SRC:%.c=$(O)/%.tidy)): tests/.clang-tidy

cppcheck:
	mkdir -p $(O)/cppcheck
	cppcheck -j2 --quiet --error-exitcode=1 --std=c11 -I. \
	    --cppcheck-build-dir=$(O)/cppcheck --enable=warning,portability \
	    --inline-suppr --suppress=missingIncludeSystem -D_GNU_SOURCE $(SRC)

layers:
	dev/layers.sh

functions:
	awk '/^\{/ { s = FNR } /^\}/ { if (s && FNR - s > 80) { \
		print FILENAME ":" s ": " FNR - s " lines"; bad = 1 } s = 0 } \
	    END { exit bad }' $(SRC)

# mandoc knows no pages but those that are installed.
manuals:
	! mandoc -Tlint -Wstyle man/*.[15] 2>&1 | \
	    grep -v 'referenced manual not found\|outdated mandoc.db'

-include $(shell find $(O) -name '*.d' 2>/dev/null)

.PHONY: lint cppcheck layers functions manuals
.DELETE_ON_ERROR:
