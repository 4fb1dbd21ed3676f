/* SPDX-License-Identifier: MIT */
/* Clang's thread-safety annotations; nothing for other compilers. */
#ifndef UTIL_THREAD_SAFETY_H
#define UTIL_THREAD_SAFETY_H

#if defined(__clang__)
#define TS_ATTR(x) __attribute__((x))
#else
#define TS_ATTR(x)
#endif

#define CAPABILITY(name)  TS_ATTR(capability(name))
#define GUARDED_BY(lock)  TS_ATTR(guarded_by(lock))
#define REQUIRES(lock)    TS_ATTR(requires_capability(lock))
#define EXCLUDES(lock)    TS_ATTR(locks_excluded(lock))
#define ACQUIRE(lock)     TS_ATTR(acquire_capability(lock))
#define RELEASE(lock)     TS_ATTR(release_capability(lock))
#define ASSERT_HELD(lock) TS_ATTR(assert_capability(lock))
#define NO_THREAD_SAFETY  TS_ATTR(no_thread_safety_analysis)

#endif
