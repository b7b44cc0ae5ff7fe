/* Sends this process a signal just before the nth time that it asks the system for a change in a folder.
 *
 * Preloaded (LD_PRELOAD) into the program under test, it stands before the C library's functions. It is what
 * strace's injection of signals does, a few times as fast. A copy of the process goes on with the count.
 *
 * STRIKE_UNDER   the folder; calls that name no path in it, nor a file opened there, are not counted
 * STRIKE_NUMBER  which call; 0 strikes at none
 * STRIKE_SIGNAL  the signal's number
 * STRIKE_COUNT   a file that is told how many calls there were when the process ends well
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static void counted(const char *path)
{
    const char *under = getenv("STRIKE_UNDER");
    if (!under || !path || !strstr(path, under))
        return;
    count++;
    const char *number = getenv("STRIKE_NUMBER");
    if (number && count == atol(number))
        kill(getpid(), atoi(getenv("STRIKE_SIGNAL")));
}

static void counted_file(int file)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        counted(path);
    }
}

static void counted_at(int folder, const char *path)
{
    if (path[0] == '/' || folder == AT_FDCWD)
        counted(path);
    else
        counted_file(folder);
}

__attribute__((destructor)) static void told(void)
{
    const char *name = getenv("STRIKE_COUNT");
    FILE *file = name ? fopen(name, "w") : NULL;
    if (file) {
        fprintf(file, "%ld", count);
        fclose(file);
    }
}

/* The C library's own function of a name, to be called after counting. */
#define OWN(type, name) ((type)dlsym(RTLD_NEXT, name))

#define OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                              \
    {                                                                                       \
        va_list more;                                                                       \
        va_start(more, flags);                                                              \
        mode_t mode = va_arg(more, mode_t);                                                 \
        va_end(more);                                                                       \
        counted(path);                                                                      \
        return OWN(int (*)(const char *, int, ...), #name)(path, flags, mode);              \
    }
OPEN(open)
OPEN(open64)

#define ON_PATH(name, parameters, arguments, path)                                          \
    int name parameters                                                                     \
    {                                                                                       \
        counted(path);                                                                      \
        return OWN(int (*) parameters, #name) arguments;                                    \
    }
ON_PATH(rename, (const char *one, const char *other), (one, other), one)
ON_PATH(link, (const char *one, const char *other), (one, other), one)
ON_PATH(unlink, (const char *one), (one), one)
ON_PATH(rmdir, (const char *one), (one), one)
ON_PATH(mkdir, (const char *one, mode_t mode), (one, mode), one)
ON_PATH(chmod, (const char *one, mode_t mode), (one, mode), one)
ON_PATH(renameat2, (int in, const char *one, int to, const char *other, unsigned how), (in, one, to, other, how), one)

int unlinkat(int folder, const char *path, int flags)
{
    counted_at(folder, path);
    return OWN(int (*)(int, const char *, int), "unlinkat")(folder, path, flags);
}

#define ON_FILE(type, name, parameters, arguments)                                          \
    type name parameters                                                                    \
    {                                                                                       \
        counted_file(file);                                                                 \
        return OWN(type (*) parameters, #name) arguments;                                   \
    }
ON_FILE(ssize_t, write, (int file, const void *data, size_t size), (file, data, size))
ON_FILE(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t place), (file, data, size, place))
ON_FILE(ssize_t, pwrite, (int file, const void *data, size_t size, off_t place), (file, data, size, place))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, close, (int file), (file))
