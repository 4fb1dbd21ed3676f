# SPDX-License-Identifier: MIT
# Fuzz targets: `make fuzz-X T=60` runs X with libFuzzer (clang) for 60 seconds, starting from
# corpus/X and keeping what it finds in fuzz/X of the build directory; `make check-fuzz` replays
# corpus/X with MUTATIONS mutations of each file, sends random commands to the program, and starts it
# with random command lines.
fuzz-targets := json options visit schema its gic-mmio flash fw-cfg
fuzz-libs-json := util
fuzz-libs-options := util
fuzz-libs-visit := util qapi
fuzz-libs-schema :=
fuzz-libs-its := util qapi qom backends softmmu hw
fuzz-libs-gic-mmio := $(fuzz-libs-its)
fuzz-libs-flash := $(fuzz-libs-its)
fuzz-libs-fw-cfg := $(fuzz-libs-its)
# The generator's front end; its own main.c is not part of it.
fuzz-gen-c := $(addprefix qapi/gen/,check.c doc.c emit.c lex.c model.c model-doc.c model-parts.c \
    model-types.c parse.c)
fuzz-extra-schema := $(fuzz-gen-c)
# The generator frees nothing.
fuzz-flags-schema := -rss_limit_mb=0
MUTATIONS ?= 200
COMMANDS ?= 20000
COMMAND_LINES ?= 3000
T ?= 60

define fuzz_rules
fuzz-srcs-$(1) := $(foreach l,$(fuzz-libs-$(1)),$($(l)-srcs) $($(l)-gen-srcs)) $(fuzz-extra-$(1))
tests/fuzz/$(1)-replay: tests/fuzz/$(1).o tests/fuzz/replay.o tests/lib/tap.o \
    $(patsubst %.c,%.o,$(fuzz-extra-$(1))) $(foreach l,$(fuzz-libs-$(1)),lib$(l).a)
	$$(call say,LINK,$$@)$(CC) $(LDFLAGS) $$(filter %.o,$$^) -Wl,--whole-archive \
	    $$(filter %.a,$$^) -Wl,--no-whole-archive $(LIBS) -o $$@
fuzz-replays += tests/fuzz/$(1)-replay
all-objs += tests/fuzz/$(1).o
tests/fuzz/$(1)-fuzz: $(SRC)/tests/fuzz/$(1).c | gen-headers
	@mkdir -p $$(@D)
	$$(call say,FUZZ,$$@)clang $(filter-out -Werror,$(CFLAGS)) -O1 -g -fsanitize=fuzzer,address,undefined \
	    $$< $$(foreach f,$$(fuzz-srcs-$(1)),$$(if $$(filter gen/%,$$f),$$f,$(SRC)/$$f)) $(LIBS) -o $$@
fuzz-$(1): tests/fuzz/$(1)-fuzz
	@mkdir -p fuzz/$(1)
	tests/fuzz/$(1)-fuzz -max_total_time=$$(T) $$(fuzz-flags-$(1)) fuzz/$(1) $(SRC)/tests/fuzz/corpus/$(1)
.PHONY: fuzz-$(1)
endef
$(foreach t,$(fuzz-targets),$(eval $(call fuzz_rules,$(t))))
all-objs += tests/fuzz/replay.o tests/fuzz/qmp-commands.o tests/fuzz/random-args.o

tests/fuzz/qmp-commands: tests/fuzz/qmp-commands.o tests/fuzz/random-args.o tests/lib/qmp-client.o tests/lib/tap.o libutil.a
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

all-objs += tests/fuzz/cmdline.o
tests/fuzz/cmdline: tests/fuzz/cmdline.o tests/lib/run.o tests/lib/tap.o libutil.a
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@


check-fuzz: all $(fuzz-replays) tests/fuzz/qmp-commands tests/fuzz/cmdline tests/fuzz/guest
	$(Q)POISE=./poise-system-aarch64 FUZZ_CORPUS=$(SRC)/tests/fuzz/corpus MUTATIONS=$(MUTATIONS) \
	    COMMANDS=$(COMMANDS) COMMAND_LINES=$(COMMAND_LINES) \
	    $(run-tests) fuzz $(fuzz-replays) tests/fuzz/qmp-commands tests/fuzz/cmdline \
	    tests/fuzz/guest
	$(Q)TIER=jit $(run-tests) fuzz-jit tests/fuzz/guest
.PHONY: check-fuzz
