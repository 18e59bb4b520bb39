/* Who works in a directory, as a machine sees it to which the other's locks mean
 * nothing (network file systems): a file DIR/.driver that appears whole or not at all,
 * by link(2), with the name, the boot and the process of its maker. It is there for as
 * long as he works; what a driver that was killed has left is recognized where the same
 * machine looks, without a word about clocks. Anybody else is refused, and told the way
 * out. */
#ifndef HPS_RECORD_HOLDER_H
#define HPS_RECORD_HOLDER_H

#include "base/error.h"

enum holder {
	HOLDER_WE,
	HOLDER_OTHER, /* err says who */
	HOLDER_FAILED /* err */
};

/* What is left by the dead is taken over. locked: the directory's lock is ours, not
 * only that there is no such thing here. */
enum holder holder_claim(const char *dir, bool locked, struct error *err);
/* The words for one that is alive on this machine. False. */
bool holder_refuse(const char *dir, long pid, struct error *err);
/* Ours goes; another's stays. */
void holder_release(const char *dir);
/* Is it one of whom this machine cannot tell whether he lives? */
bool holder_elsewhere(const char *dir, bool locked);
/* Whoever it is, it goes. */
void holder_remove(const char *dir);

#endif
