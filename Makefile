# flaketools: GNU make, no configure step.  `make help` lists the targets.
#
# CC CFLAGS LDFLAGS PREFIX DESTDIR are honoured; DEV=1 makes warnings errors,
# SAN=1 builds with AddressSanitizer and UBSan into build/san.

PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
PKGS    := libpcre2-8 jansson

BUILD   := build$(if $(SAN),/san)
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Wformat=2 -Wundef
FLAGS   := -std=c17 -I. -I$(BUILD)/gen -MMD -MP $(WARN) $(if $(DEV),-Werror) \
           $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -DARENA_DEBUG) \
           $(shell pkg-config --cflags $(PKGS))
LIBS    := $(shell pkg-config --libs $(PKGS)) -lm
comma   := ,

LIB_SRC := $(wildcard common/*.c) $(filter-out bisect/main.c,$(wildcard bisect/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)

all: $(BUILD)/flake-bisect ## build the programs into build/

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

$(BUILD)/flake-bisect: $(BUILD)/bisect/main.o $(LIB_OBJ)
	$(CC) $(CFLAGS) $(if $(SAN),-fsanitize=address$(comma)undefined) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) -c -o $@ $<

clean: ## remove build/
	rm -rf build

.PHONY: all help clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
