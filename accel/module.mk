# SPDX-License-Identifier: MIT
# The table compiler runs on the build host; what it writes stands in gen/.
isagen-srcs := isagen.c parse.c expr.c check.c emit.c
gen/isagen: $(addprefix $(SRC)/accel/tcg/gen/,$(isagen-srcs) isagen.h)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)$(HOST_CC) -std=gnu11 -O1 -g -Wall -Wextra $(filter %.c,$^) -o $@

gen/a64.stamp: gen/isagen $(SRC)/accel/tcg/a64/a64.isa
	$(call say,ISAGEN,a64.isa)gen/isagen $(SRC)/accel/tcg/a64/a64.isa gen gen/a64.d $@ && touch $@
-include gen/a64.d
accel-gen-headers += gen/a64.stamp

accel-srcs += accel/tcg/a64/decode.c accel/tcg/a64/handlers.c accel/tcg/a64/sem-int.c
