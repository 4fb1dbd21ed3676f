# SPDX-License-Identifier: MIT
# The table compiler runs on the build host; what it writes stands in gen/.
isagen-srcs := isagen.c parse.c expr.c check.c emit.c
gen/isagen: $(addprefix $(SRC)/accel/tcg/gen/,$(isagen-srcs) isagen.h)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)$(HOST_CC) -std=gnu11 -O1 -g -Wall -Wextra $(filter %.c,$^) -o $@

gen/a64.stamp: gen/isagen $(SRC)/accel/tcg/a64/a64.isa
	$(call say,ISAGEN,a64.isa)gen/isagen $(SRC)/accel/tcg/a64/a64.isa gen gen/a64.d $@ && touch $@
-include gen/a64.d
# Written by the rule above; only what changed has a new time.
gen/a64-%.h: gen/a64.stamp ;
accel-gen-headers += gen/a64.stamp

accel-srcs += $(addprefix accel/tcg/,atomic.c code.c code-cache.c crc32.c exec.c host-caps.c mem.c pauth.c step.c sys.c tcg.c tlb.c tlbi.c)
accel-srcs += $(addprefix accel/tcg/a64/,decode.c disas.c handlers.c jit.c jit-pauth.c jit-structs.c jit-sysregs.c jit-vec.c)
accel-srcs += $(addprefix accel/tcg/,ir.c ir-fold.c jit.c jit-disas.c jit-fp.c jit-log.c jit-perf.c jit-slow.c stats.c verify.c)
accel-srcs += $(addprefix accel/tcg/x64/,asm.c emit.c emit-atomic.c emit-exit.c emit-flags.c emit-fp.c emit-int.c emit-loop.c emit-mem.c emit-vec.c emit-vec-arith.c \
              emit-vec-asm.c emit-vec-crypto.c emit-vec-shuffle.c regs.c thunks.c)
# Meanings that are compiled a second time, against IR.
jit-groups := atomic branch crypto fp int mem muldiv pauth simd-diff simd-fp simd-mem simd-misc simd-perm simd-same simd-shift sys
accel-gen-srcs += $(patsubst %,gen/jit/%.c,$(jit-groups))
gen/jit/%.c: $(SRC)/accel/module.mk
	@mkdir -p $(@D)
	@printf '#define A64_JIT\n#include "accel/tcg/a64/sem-%s.c"\n' $* >$@
# Meanings: sem-NAME.c for each `group NAME` of the table.
accel-srcs += $(addprefix accel/tcg/a64/,sem-atomic.c sem-branch.c sem-int.c sem-mem.c sem-muldiv.c sem-pauth.c \
              sem-sys.c)
accel-srcs += $(addprefix accel/tcg/a64/,sem-crypto.c sem-fp.c sem-simd-diff.c sem-simd-fp.c \
              sem-simd-mem.c sem-simd-misc.c sem-simd-perm.c sem-simd-same.c sem-simd-shift.c \
              vec-crypto.c vec-fp.c vec-lanes.c)

# Linked with one file alone; the user of the code cache is played by the test.
alone := code-cache host-caps
unit-tests += $(alone)
$(foreach t,$(alone),$(eval unit-libs-$(t) := util)$(eval unit-ldlibs-$(t) := accel/tcg/$(t).o))
$(foreach t,$(alone),$(eval tests/unit/$(t)-test: accel/tcg/$(t).o))
$(patsubst %,tests/unit/%-test.o,$(alone)): | accel-gen-headers

unit-tests += jit-log
unit-libs-jit-log := util qapi qom backends softmmu hw accel
tests/unit/jit-log-test.o: | accel-gen-headers
