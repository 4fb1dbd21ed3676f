# SPDX-License-Identifier: MIT
# Tests beyond the unit tests of the folders' module.mk, lint and formatting.
run-tests := $(SRC)/tests/lib/run-tests
lints := layers spdx one-hop format walks shellcheck
lints-after-build := headers cppcheck clang-tidy thread-safety

check: check-unit check-schema check-qtest check-qmp check-tcg check-fuzz

lint: all
	$(Q)TEST_TIMEOUT=1200 CC="$(CC)" $(run-tests) lint \
	    $(patsubst %,$(SRC)/tests/lint/%.sh,$(lints) $(lints-after-build))
	$(Q)$(SRC)/tests/lint/sizes.sh

format:
	cd $(SRC) && git ls-files '*.c' '*.h' | xargs clang-format -i

# ---- tcg: programs in tests/tcg, linked with everything below the monitor
tcg-tests := a64-diff a64-sys a64-random
tcg-tests += jit-vec-test simd-test tlb-random jit-random verify-test device-access device-order fp-special-test
tcg-archives := $(foreach l,util qapi qom backends softmmu hw accel,lib$(l).a)
tcg-support := $(patsubst %,tests/tcg/%.o,env fp-values oracle oracle-bugs oracle-user program state)
tcg-objs := $(tcg-support) $(patsubst %,tests/tcg/%.o,$(tcg-tests))
$(tcg-objs): | accel-gen-headers
all-objs += $(tcg-objs)
$(patsubst %,tests/tcg/%,$(tcg-tests)): tests/tcg/%: tests/tcg/%.o $(tcg-support) $(tcg-archives)
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--whole-archive $(tcg-archives) \
	    -Wl,--no-whole-archive $(LIBS) $(if $(filter yes,$(HAVE_UNICORN)),-lunicorn) -o $@
# The same rows against qemu-aarch64 (package qemu-user), where a cross compiler exists.
ifneq ($(CROSS_CC),)
tests/tcg/user-runner: $(SRC)/tests/tcg/user-runner.c $(SRC)/tests/tcg/user-state.h
	@mkdir -p $(@D)
	$(call say,CROSS,$@)$(CROSS_CC) -O1 -static -fno-stack-protector -Wall -Wextra \
	    -Wno-unused-parameter -I$(SRC) $< -o $@
check-tcg-user: tests/tcg/a64-diff tests/tcg/user-runner
	$(Q)USER_RUNNER=tests/tcg/user-runner $(run-tests) tcg-user tests/tcg/a64-diff
.PHONY: check-tcg-user
endif
# Random guests: N=1000000 tests/fuzz/guest in a build with sanitizers.
all-objs += tests/fuzz/guest.o
tests/fuzz/guest.o: | accel-gen-headers
tests/fuzz/guest: tests/fuzz/guest.o tests/tcg/env.o tests/tcg/state.o $(tcg-archives)
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--whole-archive $(tcg-archives) \
	    -Wl,--no-whole-archive $(LIBS) -o $@
check-tcg: $(patsubst %,tests/tcg/%,$(tcg-tests))
	$(Q)ISAGEN=gen/isagen $(run-tests) tcg $(SRC)/tests/tcg/isagen-test.sh $^
	$(Q)TIER=jit $(run-tests) tcg-jit tests/tcg/a64-diff tests/tcg/a64-random tests/tcg/simd-test

check-guest: all tests/qmp/icount-test
	$(Q)TEST_TIMEOUT=2400 POISE=./poise-system-aarch64 PEER="$(PEER)" CROSS_CC="$(CROSS_CC)" \
	    $(run-tests) guest $(SRC)/tests/guest/boot-test.sh $(SRC)/tests/guest/icount-test.sh \
	    $(SRC)/tests/guest/firmware-test.sh \
	    $(SRC)/tests/guest/matrix-test.sh $(SRC)/tests/guest/userland-test.sh \
	    $(SRC)/tests/guest/hypervisor-test.sh $(SRC)/tests/guest/kvm-test.sh \
	    $(SRC)/tests/guest/smp-stress.sh $(SRC)/tests/guest/engine-test.sh \
	    $(SRC)/tests/guest/verify-test.sh $(SRC)/tests/guest/memory-test.sh

# In a build with the thread sanitizer: vCPUs race each other through a Linux boot.
check-races: all
	$(Q)TEST_TIMEOUT=2400 $(run-tests) races $(SRC)/tests/guest/races-test.sh

