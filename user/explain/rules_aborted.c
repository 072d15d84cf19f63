/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rules_aborted.c: a RST with which this host ended the connection by itself, by what called
 * tcp_send_active_reset: close, connect, a timer, a listener's end, a process's end.
 */
#include "explain/match.h"
#include "explain/rules.h"

/* Inside do_exit, the task that runs closes its own files: everything up to the interrupt that may
 * have nested this reset in somebody else's exit. */
static bool in_exit(const struct incident *in)
{
	if (!in->ev->cpu_task.exiting)
		return false;
	for (uint32_t i = 0; i < in->nframes; i++) {
		if (in->frames[i].fn == FN_SOFTIRQ)
			return false;
		if (in->frames[i].fn == FN_DO_EXIT)
			return true;
	}
	return false;
}

static bool killed(const struct incident *in)
{
	return in_exit(in) && (in->ev->cpu_task.exit_code & 0x7f);
}

static bool by_close(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_TCP_CLOSE;
}

static bool by_disconnect(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_TCP_DISCONNECT;
}

/* __tcp_close resets an orphan for two more reasons; both come after SOCK_DEAD is set. */
bool match_k1(const struct incident *in)
{
	return by_close(in) && !orphan(in);
}

bool match_k2(const struct incident *in)
{
	bool told = in->reason && !reason_is(in, "NOT_SPECIFIED");

	/* 6.10 and 6.11 give no reason for an active reset, older kernels none at all. */
	return by_close(in) && orphan(in) &&
	       (told ? reason_is(in, "TCP_ABORT_ON_LINGER")
		     : in->ev->sock.linger2_ms < 0 && in->ev->sock.old_state == RST_TCP_FIN_WAIT2);
}

bool match_k3(const struct incident *in)
{
	return by_close(in) && orphan(in);
}

bool match_k4(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == FN_TCP_CLOSE;
}

bool match_k7(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == FN_INET_CHILD_FORGET &&
	       behind(in, 2) == FN_INET_CSK_LISTEN_STOP;
}

/* ss -K on the listener: who runs destroys what is somebody else's. */
bool match_k7_destroyed(const struct incident *in)
{
	return match_k7(in) && behind(in, 3) == FN_TCP_ABORT;
}

/* The listener went away between the handshake's end and the accept queue. */
bool match_k8(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == FN_INET_CHILD_FORGET;
}

bool match_k15(const struct incident *in)
{
	return by_disconnect(in) && behind(in, 1) == FN_MPTCP;
}

bool match_k5(const struct incident *in)
{
	return by_disconnect(in) &&
	       (behind(in, 1) == FN_INET_STREAM_CONNECT || behind(in, 1) == FN_INET_SHUTDOWN);
}

bool match_k9(const struct incident *in)
{
	return active(in) &&
	       (behind(in, 0) == FN_TCP_ABORT || behind(in, 0) == FN_TCP_ABORT_OVERRIDE);
}

static bool by_timer(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_TCP_KEEPALIVE_TIMER;
}

bool match_k11(const struct incident *in)
{
	return by_timer(in) && orphan(in) && in->ev->sock.state == RST_TCP_FIN_WAIT2;
}

bool match_k10_user(const struct incident *in)
{
	return by_timer(in) && in->ev->sock.user_timeout_ms;
}

bool match_k10(const struct incident *in)
{
	return by_timer(in);
}

bool match_k12(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_TCP_OUT_OF_RESOURCES;
}

bool match_k13(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_MPTCP_DO_FASTCLOSE;
}

bool match_k13_unaccepted(const struct incident *in)
{
	return match_k13(in) && behind(in, 1) == FN_MPTCP_UNACCEPTED;
}

bool match_k14(const struct incident *in)
{
	return active(in) && (behind(in, 0) == FN_MPTCP || reason_begins(in, "MPTCP_"));
}

/* Any of the above by a process that ends: how it ended is the cause. */
static bool by_owner(const struct incident *in)
{
	return match_k1(in) || match_k4(in) || match_k7(in) || match_k13(in);
}

bool match_killed(const struct incident *in)
{
	return by_owner(in) && killed(in);
}

bool match_exited(const struct incident *in)
{
	return by_owner(in) && in_exit(in);
}
