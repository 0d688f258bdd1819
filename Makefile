# flaketools: GNU make, no configure step.  `make help` lists the targets.
#
# CC CFLAGS LDFLAGS PREFIX DESTDIR are honoured; DEV=1 makes warnings errors,
# SAN=1 builds with AddressSanitizer and UBSan into build/san.
# V=1 shows the commands.  `make check DEPS=0` does not look for the packages that tests need.
# LAZY=0 (from clean) links with all libraries; else some are loaded when they are needed.

PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
PKGS    := libpcre2-8 jansson sqlite3 libcurl libarchive libdeflate liblz4 libzstd libbrotlidec libgit2
comma   := ,
Q       := $(if $(V),,@)
SAY     := @$(if $(V),:,printf '%-5s %s\n')

BUILD   := build$(if $(SAN),/san)
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Wformat=2 -Wundef
SANFLAG := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined)
FLAGS    = -std=c17 -I. -I$(BUILD)/gen -MMD -MP $(WARN) $(if $(DEV),-Werror) \
           $(SANFLAG) $(if $(SAN),-DARENA_DEBUG -fno-omit-frame-pointer) $(PKG_CFLAGS)
# Each program is linked with what it uses, and starts without the rest.
NEEDED  := $(if $(filter Linux,$(shell uname -s)),-Wl$(comma)--as-needed)
LIBS     = $(NEEDED) $(PKG_LIBS) -lm $(if $(NEEDED),-ldl)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null || \
           echo -lpcre2-8 -ljansson -lsqlite3 -lcurl -larchive -ldeflate -llz4 -lzstd -lbrotlidec -lgit2) -lbz2
JOBS    := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# A make inside a recipe: on all processors, unless this one was told how many.
SUBMAKE  = $(MAKE) --no-print-directory $(if $(findstring j,$(filter-out --%,$(MAKEFLAGS))),,-j$(JOBS))

