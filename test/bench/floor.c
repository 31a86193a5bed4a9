// The floor: reads every process's maps, reads the link of every descriptor and program, and counts those that say
// "(deleted)". It knows no unit, no state and no JSON: what any tool of this kind has to wait for the kernel.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *buffer;
static size_t size = 1 << 16;

static long count_maps(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  size_t used = 0;
  for (ssize_t got; (got = read(fd, buffer + used, size - used)) > 0;) {
    used += got;
    if (used == size && !(buffer = realloc(buffer, size *= 2))) exit(3);
  }
  close(fd);
  long found = 0;
  for (char *at = buffer, *end = buffer + used; (at = memmem(at, end - at, "(deleted)", 9)); at += 9) found++;
  return found;
}

static long is_deleted(int folder, const char *name) {
  char link[4096];
  ssize_t length = readlinkat(folder, name, link, sizeof link);
  return length > 0 && memmem(link, length, "(deleted)", 9) != NULL;
}

static long count_descriptors(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *folder = opendir(path);
  if (!folder) return 0;
  long found = 0;
  for (struct dirent *entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') found += is_deleted(dirfd(folder), entry->d_name);
  closedir(folder);
  return found;
}

int main(void) {
  buffer = malloc(size);
  DIR *proc = opendir("/proc");
  if (!proc || !buffer) return 3;
  long processes = 0, maps = 0, descriptors = 0, programs = 0;
  for (struct dirent *entry; (entry = readdir(proc));) {
    int pid = atoi(entry->d_name);
    if (pid == 0) continue;
    char exe[64];
    snprintf(exe, sizeof exe, "/proc/%d/exe", pid);
    processes++;
    maps += count_maps(pid);
    descriptors += count_descriptors(pid);
    programs += is_deleted(AT_FDCWD, exe);
  }
  printf("{\"processes\": %ld, \"maps\": %ld, \"descriptors\": %ld, \"programs\": %ld}\n", processes, maps, descriptors,
         programs);
}
