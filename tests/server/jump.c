/* Preloaded into a process, sets two of its clocks forward by the seconds that a file holds: the one
   on the wall, and the one that goes on while a machine sleeps. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  if (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME) return result;
  FILE *file = fopen(getenv("JUMP_FILE"), "r");
  long wall, boot;
  if (file && fscanf(file, "%ld %ld", &wall, &boot) == 2)
    now->tv_sec += clock == CLOCK_REALTIME ? wall : boot;
  if (file) fclose(file);
  return result;
}
