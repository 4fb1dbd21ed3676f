util-srcs += util/error.c util/log.c util/module.c util/notifier.c util/rcu.c

unit-tests += rcu
unit-libs-rcu := util
