# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.SUFFIXES:

# A plain user's PATH on Debian lacks the directory of bpftool, ip and nft.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

arch      = $(patsubst aarch64,arm64,$(patsubst amd64,x86_64,$(1)))
HOST_ARCH := $(shell uname -m)
ARCH     ?= $(HOST_ARCH)
BPF_ARCH := $(call arch,$(ARCH))
ifneq ($(BPF_ARCH),$(call arch,$(HOST_ARCH)))
CROSS := $(patsubst arm64,aarch64,$(BPF_ARCH))-linux-gnu-
endif

# Each kind of build has its own directory, so switching between them rebuilds nothing.
ifneq ($(CROSS),)
O ?= build/$(BPF_ARCH)
else ifneq ($(filter 1,$(SANITIZE) $(COVERAGE)),)
# What is built for the kernel is the same in each kind of build.
B := $(or $(O),build)
O ?= build/$(if $(filter 1,$(SANITIZE)),sanitize,coverage)
else
O ?= build
endif
B ?= $(O)

PREFIX  ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR  ?= $(PREFIX)/share/man
DOCDIR  ?= $(PREFIX)/share/doc/rsttrace
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions

ifneq ($(filter undefined default,$(origin CC)),)
CC := $(CROSS)gcc
endif
CLANG   ?= clang
# Ubuntu's bpftool in PATH is a wrapper that wants the tools of the running kernel.
BPFTOOL ?= $(firstword $(wildcard /usr/lib/linux-tools/*/bpftool) bpftool)

# Another architecture's libraries: those that scripts/sysroot has fetched, or, with an empty SYSROOT,
# what the pkg-config of that architecture finds.
ifneq ($(CROSS),)
ifeq ($(origin SYSROOT),undefined)
SYSROOT := $(shell scripts/sysroot --where $(BPF_ARCH))
endif
ifneq ($(SYSROOT),)
SYSROOT_CFLAGS := --sysroot=$(SYSROOT)
SYSROOT_PCS    := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(CROSS:-=)/pkgconfig
endif
endif
PKG_CONFIG ?= $(if $(SYSROOT),,$(CROSS))pkg-config
pkg_config  = $(shell $(SYSROOT_PCS) $(PKG_CONFIG) $(1))

Q := @
say = @printf '  %-8s%s\n' '$(1)' '$(2)'
ifeq ($(V),1)
Q :=
say = @:
endif

BPF_SRCS  := $(wildcard bpf/*.bpf.c)
USER_SRCS := $(wildcard user/*/*.c)
UNIT_SRCS := $(wildcard tests/unit/*.c tests/unit/*/*.c)
ifneq ($(CROSS),)
UNIT_SRCS += $(wildcard tests/cross/*.c)
endif
E2E_SRCS  := $(wildcard tests/e2e/*.c)
# floor is one of the programs that the benchmark compares, with a BPF side of its own; ring is preloaded.
BENCH_SRCS := $(filter-out tests/bench/%.bpf.c $(addprefix tests/bench/,floor.c ring.c),\
	$(wildcard tests/bench/*.c))

SOURCES   := $(sort $(BPF_SRCS) $(USER_SRCS) $(UNIT_SRCS) $(E2E_SRCS) $(BENCH_SRCS))

BPF_OBJS  := $(BPF_SRCS:%.bpf.c=$(B)/%.bpf.o)
USER_OBJS := $(USER_SRCS:%.c=$(O)/obj/%.o)
UNIT_OBJS := $(UNIT_SRCS:%.c=$(O)/obj/%.o)
E2E_OBJS  := $(E2E_SRCS:%.c=$(O)/obj/%.o)
# The end-to-end tests' namespaces serve the benchmark as well.
BENCH_OBJS := $(BENCH_SRCS:%.c=$(O)/obj/%.o) $(addprefix $(O)/obj/,tests/e2e/netlab.o tests/e2e/patience.o user/base/clock.o)
# They alone include the skeleton.
PAGE_OBJ := $(O)/obj/user/output/report_html.o
TRACER_OBJS := $(filter $(O)/obj/user/kernel/tracer%,$(USER_OBJS))
# The unit tests reach every module that needs no kernel.
CORE_OBJS := $(filter-out %/main.o $(TRACER_OBJS) $(addprefix %/,answers.o cmd_trace.o cmd_doctor.o audit.o wire_watch.o),$(USER_OBJS)) \
	$(O)/obj/tests/bench/stats.o $(O)/obj/tests/bench/count.o

BPF_OBJ := $(B)/bpf/rsttrace.o
SKEL    := $(B)/rsttrace.skel.h
# The page of `report --html`, with the libraries that draw it.
PAGE    := $(B)/page.asset.h

# These targets install what is missing and start make again, or build nothing. All others need
# the tools from the first line on, because pkg-config is asked while this file is read.
LATE_GOALS := readme run test test-metrics test-html faults coverage test-arm64 test-kernels demo bench fuzz fuzzers deb dist lint format uninstall clean help
ifneq ($(filter-out $(LATE_GOALS),$(or $(MAKECMDGOALS),all)),)
MISSING := $(shell scripts/install-deps --check --build 2>&1)
ifneq ($(MISSING),)
$(error $(MISSING))
endif
LIB_PCS:= libbpf libelf zlib libzstd libmnl yajl jansson libcap libseccomp
ifneq ($(CROSS),)
ifeq ($(shell ($(SYSROOT_PCS) $(PKG_CONFIG) --exists $(LIB_PCS)) 2>/dev/null && echo found),)
$(error no libraries of $(BPF_ARCH) found; fetch them: scripts/sysroot $(BPF_ARCH))
endif
endif
# Left behind by `sudo make`.
FOREIGN := $(shell [ ! -e $(O) ] || find $(O) ! -writable -print -quit)
ifneq ($(FOREIGN),)
$(error $(FOREIGN) is not yours to write (built by root?); run: sudo make clean, or: make O=DIR)
endif
LIB_CFLAGS  := $(call pkg_config,--cflags $(LIB_PCS))
LIB_LIBS    := $(call pkg_config,--libs $(LIB_PCS))
# Of the tests, which read what the program writes.
JSON_CFLAGS  = $(call pkg_config,--cflags jansson)
JSON_LIBS    = $(call pkg_config,--libs jansson)
UNIT_CFLAGS  = $(call pkg_config,--cflags criterion jansson)
UNIT_LIBS    = $(call pkg_config,--libs criterion jansson)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wformat=2 -Wvla -Wundef -Wno-unused-parameter
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif

# What gcc cannot judge well with less than -O2.
UNSURE := -Wno-format-truncation -Wno-maybe-uninitialized

ifeq ($(SANITIZE),1)
# Lines are all that a report names. Each unit test is a process, so what the loader has to relocate counts.
CFLAGS ?= -g1 -O1
MODE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fno-pie -no-pie \
	$(UNSURE)
export UBSAN_OPTIONS ?= print_stacktrace=1
else ifeq ($(COVERAGE),1)
CFLAGS ?= -g -O2
MODE := --coverage -O0 -DRSTTRACE_COVERAGE=1
else
CFLAGS ?= -g -O2
# Checked by scripts/check-hardening. _FORTIFY_SOURCE wants an optimizer.
HARDEN_x86_64 := -fcf-protection=full
HARDEN_arm64  := -mbranch-protection=standard
MODE := -fPIE -fstack-protector-strong -fstack-clash-protection $(HARDEN_$(BPF_ARCH)) \
	$(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
LINK_MODE := -pie -Wl,-z,relro,-z,now,-z,noexecstack
TEST_LINK_MODE := -no-pie
endif
# What is gained by more is less than what it costs to build the tests.
TEST_OPT := $(if $(filter -O2,$(CFLAGS)),-O1 $(UNSURE))

# What clang-tidy is told as well; the rest is for the compiler alone.
BASE_CFLAGS  = -std=gnu11 -D_GNU_SOURCE -iquote bpf -iquote user -iquote $(B) $(LIB_CFLAGS)
USER_CFLAGS  = $(SYSROOT_CFLAGS) $(BASE_CFLAGS) $(WARNINGS) $(CFLAGS) $(MODE)
USER_LDFLAGS = $(SYSROOT_CFLAGS) $(CFLAGS) $(MODE) $(LDFLAGS) -pthread
BPF_CFLAGS   = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(patsubst x86_64,x86,$(BPF_ARCH)) \
	-Ivmlinux/$(BPF_ARCH) -Ibpf $(LIB_CFLAGS) -Wall -Werror -fdebug-prefix-map=$(CURDIR)=.
DEPFLAGS    := -MMD -MP

.PHONY: all
all: $(O)/rsttrace

# With each program that a test or a measurement wants: what nobody builds stops building unnoticed.
.PHONY: everything
everything: all $(addprefix $(O)/tests/,unit e2e bench floor ring.so features)

# Rewritten only when the commands change; everything compiled depends on it.
FLAGS_NOW = $(CC) $(USER_CFLAGS) $(USER_LDFLAGS) $(LIB_LIBS)
BPF_FLAGS_NOW = $(CLANG) $(BPF_CFLAGS) | $(BPFTOOL)
$(O)/.flags $(B)/.bpf-flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS_NOW)' | cmp -s - $@ || printf '%s\n' '$(FLAGS_NOW)' >$@
$(B)/.bpf-flags: private FLAGS_NOW = $(BPF_FLAGS_NOW)

# Likewise for what is linked: without it a deleted source would stay in the program.
$(O)/.sources: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(SOURCES) | cmp -s - $@ || printf '%s\n' $(SOURCES) >$@

.PHONY: FORCE
FORCE:

$(B)/bpf/%.bpf.o: bpf/%.bpf.c $(B)/.bpf-flags
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) $(DEPFLAGS) -c $< -o $@

# Linking also drops the debug sections and checks that the files agree about maps and globals.
$(BPF_OBJ): $(BPF_OBJS) $(O)/.sources
	$(if $(BPF_SRCS),,$(error bpf/ has no *.bpf.c))
	$(call say,LINKOBJ,$@)
	$(Q)$(BPFTOOL) gen object $@ $(BPF_OBJS)

$(SKEL): $(BPF_OBJ)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name rsttrace_bpf >$@

$(B)/bpf/floor.bpf.o: tests/bench/floor.bpf.c $(B)/.bpf-flags
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) $(DEPFLAGS) -c $< -o $@

$(B)/bpf/floor.o: $(B)/bpf/floor.bpf.o
	$(call say,LINKOBJ,$@)
	$(Q)$(BPFTOOL) gen object $@ $<

$(B)/floor.skel.h: $(B)/bpf/floor.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@

# Nobody else may include the skeleton. The compiler reports it as a dependency only after the
# first compilation, so the first one has to be told.
$(TRACER_OBJS): $(SKEL)

$(PAGE): scripts/gen-page $(wildcard user/output/page/*)
	$(call say,PAGE,$@)
	$(Q)mkdir -p $(@D)
	$(Q)scripts/gen-page user/output/page $@

$(PAGE_OBJ) $(PAGE_OBJ:$(O)/obj/%=$(O)/fuzz/obj/%): $(PAGE)

$(O)/obj/tests/unit/%.o: private EXTRA = -iquote tests/unit -iquote tests/bench $(UNIT_CFLAGS) $(TEST_OPT)
# Rows of the scenario tables end where the rest is zero.
$(O)/obj/tests/e2e/%.o: private EXTRA = -iquote tests/e2e $(JSON_CFLAGS) -Wno-missing-field-initializers $(TEST_OPT)
$(O)/obj/tests/bench/%.o: private EXTRA = -iquote tests/bench -iquote tests/e2e $(JSON_CFLAGS)
$(O)/obj/tests/bench/floor.o: $(B)/floor.skel.h
$(O)/obj/%.o: %.c $(O)/.flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) $(EXTRA) $(DEPFLAGS) -c $< -o $@

$(O)/rsttrace: $(USER_OBJS) $(O)/.sources
	$(if $(USER_SRCS),,$(error user/ has no */*.c))
	$(call say,LINK,$@)
	$(Q)$(CC) $(USER_LDFLAGS) $(LINK_MODE) -o $@ $(USER_OBJS) $(LIB_LIBS)

