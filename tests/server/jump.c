/* Preloaded into a process, sets its clock on the wall forward by the seconds that a file holds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  FILE *file = clock == CLOCK_REALTIME ? fopen(getenv("JUMP_FILE"), "r") : NULL;
  long seconds;
  if (file && fscanf(file, "%ld", &seconds) == 1) now->tv_sec += seconds;
  if (file) fclose(file);
  return result;
}
