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

/* Whether FN called the emitter, however far down. */
static bool within(const struct incident *in, enum kernel_function fn)
{
	for (uint32_t i = in->emitter < 0 ? in->nframes : (uint32_t)in->emitter; i < in->nframes;
	     i++) {
		if (kernel_function_is_boundary(in->frames[i].fn))
			return false;
		if (in->frames[i].fn == fn)
			return true;
	}
	return false;
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

/* bpf_sock_destroy ends in a jump to tcp_abort, and may not stand on the stack: who runs its program does. */
bool match_k9_bpf(const struct incident *in)
{
	return match_k9(in) && !within(in, FN_SOCK_DIAG) && within(in, FN_BPF_SOCK_DESTROY);
}

bool match_k9_smc(const struct incident *in)
{
	return match_k9(in) && !within(in, FN_SOCK_DIAG) && within(in, FN_SMC);
}

bool match_k9_diag(const struct incident *in)
{
	return match_k9(in) && within(in, FN_SOCK_DIAG);
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

bool match_k13_disconnect(const struct incident *in)
{
	return (match_k13(in) || match_k15(in)) && within(in, FN_MPTCP_DISCONNECT);
}

/* Besides this, only data that nobody has read makes MPTCP close so (__mptcp_close). */
bool match_k13_linger(const struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;

	return match_k13(in) && s->flags & RST_SF_LINGER && !s->linger_ms;
}

bool match_k13_only_linger(const struct incident *in)
{
	return match_k13_linger(in) && in->ev->sock.flags & RST_SF_MPTCP_READ;
}

/* mptcp_check_fastclose and mptcp_mp_fail_no_response are parts of mptcp_worker; the latter resets by
 * mptcp_subflow_reset. */
bool match_k14_worker(const struct incident *in)
{
	return active(in) && behind(in, 0) == FN_MPTCP_WORKER;
}

bool match_k14(const struct incident *in)
{
	return active(in) && (behind(in, 0) == FN_MPTCP || behind(in, 0) == FN_MPTCP_WORKER ||
			      reason_begins(in, "MPTCP_"));
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