$(O)/tests/unit: $(UNIT_OBJS) $(CORE_OBJS) $(O)/.sources
	$(if $(UNIT_SRCS),,$(error tests/unit has no *.c: nothing to test))
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_LDFLAGS) $(TEST_LINK_MODE) -o $@ $(UNIT_OBJS) $(CORE_OBJS) $(LIB_LIBS) $(UNIT_LIBS) -lm

$(O)/tests/e2e: $(E2E_OBJS) $(O)/.sources
	$(if $(E2E_SRCS),,$(error tests/e2e has no *.c: nothing to test))
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_LDFLAGS) -o $@ $(E2E_OBJS) $(JSON_LIBS)

$(O)/tests/bench: $(BENCH_OBJS) $(O)/.sources
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_LDFLAGS) -o $@ $(BENCH_OBJS) $(LIB_LIBS) $(JSON_LIBS) -lm

# What the kernel has of user/model/features.c's table.
$(O)/tests/features: $(addprefix $(O)/obj/,tests/kernels/features.o user/model/features.o user/kernel/probe.o user/kernel/kbtf.o user/base/buffer.o user/base/text.o)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(O)/tests/floor: $(O)/obj/tests/bench/floor.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_LDFLAGS) -o $@ $< $(LIB_LIBS)

$(O)/tests/ring.so: tests/bench/ring.c $(O)/.flags
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) $(USER_LDFLAGS) -fPIC -shared -o $@ $< -ldl

