/*
 * attrs - the words that say where code may run and how it is compiled.
 *
 * The three contract tags are for readers: SIGNAL_SAFE (may run in a signal
 * handler: no locks, no malloc), IN_HOOK (may run inside malloc: no malloc,
 * bounded time), DETACHED (our own thread: may block).
 *
 * Memory   none.
 * Threads  none.
 * Fork     none.
 */
#ifndef DIAG_BASE_ATTRS_H
#define DIAG_BASE_ATTRS_H

#define SIGNAL_SAFE
#define IN_HOOK
#define DETACHED

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define DIAG_EXPORT __attribute__((visibility("default")))
#define COLD __attribute__((cold, noinline))
#define ALWAYS_INLINE __attribute__((always_inline)) inline
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define WARN_UNUSED __attribute__((warn_unused_result))
#define CACHE_ALIGNED __attribute__((aligned(64)))

/* The address the current function returns to: its caller's place. */
#define CALLER() __builtin_return_address(0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define GIB ((size_t)1 << 30)
#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

#endif
