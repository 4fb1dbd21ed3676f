util-srcs += util/error.c util/keyval.c util/log.c util/module.c util/notifier.c util/rcu.c util/size.c

unit-tests += rcu
unit-libs-rcu := util