# What reads bytes from anywhere, under clang's fuzzer and sanitizers: with all that needs no kernel.
FUZZERS     := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SHARED := $(wildcard tests/fuzz/support/*.c) $(addprefix tests/unit/,\
	fake_questions.c again_check.c sample.c build_ruleset.c)
FUZZ_OBJS   := $(patsubst $(O)/obj/%,$(O)/fuzz/obj/%,$(filter $(O)/obj/user/%,$(CORE_OBJS))) \
	$(FUZZ_SHARED:%.c=$(O)/fuzz/obj/%.o)
FUZZ_MODE   := -fsanitize=address,undefined -fno-sanitize-recover=all
# What tests/fuzz/support/given.c stands in for, and keep.c.
FUZZ_WRAPPED := open fopen readlink access opendir fdopendir readdir closedir netlink_in netlink_ask \
	malloc calloc free ZSTD_createDCtx
FUZZ_SECONDS ?= 4

$(O)/fuzz/obj/tests/%.o: private EXTRA = -I tests/fuzz/support -iquote tests/unit
$(O)/fuzz/obj/%.o: %.c
	$(call say,FUZZCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BASE_CFLAGS) $(EXTRA) -g -O1 $(FUZZ_MODE) -fsanitize=fuzzer-no-link $(DEPFLAGS) -c $< -o $@

$(addprefix $(O)/fuzz/,$(FUZZERS)): $(O)/fuzz/%: $(O)/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_MODE) -fsanitize=fuzzer $(FUZZ_WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(LIB_LIBS)

-include $(FUZZ_OBJS:.o=.d) $(FUZZERS:%=$(O)/fuzz/obj/tests/fuzz/%.d)

-include $(BPF_OBJS:.o=.d) $(USER_OBJS:.o=.d) $(UNIT_OBJS:.o=.d) $(E2E_OBJS:.o=.d) \
	$(BENCH_OBJS:.o=.d) $(O)/obj/tests/kernels/features.d $(O)/obj/tests/bench/floor.d $(B)/bpf/floor.bpf.d

# Hands what root has built back to the user who called sudo.
give_back = if [ "$$(id -u)" = 0 ] && [ -n "$$SUDO_UID" ] && [ -d $(O) ]; then \
	chown -RhP "$$SUDO_UID:$$SUDO_GID" $(patsubst build/%,build,$(O)); fi

.PHONY: run
run:
	@scripts/install-deps --build
	@$(MAKE) --no-print-directory all; err=$$?; $(give_back); exit $$err
	@exec $(O)/rsttrace $(ARGS)

# Without root there is no end-to-end test, and no need for its packages.
.PHONY: test
test:
	@if [ "$$(id -u)" = 0 ]; then scripts/install-deps --test; else scripts/install-deps; fi
	@$(MAKE) --no-print-directory all $(O)/tests/unit $(O)/tests/e2e; err=$$?; $(give_back); exit $$err
	@$(MAKE) --no-print-directory check-unit
	@$(MAKE) --no-print-directory check-golden
	@$(MAKE) --no-print-directory check-install
	@$(MAKE) --no-print-directory check-e2e

.PHONY: check-unit
# A test has passed before its process ends, which is when leaks are found: Criterion takes no notice of them.
check-unit: $(O)/tests/unit
ifeq ($(SANITIZE),1)
	$(Q)rm -f $(O)/unit-report.*
	$(Q)ASAN_OPTIONS=$(ASAN_OPTIONS):log_path=$(abspath $(O))/unit-report $< $(UNIT_ARGS); err=$$?; \
		for f in $(O)/unit-report.*; do [ ! -e "$$f" ] || { cat "$$f"; err=1; }; done; exit $$err
else
	$(Q)$< $(UNIT_ARGS)
endif
	$(Q)tests/kernels/test-table

# What report says of the recordings in tests/golden. golden writes down what it says now.
.PHONY: check-golden golden
check-golden: $(O)/rsttrace
	$(Q)tests/golden/test $(O)
	$(Q)tests/golden/test-queries $(O)
	$(Q)tests/who-resets/test-page $(O)

golden: $(O)/rsttrace
	$(Q)tests/golden/test --update $(O)
	$(Q)tests/who-resets/test-page --update $(O)

# Of the program as it is built for this machine.
.PHONY: check-install
check-install: all
	$(Q)$(if $(SANITIZE)$(COVERAGE),,FORTIFIED=$(if $(filter -O0,$(CFLAGS)),0,1) scripts/check-hardening $(O)/rsttrace)
	$(Q)tests/install/test-install $(O)

.PHONY: check-e2e
check-e2e: $(O)/tests/e2e $(O)/rsttrace
	@if [ "$$(id -u)" = 0 ]; then \
		RSTTRACE=$(abspath $(O)/rsttrace) $< $(E2E_ARGS); \
	else \
		echo 'e2e: skipped: needs root (sudo make test)'; \
	fi

# What of another machine's build can be checked without one: built here, run in an emulator. Where it
# cannot be built it is skipped, which with REQUIRED=1 is a failure.
ARM64 = $(MAKE) --no-print-directory ARCH=arm64 CC=aarch64-linux-gnu-gcc O=$(O)/arm64 SANITIZE= COVERAGE=

# The pages of `report --html` in a browser, which is large: a target of its own. Where there is none it is skipped,
# which with REQUIRED=1 is a failure. PICTURES=FOLDER keeps what they look like.
.PHONY: test-html
test-html:
	@if ! scripts/install-deps --html; then \
		echo 'html: skipped: no browser is to be had here'; \
		exit $(if $(REQUIRED),1,0); \
	fi; \
	$(MAKE) --no-print-directory all; err=$$?; $(give_back); [ $$err = 0 ] || exit $$err; \
	tests/html/test-page $(O) $(PICTURES)

.PHONY: test-arm64
test-arm64:
	@if ! { scripts/install-deps --cross && scripts/sysroot arm64 >/dev/null; }; then \
		echo 'arm64: skipped: what builds it, or what it is linked with, is not to be had here'; \
		exit $(if $(REQUIRED),1,0); \
	fi; \
	$(MAKE) --no-print-directory all && $(ARM64) all $(O)/arm64/tests/unit $(O)/arm64/tests/e2e; \
	err=$$?; $(give_back); [ $$err = 0 ] || exit $$err; \
	scripts/test-arm64 $(O) $(O)/arm64 $(UNIT_ARGS)

# With Debian's Prometheus: the rules in contrib/prometheus, and both formats.
.PHONY: test-metrics
test-metrics:
	@scripts/install-deps --metrics
	@$(MAKE) --no-print-directory all; err=$$?; $(give_back); exit $$err
	@tests/metrics/test-prometheus $(O)

.PHONY: demo
demo:
	@scripts/install-deps --test
	@$(MAKE) --no-print-directory all $(O)/tests/e2e; err=$$?; $(give_back); exit $$err
	@RSTTRACE=$(abspath $(O)/rsttrace) E2E=$(abspath $(O)/tests/e2e) scripts/demo $(ARGS)

# Fails when the unit tests go through less than 90 % of a pure room.
.PHONY: coverage
coverage:
	@scripts/install-deps
	@$(MAKE) --no-print-directory COVERAGE=1 CFLAGS=-g build/coverage/tests/unit
	@find build/coverage -name '*.gcda' -delete
	@build/coverage/tests/unit $(UNIT_ARGS) >build/coverage/log 2>&1 || { tail -n 30 build/coverage/log; exit 1; }
	@scripts/coverage build/coverage

# What must not go wrong when something else does; FAULT_ARGS=--long takes an hour or so.
.PHONY: faults
faults:
	@scripts/install-deps --test
	@$(MAKE) --no-print-directory all; err=$$?; $(give_back); exit $$err
	@tests/faults/test-faults $(O) $(FAULT_ARGS)

# What it compares with may be missing: it says so and goes on.
.PHONY: bench
bench:
	@scripts/install-deps
	@[ "$$(id -u)" != 0 ] || scripts/install-deps --bench || true
	@$(MAKE) --no-print-directory all $(addprefix $(O)/tests/,bench floor ring.so) >&2; \
		err=$$?; $(give_back); exit $$err
	@RSTTRACE=$(abspath $(O)/rsttrace) FLOOR=$(abspath $(O)/tests/floor) \
		RING=$(abspath $(O)/tests/ring.so) RST_BT=$(abspath tests/bench/rst.bt) $(O)/tests/bench $(BENCH_ARGS)

# The causes on real kernels, in QEMU: KERNELS="5.10 7", KERNEL_ARGS=--quick.
.PHONY: test-kernels
test-kernels:
	@scripts/install-deps
	@if [ "$$(id -u)" = 0 ]; then scripts/install-deps --test --kernels; \
		else scripts/install-deps --check --kernels; fi
	@$(MAKE) --no-print-directory all $(O)/tests/e2e $(O)/tests/features; \
		err=$$?; $(give_back); exit $$err
	@RSTTRACE=$(abspath $(O)/rsttrace) E2E=$(abspath $(O)/tests/e2e) \
		FEATURES=$(abspath $(O)/tests/features) \
		scripts/test-kernels $(KERNEL_ARGS) $(KERNELS)

# Each from its seeds in the tree; what is found on the way stays in build/fuzz. FUZZ_SECONDS=3600 by hand.
.PHONY: fuzz fuzzers
fuzzers:
	@scripts/install-deps --fuzz
	@$(MAKE) --no-print-directory $(addprefix $(O)/fuzz/,$(FUZZERS)); err=$$?; $(give_back); exit $$err

fuzz: fuzzers
	@for f in $(FUZZERS); do \
		mkdir -p $(O)/fuzz/$$f.corpus && $(O)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -max_len=16384 \
			-timeout=5 -artifact_prefix=$(O)/fuzz/$$f. -print_final_stats=1 \
			$(O)/fuzz/$$f.corpus tests/fuzz/$$f || exit 1; \
	done

C_FILES     = $(shell find bpf user tests -name '*.[ch]' 2>/dev/null)
# Fewer of them, where time is short: make lint TIDY_SRCS=user/host/clerk.c
TIDY_SRCS  ?= $(USER_SRCS)
# And these without its analyzer, which takes nine tenths of the time.
TIDY_BRIEFLY ?=
SHELL_FILES = $(shell grep -lEs '^\#!.*\b(ba|da)?sh$$' scripts/* .ci/* findings/*.sh $$(find tests -type f ! -name '*.[ch]'))

.PHONY: lint
lint:
	@scripts/install-deps --check --lint
	@$(MAKE) --no-print-directory all $(O)/tests/features lint-files

.PHONY: lint-files
lint-files:
	$(call say,FORMAT,check)
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(call say,SHELL,$(SHELL_FILES))
	$(Q)shellcheck -x -P findings $(SHELL_FILES)
	$(call say,ROOMS,user/*/*.[ch])
	$(Q)scripts/check-rooms user
	$(call say,README,README.md)
	$(Q)scripts/update-readme --check $(O)/rsttrace README.md
	$(Q)scripts/update-readme --check $(O)/rsttrace docs/rules.md
	$(call say,RESETS,docs/who-resets.md)
	$(Q)scripts/update-who-resets --check
	$(call say,TABLES,README.md docs/*.md)
	$(Q)find . -name '*.md' -not -path './$(O)/*' -print0 | xargs -0 scripts/check-tables
	$(call say,KERNELS,docs/kernels.md)
	$(Q)scripts/update-kernels --check $(O)/tests/features tests/kernels/results docs/kernels.md
	$(call say,TIDY,user/*/*.c)
	$(Q)printf '%s\n' $(TIDY_SRCS) | xargs -P "$$(nproc)" -I{} \
		clang-tidy --quiet --warnings-as-errors='*' {} -- $(BASE_CFLAGS)
	$(Q)printf '%s\n' $(TIDY_BRIEFLY) | xargs -r -P "$$(nproc)" -I{} \
		clang-tidy --quiet --warnings-as-errors='*' --checks='-clang-analyzer-*' {} -- $(BASE_CFLAGS)

