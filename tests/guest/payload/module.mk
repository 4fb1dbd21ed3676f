# SPDX-License-Identifier: MIT
# The embedded guest: assembled where a cross compiler exists, the checked-in image otherwise.
all: hello.img
ifneq ($(CROSS_CC),)
hello.img: $(SRC)/tests/guest/payload/hello.S
	$(call say,AS,$@)$(CROSS_CC) -c $< -o hello.o && $(CROSS_CC:gcc=objcopy) -O binary hello.o $@
else
hello.img: $(SRC)/tests/guest/payload/hello.img
	$(Q)cp $< $@
endif
