/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* privilege.c: giving up what a process may do, for good. */
#include "cli/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* nobody and nogroup, on every Linux (fs/overflowuid). */
#define NOBODY 65534

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

int privilege_drop(bool keep_user)
{
	int err = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = -errno;
	/* In a user namespace there may be no other user: then the capabilities are all there is to give. */
	if (!geteuid() && !keep_user) {
		if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY))
			err = errno == EINVAL || errno == EPERM ? err : -errno;
	}
	return drop_capabilities() ?: err;
}