# By gcc's analyzer, which takes minutes: what reads a file or the kernel has paths that clang-tidy does not go.
ANALYZED := $(USER_SRCS:%=analyze/%)
.PHONY: analyze $(ANALYZED)
analyze: $(ANALYZED)
# gcc 12 loses a pointer that goes into an array at an index that it does not know.
analyze/user/record/file_list.c: private EXTRA = -Wno-analyzer-malloc-leak
$(ANALYZED): analyze/%: $(SKEL)
	$(call say,ANALYZE,$*)
	$(Q)$(CC) $(BASE_CFLAGS) -O1 -fanalyzer -Werror $(EXTRA) -c $* -o /dev/null

.PHONY: format
format:
	$(Q)clang-format -i $(C_FILES)

# Below DESTDIR.
INSTALL_DIRS = $(SBINDIR) $(MANDIR)/man8 $(DOCDIR) $(if $(CROSS),,$(BASHDIR) $(ZSHDIR))
DOCS        := docs/rsttrace.schema.json $(wildcard docs/*.md) README.md LICENSE \
	contrib/prometheus/rsttrace.rules.yml contrib/grafana/rsttrace-dashboard.json

# Only the program itself can print the completions: another architecture's has none to install.
.PHONY: install
install: all
	scripts/install-folders make '$(DESTDIR)' $(DOCDIR) $(INSTALL_DIRS)
	install -m 755 $(O)/rsttrace $(DESTDIR)$(SBINDIR)/
	install -m 644 docs/rsttrace.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 644 $(DOCS) $(DESTDIR)$(DOCDIR)/
ifeq ($(CROSS),)
	umask 022; $(O)/rsttrace --completion bash >$(DESTDIR)$(BASHDIR)/rsttrace
	umask 022; $(O)/rsttrace --completion zsh >$(DESTDIR)$(ZSHDIR)/_rsttrace
endif

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/rsttrace $(DESTDIR)$(MANDIR)/man8/rsttrace.8 \
		$(DESTDIR)$(BASHDIR)/rsttrace $(DESTDIR)$(ZSHDIR)/_rsttrace
	scripts/install-folders remove '$(DESTDIR)' $(DOCDIR)

.PHONY: clean
clean:
	rm -rf $(O)

.PHONY: help
help:
	@echo 'make              build $(O)/rsttrace'
	@echo 'make run          install what is missing, build, trace (as root); ARGS="-j -n 5"'
	@echo 'make test         unit tests, and as root the end-to-end tests; UNIT_ARGS=, E2E_ARGS='
	@echo 'make golden       write down what report says of tests/golden, after a change that is meant'
	@echo 'make test-html    the pages of report --html in Chromium; PICTURES=FOLDER keeps what they look like'
	@echo 'make test-arm64   cross-builds for arm64, and runs the unit tests in an emulator; UNIT_ARGS='
	@echo 'make test-kernels the end-to-end tests on real kernels in QEMU; KERNELS="5.10 7",'
	@echo '                  KERNEL_ARGS=--quick'
	@echo 'make test-metrics --metrics with a Prometheus that scrapes and alerts (as root)'
	@echo 'make demo         provoke resets and show what rsttrace says about them (as root)'
	@echo 'make bench        what it costs, beside other tools (as root); BENCH_ARGS=--help'
	@echo 'make fuzz         what reads bytes from anywhere, under a fuzzer; FUZZ_SECONDS=4'
	@echo 'make coverage     how much of the pure rooms the unit tests go through; fails below 90 %'
	@echo 'make faults       no memory, refused system calls, SIGKILL, many at once (as root);'
	@echo '                  FAULT_ARGS=--long'
	@echo 'make deb          a Debian package of what is committed, in $(O)/deb'
	@echo 'make dist         archives of the source, and of the program as it is installed, in $(O)/dist'
	@echo 'make everything   build what all of these run'
	@echo 'make lint         clang-format, shellcheck, clang-tidy; make format repairs the first'
	@echo 'make analyze      gcc -fanalyzer, which takes minutes'
	@echo 'make install      DESTDIR=, PREFIX=$(PREFIX); make uninstall takes it back'
	@echo 'make clean        remove $(O)'
	@echo
	@echo 'V=1 shows commands; O=DIR builds there; SANITIZE=1 is ASan and UBSan in build/sanitize;'
	@echo 'COVERAGE=1 is gcov in build/coverage; WERROR=1 makes warnings errors; ARCH=x86_64|arm64'

# Of what is committed.
.PHONY: deb
deb:
	@scripts/install-deps --build
	@scripts/install-deps --package
	@scripts/make-deb $(O)/deb

.PHONY: dist
dist:
	@scripts/install-deps --build
	@scripts/make-dist $(O)/dist

# The README's table of causes and list of options are the program's own.
# docs/kernels.md also has what the last run of test-kernels has shown, docs/who-resets.md and explain what
# tests/who-resets/measure has measured.
.PHONY: readme
readme:
	$(Q)scripts/update-who-resets
	@$(MAKE) --no-print-directory all $(O)/tests/features
	$(Q)scripts/update-readme $(O)/rsttrace README.md
	$(Q)scripts/update-readme $(O)/rsttrace docs/rules.md
	$(Q)scripts/update-kernels $(O)/tests/features tests/kernels/results docs/kernels.md
