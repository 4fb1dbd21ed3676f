# SPDX-License-Identifier: MIT
# Tests beyond the unit tests of the folders' module.mk, lint and formatting.
run-tests := $(SRC)/tests/lib/run-tests
lints := layers spdx one-hop format sizes walks shellcheck
lints-after-build := headers cppcheck clang-tidy thread-safety

check: check-unit check-schema check-qtest check-qmp check-tcg

lint: all
	$(Q)TEST_TIMEOUT=1200 CC="$(CC)" $(run-tests) lint \
	    $(patsubst %,$(SRC)/tests/lint/%.sh,$(lints) $(lints-after-build))
	$(Q)$(SRC)/tests/lint/sizes.sh

format:
	cd $(SRC) && git ls-files '*.c' '*.h' | xargs clang-format -i
