/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership in the declaration: AUTO() owns until the end of the scope, STEAL() gives away. */
#ifndef FORGE_BASE_CLEANUP_H
#define FORGE_BASE_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* AUTO(x_close) struct x *x = ...;  calls x_close(x) when x goes out of scope and is not NULL. */
#define AUTO(function) __attribute__((unused, cleanup(cleanup_##function)))

/* Give up ownership of a pointer variable: its value, the variable becoming NULL. */
#define STEAL(pointer)                                                                             \
    ({                                                                                             \
        __typeof__(pointer) *steal_from = &(pointer);                                              \
        __typeof__(pointer) stolen = *steal_from;                                                  \
        *steal_from = NULL;                                                                        \
        stolen;                                                                                    \
    })

/* Make AUTO(FUNCTION) usable for variables of pointer type TYPE; errno survives the cleanup. */
#define DEFINE_CLEANUP(type, function)                                                             \
    static inline void cleanup_##function(type *variable)                                          \
    {                                                                                              \
        int saved = errno;                                                                         \
        if (*variable)                                                                             \
            function(*variable);                                                                   \
        errno = saved;                                                                             \
    }

/* AUTO_FREE char *text = ...;  fits every pointer type. */
static inline void cleanup_free_pointer(void *variable)
{
    int saved = errno;
    free(*(void **)variable);
    errno = saved;
}
#define AUTO_FREE __attribute__((unused, cleanup(cleanup_free_pointer)))

/* AUTO_FD int fd = open(...);  closes when it is >= 0. */
static inline void cleanup_fd(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}
#define AUTO_FD __attribute__((unused, cleanup(cleanup_fd)))

static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

#define container_of(pointer, type, member)                                                        \
    ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
