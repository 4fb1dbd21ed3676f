# SPDX-License-Identifier: MIT
util-srcs += util/error.c util/fdset.c util/json.c util/json-parse.c util/json-stream.c util/json-utf8.c util/json-write.c util/keyval.c util/log.c util/module.c util/notifier.c util/rcu.c util/size.c
util-srcs += util/trace.c util/softfp.c util/softfp-arith.c util/softfp-cmp.c util/softfp-conv.c util/softfp-est.c

unit-tests += rcu
unit-libs-rcu := util

unit-tests += softfp
unit-libs-softfp := util
CFLAGS-tests/unit/softfp-test := -frounding-math

unit-tests += fdset json keyval size trace
unit-libs-fdset := util
unit-libs-json := util
unit-libs-keyval := util
unit-libs-size := util
unit-libs-trace := util
