# SPDX-License-Identifier: MIT
# The embedded guest: assembled where a cross compiler exists, the checked-in image otherwise.
all: hello.img
ifneq ($(CROSS_CC),)
all: hello.elf
hello.elf: hello.img
	$(call say,LD,$@)$(CROSS_CC:gcc=ld) -Ttext=0x40200000 hello.o -o $@
hello.img: $(SRC)/tests/guest/payload/hello.S
	$(call say,AS,$@)$(CROSS_CC) -c $< -o hello.o && $(CROSS_CC:gcc=objcopy) -O binary hello.o $@
else
hello.img: $(SRC)/tests/guest/payload/hello.img
	$(Q)cp $< $@
endif
