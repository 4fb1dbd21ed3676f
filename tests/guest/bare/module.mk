# SPDX-License-Identifier: MIT
# Bare-metal suites: every .c file here is one, linked with the kit; where a cross compiler exists.
ifneq ($(CROSS_CC),)
bare := $(SRC)/tests/guest/bare
bare-suites := $(patsubst $(bare)/%.c,tests/guest/bare/%,$(wildcard $(bare)/*.c))
bare-flags := -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics -O1 -g \
    -ffreestanding -fno-stack-protector -fno-pic -std=gnu11 -Wall -Wextra -Wno-unused-parameter \
    $(filter -Werror,$(WARN)) -I$(bare)
$(bare-suites:=.elf): tests/guest/bare/%.elf: $(bare)/%.c $(wildcard $(bare)/kit/*) $(bare)/module.mk
	@mkdir -p $(@D)
	$(call say,CROSS,$@)$(CROSS_CC) $(bare-flags) -nostdlib -static -no-pie -Wl,--build-id=none \
	    -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments \
	    -T $(bare)/kit/link.ld $(bare)/kit/start.S $(bare)/kit/lib.c $< -o $@
$(bare-suites:=.raw): %.raw: %.elf
	$(Q)$(CROSS_CC:gcc=objcopy) -O binary $< $@
$(bare-suites:=.bin): %.bin: %.raw $(bare)/kit/boot.S
	$(Q)$(CROSS_CC) -DSUITE='"$<"' -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-Ttext=0 \
	    $(bare)/kit/boot.S -o $@.elf && $(CROSS_CC:gcc=objcopy) -O binary $@.elf $@
bare-images := $(bare-suites:=.elf) $(bare-suites:=.bin)
bare-images: $(bare-images)
endif
check-bare: all $(bare-images)
	$(Q)TEST_TIMEOUT=1200 PEER="$(PEER)" POISE_ACCEL=tier=interp $(run-tests) bare $(SRC)/tests/guest/bare/run.sh
	$(Q)TEST_TIMEOUT=1200 PEER= POISE_ACCEL=tier=jit $(run-tests) bare-jit $(SRC)/tests/guest/bare/run.sh
	$(Q)TEST_TIMEOUT=1200 PEER= POISE_ACCEL=thread=single TIMEOUT=120 SUITES="atomicity broadcast litmus" \
	    $(run-tests) bare-single $(SRC)/tests/guest/bare/run.sh
	$(Q)TEST_TIMEOUT=1200 PEER= POISE_ACCEL=tier=jit,verify=1 TIMEOUT=120 \
	    WITHOUT=litmus $(run-tests) bare-verify $(SRC)/tests/guest/bare/run.sh
.PHONY: check-bare bare-images
# What CPUs see of each other, longer than check-bare looks: make check-smp ROUNDS=10000000
comma := ,
check-smp: all $(bare-images)
	$(Q)TEST_TIMEOUT=86400 TIMEOUT=86400 PEER= SUITES="litmus broadcast atomicity" \
	    OPTIONS="$(if $(ROUNDS),-semihosting-config enable=on$(comma)arg=$(ROUNDS))" \
	    $(run-tests) smp $(bare)/run.sh
.PHONY: check-smp
