// measure OUT ERR PROGRAM ARG... [--then PROGRAM ARG...]... runs one program after the other, with stdin from /dev/null,
// and prints wall and CPU seconds, the larger peak memory and the exit statuses as JSON. It is small and static, since
// a child's ru_maxrss begins with what its parent had when it called exec.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

static double seconds(struct timeval of) { return of.tv_sec + of.tv_usec / 1e6; }

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_addopen(&files, 2, argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
  double user = 0, system = 0;
  long peak = 0;
  char statuses[256] = "";
  double start = now();
  for (char **program = argv + 3; program < argv + argc;) {
    char **end = program;
    while (*end && strcmp(*end, "--then") != 0) end++;
    *end = NULL;
    pid_t pid;
    int status;
    struct rusage used;
    int failed = posix_spawnp(&pid, *program, &files, NULL, program, environ);
    if (failed) {
      fprintf(stderr, "%s: %s\n", *program, strerror(failed));
      return 3;
    }
    while (wait4(pid, &status, 0, &used) < 0)
      if (errno != EINTR) return 3;
    user += seconds(used.ru_utime);
    system += seconds(used.ru_stime);
    if (used.ru_maxrss > peak) peak = used.ru_maxrss;
    size_t length = strlen(statuses);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    snprintf(statuses + length, sizeof statuses - length, "%s%d", length ? ", " : "", code);
    program = end + 1;
  }
  double wall = now() - start;
  printf("{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"peak\": %ld, \"statuses\": [%s]}\n", wall, user, system,
         peak * 1024, statuses);
}
