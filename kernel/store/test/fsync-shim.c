/*
 * A disk that loses power, runs full, or is slow, for one process: load with LD_PRELOAD.
 *
 *   PLINTH_SHIM_ROOT       directory whose files are watched (absolute, no symlinks). Required for all below.
 *   PLINTH_SHIM_SHADOW     directory that gets a copy of each file holding only what was synced: what a power cut
 *                          would leave. Written before fsync or fdatasync returns.
 *   PLINTH_SHIM_LEAK       percentage of writes that reach the shadow at once, out of order: a power cut may also
 *                          leave some of what was not synced.
 *   PLINTH_SHIM_DROP_SYNC  1: fsync and fdatasync do nothing and report success: a disk that lies. Proves that the
 *                          test can fail.
 *   PLINTH_SHIM_SYNC_MS    each fsync and fdatasync takes so many milliseconds longer: a slow disk.
 *   PLINTH_SHIM_FAIL_FILE  while this file exists, fsync and fdatasync fail with EIO.
 *   PLINTH_SHIM_SPACE_FILE file with a number: the bytes by which watched files may still grow or be rewritten; a
 *                          write beyond them fails with ENOSPC. Read at each write; absent: no bound.
 *
 * Only the calls that SQLite and Node make on regular files are caught: open, close, write, pwrite, ftruncate, fsync,
 * fdatasync, unlink.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MAX_FD 1024
#define MAX_RANGES 4096

struct range {
  off_t from, to;
};

/* One watched file, shared by all its descriptors. */
struct file {
  dev_t dev;
  ino_t ino;
  int shadow;
  int count;
  off_t size; /* length to give the shadow at the next sync; -1: unchanged by ftruncate */
  struct file *next;
  struct range ranges[MAX_RANGES];
};

static struct file *files[MAX_FD];
static struct file *all; /* also files that are closed: closing does not sync */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX], shadow_root[PATH_MAX], space_file[PATH_MAX], fail_file[PATH_MAX];
static int leak, drop_sync, sync_ms;
static unsigned int seed;
static long long spent;

static int (*real_open)(const char *, int, ...);
static int (*real_open64)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void start(void) {
  real_open = dlsym(RTLD_NEXT, "open");
  real_open64 = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
  real_ftruncate64 = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  const char *value = getenv("PLINTH_SHIM_ROOT");
  if (value != NULL) snprintf(root, sizeof root, "%s/", value);
  if ((value = getenv("PLINTH_SHIM_SHADOW")) != NULL) snprintf(shadow_root, sizeof shadow_root, "%s/", value);
  if ((value = getenv("PLINTH_SHIM_SPACE_FILE")) != NULL) snprintf(space_file, sizeof space_file, "%s", value);
  if ((value = getenv("PLINTH_SHIM_FAIL_FILE")) != NULL) snprintf(fail_file, sizeof fail_file, "%s", value);
  if ((value = getenv("PLINTH_SHIM_LEAK")) != NULL) leak = atoi(value);
  if ((value = getenv("PLINTH_SHIM_DROP_SYNC")) != NULL) drop_sync = atoi(value);
  if ((value = getenv("PLINTH_SHIM_SYNC_MS")) != NULL) sync_ms = atoi(value);
  seed = (unsigned int)getpid();
}

static struct file *watched(int fd) {
  return fd >= 0 && fd < MAX_FD ? files[fd] : NULL;
}

/* Name of the shadow of a path; 0 when the path is not watched. Only files directly in the root have one. */
static int shadow_name(const char *path, char *name, size_t size) {
  char full[PATH_MAX];
  if (root[0] == 0) return 0;
  if (path[0] == '/') snprintf(full, sizeof full, "%s", path);
  else if (realpath(path, full) == NULL) return 0;
  size_t length = strlen(root);
  if (strncmp(full, root, length) != 0 || strchr(full + length, '/') != NULL) return 0;
  snprintf(name, size, "%s%s", shadow_root, full + length);
  return 1;
}

static void opened(int fd, const char *path, int flags) {
  char name[PATH_MAX];
  struct stat st;
  if (fd < 0 || fd >= MAX_FD || !shadow_name(path, name, sizeof name)) return;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
  pthread_mutex_lock(&lock);
  struct file *file = all;
  while (file != NULL && (file->dev != st.st_dev || file->ino != st.st_ino)) file = file->next;
  if (file == NULL) {
    file = calloc(1, sizeof *file);
    file->dev = st.st_dev;
    file->ino = st.st_ino;
    file->size = -1;
    file->shadow = shadow_root[0] == 0 ? -1 : real_open(name, O_RDWR | O_CREAT, 0600);
    file->next = all;
    all = file;
  }
  if ((flags & O_TRUNC) != 0) file->size = 0;
  files[fd] = file;
  pthread_mutex_unlock(&lock);
}

