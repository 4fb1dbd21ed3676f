# SPDX-License-Identifier: MIT
qapi-srcs += qapi/dispatch.c qapi/events.c qapi/introspect.c qapi/types.c qapi/visit-input.c \
             qapi/visit-output.c

# ---- the generator: a program of the build's host
qapi-gen-c := $(addprefix $(SRC)/qapi/gen/,check.c doc.c dump.c emit.c emit-commands.c emit-doc.c \
    emit-events.c emit-introspect.c emit-types.c emit-visit.c lex.c main.c model.c model-doc.c \
    model-parts.c model-types.c parse.c)
poise-qapi-gen: $(qapi-gen-c) $(wildcard $(SRC)/qapi/gen/*.h)
	$(call say,HOSTCC,$@)$(HOST_CC) -std=gnu11 -O1 -g $(WARN) -I$(SRC) $(qapi-gen-c) \
	    $$(pkg-config --cflags --libs glib-2.0) -o $@

# ---- what it writes; handlers are found at the final link, so marshallers belong to monitor
gen-headers += $(addprefix gen/qapi-,types.h visit.h commands.h events.h introspect.h)
qapi-gen-srcs += $(addprefix gen/qapi-,types.c visit.c events.c introspect.c)
monitor-gen-srcs += gen/qapi-commands.c
gen/qapi.stamp: poise-qapi-gen $(wildcard $(SRC)/qapi/schema/*.json)
	@mkdir -p gen
	$(call say,GEN,gen/qapi)./poise-qapi-gen --out gen $(SRC)/qapi/schema/qapi-schema.json
	@touch $@
# Unchanged outputs keep their time, so that nothing is compiled again without need.
$(addprefix gen/qapi-,types.h visit.h commands.h events.h introspect.h types.c visit.c events.c \
    introspect.c commands.c): gen/qapi.stamp ;

# ---- unit tests, with a schema of their own
unit-tests += qapi error-codes
unit-libs-qapi := util qapi
unit-libs-error-codes := util qapi
test-qapi-objs := $(addprefix tests/unit/gen/test-qapi-,types.o visit.o commands.o events.o introspect.o)
unit-ldlibs-qapi := $(test-qapi-objs)
tests/unit/qapi-test: $(test-qapi-objs)
tests/unit/qapi-test.o: | tests/unit/gen/test-qapi.stamp
$(test-qapi-objs:.o=.c): tests/unit/gen/test-qapi.stamp ;
tests/unit/gen/test-qapi.stamp: poise-qapi-gen $(SRC)/tests/unit/qapi-test-schema.json
	@mkdir -p $(@D)
	$(call say,GEN,$(@D)/test-qapi)./poise-qapi-gen --out $(@D) --stem tests/unit/gen/test-qapi \
	    $(SRC)/tests/unit/qapi-test-schema.json
	@touch $@
all-objs += $(test-qapi-objs)

# ---- the reference manual
docs: gen/qmp-reference.md gen/poise-qmp.7
gen/qmp-reference.md gen/poise-qmp.7: poise-qapi-gen $(wildcard $(SRC)/qapi/schema/*.json)
	@mkdir -p gen
	$(call say,GEN,gen/qmp-reference.md)./poise-qapi-gen --doc-md gen/qmp-reference.md \
	    --doc-man gen/poise-qmp.7 $(SRC)/qapi/schema/qapi-schema.json
	@touch gen/qmp-reference.md gen/poise-qmp.7