# Every source but main.c goes into the archive of its folder; a program takes from
# them what it needs.  No two sources may define the same name.
PROGRAMS := $(patsubst %/main.c,$(BUILD)/flake-%,$(wildcard bisect/main.c triage/main.c))
LIB_SRC  := $(filter-out %/main.c,$(wildcard common/*.c bisect/*.c triage/*.c))
HELPERS  := $(sort $(wildcard bisect/helpers/*.*))
LIB      := $(BUILD)/libbisect.a $(BUILD)/libtriage.a $(BUILD)/libcommon.a
objects   = $(patsubst %.c,$(BUILD)/%.o,$(filter $(1)/%,$(LIB_SRC)))

# Libraries that are loaded when they are needed (common/lazy.h), and their wrappers.
LAZIES       := curl archive git2
lazy_curl    := common/http.c
lazy_archive := common/archive.c
lazy_git2    := $(wildcard common/repo*.c)

# Programs made of one file: tests, misbehaving children, benchmarks.
of        = $(patsubst tests/%.c,$(BUILD)/%,$(wildcard $(1)))
TESTS    := $(call of,tests/unit/test_*.c tests/tables/test_*.c tests/fault/test_*.c)
FAKES    := $(call of,tests/fake/*.c)
BENCHES  := $(call of,tests/bench/*.c)
REPLAYS  := $(call of,tests/fuzz/fuzz_*.c)
PRELOADS := $(patsubst tests/%.c,$(BUILD)/%.so,$(wildcard tests/fault/preload_*.c))

all: $(PROGRAMS) ## build the programs into build/

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

$(BUILD)/flake-%: $(BUILD)/%/main.o $(LIB)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(SANFLAG) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

$(BUILD)/libcommon.a: $(call objects,common) $(LAZIES:%=$(BUILD)/gen/lazy/%.o)
$(BUILD)/libbisect.a: $(call objects,bisect) $(BUILD)/gen/helpers.o
$(BUILD)/libtriage.a: $(call objects,triage) $(BUILD)/gen/warnings.o
$(LIB): $(BUILD)/.sources
	@rm -f $@
	$(SAY) AR $@
	$(Q)ar rcs $@ $(filter %.o,$^)

# Changes when a source file comes or goes, so that the archive holds no dead object.
$(BUILD)/.sources: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_SRC)' | cmp -s - $@ || echo '$(LIB_SRC)' >$@

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -c -o $@ $<

# The helpers in other languages, as arrays (bisect/helper.h).
$(BUILD)/gen/helpers.c: scripts/embed bisect/helpers $(HELPERS)
	@mkdir -p $(@D)
	$(Q)scripts/embed $(HELPERS) >$@.tmp && mv $@.tmp $@

# The rules for warnings, as a text (triage/warn.h).
$(BUILD)/gen/warnings.c: scripts/embed triage/warnings.rules
	@mkdir -p $(@D)
	$(Q)scripts/embed -s warn_default triage/warnings.rules >$@.tmp && mv $@.tmp $@

# The tables of the functions that the wrappers call.
define lazy_rules
$(BUILD)/gen/lazy/$(1).h: scripts/lazy $(lazy_$(1)) Makefile
	@mkdir -p $$(@D)
	$$(Q)CC='$$(CC)' LAZY='$$(LAZY)' scripts/lazy $$(@:.h=) $(lazy_$(1))
$(BUILD)/gen/lazy/$(1).c: $(BUILD)/gen/lazy/$(1).h ;
$(lazy_$(1):%.c=$(BUILD)/%.o): $(BUILD)/gen/lazy/$(1).h
endef
$(foreach name,$(LAZIES),$(eval $(call lazy_rules,$(name))))

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c Makefile
	$(SAY) CC $<
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -c -o $@ $<

$(TESTS) $(BENCHES) $(FAKES): $(BUILD)/%: tests/%.c $(LIB) Makefile
	@mkdir -p $(@D)
	$(SAY) BUILD $@
	$(Q)$(CC) $(FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

$(REPLAYS): $(BUILD)/%: $(BUILD)/tests/%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(SANFLAG) $(LDFLAGS) -o $@ $^ $(LIBS)

$(PRELOADS): $(BUILD)/%.so: tests/%.c Makefile
	@mkdir -p $(@D)
	$(SAY) BUILD $@
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

# They compare our parser of XML with expat, when that is here.
$(BUILD)/unit/test_xml $(BUILD)/fuzz/fuzz_xml: LIBS += $(shell pkg-config --libs expat 2>/dev/null)

tests: all $(TESTS) $(FAKES) $(REPLAYS) $(PRELOADS) ## build what the tests need

check: ## run every test, also on the build with sanitizers
ifneq ($(DEPS),0)
	@scripts/install-deps --test || [ $$? = 3 ]
endif
	@+$(SUBMAKE) tests
	@+$(SUBMAKE) SAN=1 CFLAGS='-O1 -g' tests
	@tests/run --san

check-quick: tests ## run the unit tests, the tables and the command line's
	@tests/run unit/ tables/ cli/ fuzz/

bench: all $(BENCHES) ## measure speed, size and number of runs against peers and limits
	@tests/bench/run

fuzz: ## fuzz every parser for a while (clang); SECONDS_EACH=60
	@scripts/fuzz

lint: ## check what scripts can check of the style
	@scripts/lint

format-check: ## say where clang-format would write the C files otherwise
	@git ls-files '*.c' | xargs clang-format --dry-run

# Shell completions come out of the programs, from their option tables.
NAMES := $(notdir $(PROGRAMS))
SHARE := $(DESTDIR)$(PREFIX)/share
BASH_DIR := $(SHARE)/bash-completion/completions
ZSH_DIR  := $(SHARE)/zsh/site-functions
FISH_DIR := $(SHARE)/fish/vendor_completions.d

install: all ## install programs, man pages and completions under DESTDIR and PREFIX
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/man/man1' '$(BASH_DIR)' '$(ZSH_DIR)' '$(FISH_DIR)'
	set -e; for p in $(NAMES); do \
		install -m 755 $(BUILD)/$$p '$(DESTDIR)$(PREFIX)/bin/'; \
		install -m 644 $${p#flake-}/$$p.1 '$(SHARE)/man/man1/'; \
		$(BUILD)/$$p completion bash >'$(BASH_DIR)'/$$p; \
		$(BUILD)/$$p completion zsh >'$(ZSH_DIR)'/_$$p; \
		$(BUILD)/$$p completion fish >'$(FISH_DIR)'/$$p.fish; \
		for data in $${p#flake-}/*.rules; do \
			[ -e "$$data" ] || continue; \
			install -d '$(SHARE)'/$$p; \
			install -m 644 "$$data" '$(SHARE)'/$$p/; \
		done; \
	done

uninstall: ## remove what install put there
	for p in $(NAMES); do \
		rm -f '$(DESTDIR)$(PREFIX)/bin'/$$p '$(SHARE)/man/man1'/$$p.1 '$(BASH_DIR)'/$$p \
			'$(ZSH_DIR)'/_$$p '$(FISH_DIR)'/$$p.fish; \
		rm -rf '$(SHARE)'/$$p; \
	done

dist: ## pack the committed files into build/flaketools.tar.gz
	@mkdir -p build
	git archive --prefix=flaketools/ -o build/flaketools.tar.gz HEAD

clean: ## remove build/
	rm -rf build

FORCE:
.PHONY: all help tests check check-quick bench fuzz lint format-check install uninstall dist clean FORCE
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
