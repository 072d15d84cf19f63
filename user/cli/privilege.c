/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* privilege.c: giving up what a process may do, for good. */
#include "cli/privilege.h"

#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/util.h"

/* nobody and nogroup, on every Linux (fs/overflowuid). */
#define NOBODY 65534

static void cap_freep(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

static bool has(cap_t caps, cap_value_t number, cap_flag_t flag)
{
	cap_flag_value_t value = CAP_CLEAR;

	return !cap_get_flag(caps, number, flag, &value) && value == CAP_SET;
}

/* What the process has of WANTED, as permitted and in effect. */
static int set(uint64_t wanted, uint64_t *held)
{
	_cleanup(cap_freep) cap_t now = cap_get_proc(), then = cap_init();

	*held = 0;
	if (!now || !then)
		return -errno;
	for (cap_value_t n = 0; n < cap_max_bits() && n < 64; n++) {
		if (!(wanted & UINT64_C(1) << n) || !has(now, n, CAP_PERMITTED))
			continue;
		if (cap_set_flag(then, CAP_PERMITTED, 1, &n, CAP_SET) ||
		    cap_set_flag(then, CAP_EFFECTIVE, 1, &n, CAP_SET))
			return -errno;
		*held |= UINT64_C(1) << n;
	}
	return cap_set_proc(then) ? -errno : 0;
}

/* What a program that is executed could have. Without CAP_SETPCAP it stays, and no_new_privs is all there is. */
static void empty_bounds(void)
{
	for (cap_value_t n = 0; cap_get_bound(n) >= 0; n++)
		if (cap_drop_bound(n))
			return;
}

static int no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int privilege_keep(uint64_t wanted, uint64_t *held)
{
	int err = no_new_privileges();

	empty_bounds();
	/* Ambient ones go with the inheritable (kernel/capability.c), but for kernels before 4.3, which have none. */
	return set(wanted, held) ?: err;
}

bool privilege_without(unsigned int number, bool (*try)(void *context), void *context)
{
	_cleanup(cap_freep) cap_t now = cap_get_proc();
	cap_value_t n = (cap_value_t)number;
	bool result;

	if (!now || !has(now, n, CAP_EFFECTIVE))
		return try(context);
	if (cap_set_flag(now, CAP_EFFECTIVE, 1, &n, CAP_CLEAR) || cap_set_proc(now))
		return false;
	result = try(context);
	if (!cap_set_flag(now, CAP_EFFECTIVE, 1, &n, CAP_SET))
		cap_set_proc(now);
	return result;
}

int privilege_drop(bool keep_user)
{
	int err = no_new_privileges();
	uint64_t none;

	empty_bounds();
	/* In a user namespace there may be no other user: then the capabilities are all there is to give. */
	if (!geteuid() && !keep_user) {
		if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY))
			err = errno == EINVAL || errno == EPERM ? err : -errno;
	}
	return set(0, &none) ?: err;
}