static void copy_range(struct file *file, int fd, off_t from, off_t to) {
  char own[64], buffer[65536];
  /* The descriptor may be open for writing only: read through another. */
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  int in = real_open(own, O_RDONLY);
  if (in < 0) abort();
  while (from < to) {
    size_t length = (size_t)(to - from) < sizeof buffer ? (size_t)(to - from) : sizeof buffer;
    ssize_t got = pread(in, buffer, length, from);
    if (got <= 0) break;
    if (real_pwrite(file->shadow, buffer, (size_t)got, from) != got) abort();
    from += got;
  }
  real_close(in);
}

static void dirty(struct file *file, int fd, off_t from, off_t to) {
  if (file->shadow < 0 || to <= from) return;
  pthread_mutex_lock(&lock);
  if (leak > 0 && (int)(rand_r(&seed) % 100) < leak) copy_range(file, fd, from, to);
  struct range *last = file->count > 0 ? &file->ranges[file->count - 1] : NULL;
  if (last != NULL && from >= last->from && from <= last->to) {
    if (to > last->to) last->to = to;
  } else if (file->count == MAX_RANGES) {
    /* Too scattered to remember: everything between counts as changed. */
    for (int i = 0; i < file->count; i++) {
      if (file->ranges[i].from < from) from = file->ranges[i].from;
      if (file->ranges[i].to > to) to = file->ranges[i].to;
    }
    file->ranges[0] = (struct range){from, to};
    file->count = 1;
  } else {
    file->ranges[file->count++] = (struct range){from, to};
  }
  pthread_mutex_unlock(&lock);
}

static void truncated(struct file *file, off_t size) {
  pthread_mutex_lock(&lock);
  if (file->size < 0 || size < file->size) file->size = size;
  for (int i = 0; i < file->count; i++)
    if (file->ranges[i].to > size) file->ranges[i].to = size;
  pthread_mutex_unlock(&lock);
}

static int synced(int fd, int (*sync)(int)) {
  struct file *file = watched(fd);
  if (file == NULL) return sync(fd);
  if (sync_ms > 0) {
    struct timespec pause = {sync_ms / 1000, (long)(sync_ms % 1000) * 1000000L};
    nanosleep(&pause, NULL);
  }
  if (drop_sync) return 0;
  if (fail_file[0] != 0 && access(fail_file, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  if (file->shadow >= 0) {
    pthread_mutex_lock(&lock);
    if (file->size >= 0 && real_ftruncate(file->shadow, file->size) != 0) abort();
    file->size = -1;
    for (int i = 0; i < file->count; i++) copy_range(file, fd, file->ranges[i].from, file->ranges[i].to);
    file->count = 0;
    pthread_mutex_unlock(&lock);
  }
  return sync(fd);
}

/* Whether the bound on space leaves room for so many bytes more. */
static int has_space(size_t length) {
  char text[32] = {0};
  if (space_file[0] == 0) return 1;
  int fd = real_open(space_file, O_RDONLY);
  if (fd < 0) return 1;
  ssize_t got = read(fd, text, sizeof text - 1);
  real_close(fd);
  if (got <= 0) return 1;
  if (spent + (long long)length > atoll(text)) return 0;
  spent += (long long)length;
  return 1;
}

static mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int fd = real_open(path, flags, mode_of(flags, arguments));
  va_end(arguments);
  opened(fd, path, flags);
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int fd = real_open64(path, flags, mode_of(flags, arguments));
  va_end(arguments);
  opened(fd, path, flags);
  return fd;
}

int close(int fd) {
  if (fd >= 0 && fd < MAX_FD) files[fd] = NULL;
  return real_close(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  struct file *file = watched(fd);
  if (file != NULL && !has_space(length)) {
    errno = ENOSPC;
    return -1;
  }
  ssize_t done = real_pwrite(fd, bytes, length, at);
  if (file != NULL && done > 0) dirty(file, fd, at, at + done);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  return pwrite(fd, bytes, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct file *file = watched(fd);
  if (file == NULL) return real_write(fd, bytes, length);
  if (!has_space(length)) {
    errno = ENOSPC;
    return -1;
  }
  ssize_t done = real_write(fd, bytes, length);
  off_t end = lseek(fd, 0, SEEK_CUR);
  if (done > 0) dirty(file, fd, end - done, end);
  return done;
}

int ftruncate(int fd, off_t size) {
  int result = real_ftruncate(fd, size);
  struct file *file = watched(fd);
  if (file != NULL && result == 0) truncated(file, size);
  return result;
}

int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}

int fsync(int fd) {
  return synced(fd, real_fsync);
}

int fdatasync(int fd) {
  return synced(fd, real_fdatasync);
}

int unlink(const char *path) {
  char name[PATH_MAX];
  struct stat st;
  int known = shadow_name(path, name, sizeof name) && stat(path, &st) == 0;
  int result = real_unlink(path);
  if (result != 0 || !known) return result;
  pthread_mutex_lock(&lock);
  /* Its number may be given to another file. */
  for (struct file *file = all; file != NULL; file = file->next)
    if (file->dev == st.st_dev && file->ino == st.st_ino) file->ino = 0;
  pthread_mutex_unlock(&lock);
  if (shadow_root[0] != 0) real_unlink(name);
  return result;
}
