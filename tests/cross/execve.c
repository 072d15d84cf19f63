/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * execve.c: lets another architecture's unit tests start themselves again, as Criterion does for each
 * test, when they run in an emulator: $EMULATOR is its program. The kernel may not know how to start
 * them, and shall not be told.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGS 64

int execve(const char *path, char *const argv[], char *const envp[])
{
	const char *emulator = getenv("EMULATOR");
	const char *args[ARGS + 1] = { emulator, path };

	if (!emulator)
		return (int)syscall(SYS_execve, path, argv, envp);
	for (size_t i = 1; argv[0] && argv[i] && i + 1 < ARGS; i++)
		args[i + 1] = argv[i];
	return (int)syscall(SYS_execve, emulator, args, envp);
}