# Real management clients.
check-tools: all hello.img
	$(Q)TEST_TIMEOUT=600 KERNEL=$(images)/linux $(run-tests) tools $(SRC)/tests/tools/libvirt-domain.sh

# Benchmarks print ratios against the peer; they never fail on time.
bench/startup: $(SRC)/tests/bench/startup.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -O2 -g $(WARN) -D_GNU_SOURCE $< -o $@
images ?= /usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64
bench-startup: all bench/startup
	bench/startup ./poise-system-aarch64 qemu-system-aarch64 \
	    $(wildcard $(images)/linux) $(wildcard $(images)/initrd.gz)
.PHONY: bench-startup
bench-qmp: all tests/bench/qmp
	tests/bench/qmp ./poise-system-aarch64 qemu-system-aarch64
tests/bench/qmp: tests/bench/qmp.o tests/lib/qmp-client.o libutil.a
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@
all-objs += tests/bench/qmp.o
.PHONY: bench-qmp

# KERNELS="fib linux" RUNS=3 make bench-engine; tests/bench/engine -h tells more
bench-engine: all
	$(Q)CROSS_CC="$(CROSS_CC)" $(SRC)/tests/bench/engine $(PEER)
.PHONY: bench-engine

bench-schema: poise-qapi-gen
	$(Q)$(SRC)/tests/bench/schema.sh ./poise-qapi-gen
.PHONY: bench-schema

# ---- schema: the generator against golden files
check-schema: poise-qapi-gen
	$(Q)GENERATOR=./poise-qapi-gen $(run-tests) schema $(SRC)/tests/schema/golden-test.sh

# ---- qmp: programs in tests/qmp that talk to the real binary
qmp-tests := $(addprefix tests/qmp/,session-test abi-test access-test monitor-test transcript-test chardev-test)
qmp-tests += tests/qmp/hmp-test
qmp-tests += tests/qmp/json-test tests/qmp/introspect-test
qmp-tests += tests/qmp/objects-test
qmp-tests += tests/qmp/config-test tests/qmp/state-hash-test tests/qmp/dry-run-test
qmp-tests += tests/qmp/process-test
qmp-tests += tests/qmp/icount-test tests/qmp/semihosting-test tests/qmp/tcg-test
qmp-test-support := tests/lib/qmp-client.o tests/lib/run.o tests/lib/tap.o tests/qmp/shape.o
all-objs += $(qmp-test-support) $(qmp-tests:=.o)
$(qmp-tests): %: %.o $(qmp-test-support) libutil.a
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@
tests/qmp/chardev-test tests/qmp/state-hash-test: tests/lib/qtest-client.o
check-qmp: all $(qmp-tests)
	$(Q)POISE=./poise-system-aarch64 PEER="$(PEER)" ABI=$(SRC)/tests/qmp/abi.txt \
	    CORPUS=$(SRC)/tests/qmp/json-corpus.txt \
	    $(run-tests) qmp $(qmp-tests) $(SRC)/tests/qmp/cli-test.sh \
	    $(SRC)/tests/qmp/fdt-test.sh \
	    $(SRC)/tests/qmp/ctl-test.sh $(SRC)/tests/qmp/text-test.sh $(SRC)/tests/qmp/trace-test.sh
bench-interp: tests/bench/interp
	$(Q)tests/bench/interp
tests/bench/interp.o: | accel-gen-headers
all-objs += tests/bench/interp.o
tests/bench/interp: tests/bench/interp.o tests/tcg/env.o $(tcg-archives)
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $(filter %.o,$^) -Wl,--whole-archive $(tcg-archives) \
	    -Wl,--no-whole-archive $(LIBS) -o $@
.PHONY: bench-interp

# ---- qtest: devices through the real binary, vCPUs executing nothing
qtest-tests := $(addprefix tests/qtest/,walk-test devices-test)
qtest-support := tests/lib/qtest-client.o tests/lib/qmp-client.o tests/lib/tap.o
all-objs += tests/lib/qtest-client.o $(qtest-tests:=.o)
$(qtest-tests): %: %.o $(qtest-support) libutil.a
	$(call say,LINK,$@)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@
check-qtest: all $(qtest-tests)
	$(Q)POISE=./poise-system-aarch64 $(run-tests) qtest $(qtest-tests)
