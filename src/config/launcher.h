/* What starts an agent on another machine, or behind a prefix: the words of launcher,
 * or ssh to one of hosts, with the program behind them. */
#ifndef HPS_CONFIG_LAUNCHER_H
#define HPS_CONFIG_LAUNCHER_H

#include "config/spec.h"

/* The words for a slot, NULL-terminated, in the arena: ${slot}, ${host} and ${gpu}
 * filled in, then those behind it, likewise; quoted for the shell of the other side
 * where it is ssh, which joins its words. */
const char *const *launcher_words(const struct spec *s, size_t slot,
                                  const char *const *behind, struct arena *a);
/* The same with a program and --agent. */
const char *const *launcher_agent(const struct spec *s, size_t slot,
                                  const char *program, struct arena *a);

/* This program's own file, which may be on the other side, too. */
const char *launcher_program(struct arena *a);

#endif
