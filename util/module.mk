util-srcs += util/error.c util/log.c util/module.c util/notifier.c util/rcu.c
