// Makes the processes of one workload, prints "ready", and ends with all of them when its standard input ends:
//   processes idle COUNT LIBRARY...    each maps every LIBRARY as a dynamic loader does, in five parts
//   processes mappings COUNT LIBRARY   one process with COUNT more mappings
//   processes fds COUNT EACH FILE      COUNT processes with EACH descriptors
//   processes sockets COUNT EACH LIBRARY CGROUP
//                                      COUNT processes that map LIBRARY and listen at EACH ports, each in a control group
//                                      of its own below CGROUP: bench-0.service and so on
//   processes deleted-fds COUNT FILE   one process that holds COUNT deleted files, FILE.0 and so on, for appending
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const int page = 4096;

static void check(int good, const char *what) {
  if (good) return;
  perror(what);
  exit(3);
}

static int open_file(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC, 0600);
  check(fd >= 0, path);
  return fd;
}

static void map_library(const char *path) {
  static const int parts[] = {PROT_READ, PROT_READ | PROT_EXEC, PROT_READ, PROT_NONE, PROT_READ | PROT_WRITE};
  int fd = open_file(path, O_RDONLY);
  char *base = mmap(NULL, 5 * page, PROT_READ, MAP_PRIVATE, fd, 0);
  check(base != MAP_FAILED, "mmap");
  for (int part = 1; part < 5; part++)
    check(mprotect(base + part * page, page, parts[part]) == 0, "mprotect");
  close(fd);
}

/** Opens the files that a daemon has open beside its standard streams. */
static void open_usual(const char *file) {
  int pair[2];
  open_file(file, O_RDONLY);
  check(epoll_create1(EPOLL_CLOEXEC) >= 0, "epoll_create1");
  check(eventfd(0, EFD_CLOEXEC) >= 0, "eventfd");
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
}

static pid_t fork_one(void) {
  pid_t parent = getpid(), child = fork();
  check(child >= 0, "fork");
  if (child > 0) return child;
  // A parent that is killed takes them with it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  for (;;) pause();
}

static void fork_idle(int count, pid_t *children) {
  for (int each = 0; each < count; each++) children[each] = fork_one();
}

static const char *cgroup_of(const char *folder, int index) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/bench-%04d.service", folder, index);
  return path;
}

/** Forks a process that listens, at an address of its own, in a control group of its own. */
static pid_t fork_listening(int index, int ports, const char *cgroup) {
  int fds[ports];
  for (int each = 0; each < ports; each++) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(2000 + each)};
    address.sin_addr.s_addr = htonl((127u << 24) + (index + 1) * 256 + 1);
    fds[each] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fds[each] >= 0, "socket");
    check(bind(fds[each], (struct sockaddr *)&address, sizeof address) == 0, "bind");
    check(listen(fds[each], 1) == 0, "listen");
  }
  pid_t child = fork_one();
  for (int each = 0; each < ports; each++) close(fds[each]);
  char path[4200];
  check(mkdir(cgroup, 0755) == 0, cgroup);
  snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
  int fd = open_file(path, O_WRONLY);
  check(dprintf(fd, "%d", child) > 0, path);
  close(fd);
  return child;
}

int main(int argc, char **argv) {
  check(argc >= 4, "usage");
  const char *mode = argv[1];
  int count = atoi(argv[2]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &files) == 0, "RLIMIT_NOFILE");
  pid_t *children = calloc(count, sizeof *children);
  int forked = 0;

  if (strcmp(mode, "idle") == 0) {
    for (int each = 3; each < argc; each++) map_library(argv[each]);
    open_usual(argv[3]);
    forked = count;
  } else if (strcmp(mode, "mappings") == 0) {
    int fd = open_file(argv[3], O_RDONLY);
    for (int each = 0; each < count; each++) {
      int protection = each % 2 ? PROT_READ : PROT_READ | PROT_EXEC;
      check(mmap(NULL, page, protection, MAP_PRIVATE, fd, 0) != MAP_FAILED, "mmap");
    }
  } else if (strcmp(mode, "fds") == 0) {
    check(argc == 5, "usage");
    int pair[2];
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
    int file = open_file(argv[4], O_RDONLY);
    for (int next = file; next < atoi(argv[3]) - 1;) next = dup(next % 2 ? pair[0] : file);
    forked = count;
  } else if (strcmp(mode, "sockets") == 0) {
    check(argc == 6, "usage");
    // It ends with its standard input alone, so that no control group is left.
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    map_library(argv[4]);
    for (; forked < count; forked++) children[forked] = fork_listening(forked, atoi(argv[3]), cgroup_of(argv[5], forked));
  } else if (strcmp(mode, "deleted-fds") == 0) {
    char path[4096];
    for (int each = 0; each < count; each++) {
      snprintf(path, sizeof path, "%s.%d", argv[3], each);
      check(write(open_file(path, O_WRONLY | O_CREAT | O_APPEND), "held\n", 5) == 5, path);
      check(unlink(path) == 0, path);
    }
  } else check(0, mode);

  if (children[0] == 0) fork_idle(forked, children);
  puts("ready");
  fflush(stdout);
  for (char byte; read(0, &byte, 1) > 0;) continue;
  for (int each = 0; each < forked; each++) kill(children[each], SIGKILL);
  while (wait(NULL) > 0) continue;
  if (strcmp(mode, "sockets") == 0) {
    for (int each = 0; each < forked; each++) rmdir(cgroup_of(argv[5], each));
    // The folder stays if it has other control groups.
    rmdir(argv[5]);
  }
}
