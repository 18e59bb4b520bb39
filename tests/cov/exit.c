/* In a build for coverage this stands before _exit: supervisors end with it, and what
 * they have counted would be lost. */
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

void __wrap__exit(int status)
{
	__gcov_dump();
	__gcov_reset(); /* the child of a vfork is its parent's guest */
	__real__exit(status);
}
