/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * incident.h: one reset, with everything that is known about it. The tracer's side fills it stage
 * by stage (decode, join, attribute, enrich); the outputs only read it.
 */
#ifndef RSTTRACE_INCIDENT_H
#define RSTTRACE_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/causes.h"
#include "event.h"
#include "model/kernel_function.h"
#include "model/sender.h"
#include "model/translation.h"

enum direction {
	DIR_SENT,
	DIR_RECEIVED,
	DIR_PASSING, /* local: where the RST comes from; remote: where it goes to */
	DIRECTIONS,
};

/* Who made a RST that left without TCP. */
enum origin {
	ORIGIN_UNKNOWN,	     /* the stack does not tell: it waited for a neighbour, say */
	ORIGIN_TCP,	     /* TCP after all */
	ORIGIN_FIREWALL,     /* netfilter's reject */
	ORIGIN_OWN_FIREWALL, /* the same in the output hook: it goes to this host itself */
	ORIGIN_WRITTEN,	     /* a program, through a raw or packet socket */
	ORIGIN_TUN,	     /* a program, through a TUN device */
	ORIGIN_FORWARDED,    /* another host, or another namespace of this one */
};

enum certainty {
	CERTAINTY_UNKNOWN,
	CERTAINTY_INFERRED,
	CERTAINTY_CERTAIN,
};

/* One frame of the kernel stack below the BPF frames. */
struct frame {
	uint64_t ip;
	const char *symbol; /* owned by the symbol table; NULL: not known */
	uint64_t offset;
	enum kernel_function fn; /* FN_OTHER: none that attribution cares about */
};

#define PROCESS_PATH_MAX 256
/* What the kernel tells of a removed cgroup is no longer either. */
#define PROCESS_CGROUP_MAX RST_CGROUP_PATH
#define PROCESS_CONTAINER_MAX 80

/* What people call a container, each empty where it is not known: Docker's or podman's name, or that in its
 * pod; Kubernetes' pod and namespace. Text from outside. */
struct container_names {
	char name[128];
	char image[160];
	char pod[256];
	char space[64];
};

#define PLACE_NAME_MAX 64

/* The same of a network namespace that is not the tracer's own. */
struct netns_place {
	char name[PLACE_NAME_MAX];	       /* below /run/netns */
	char container[PROCESS_CONTAINER_MAX]; /* whose it is; of a pod's, none */
	struct container_names names;
};

struct process {
	uint64_t start_ns; /* CLOCK_BOOTTIME; 0: not known */
	uint64_t cgroup_id;
	uint32_t pid;	 /* 0: not known; in the tracer's pid namespace */
	uint32_t ns_pid; /* in its own; the same as pid outside containers; 0: not known */
	uint32_t tid;
	uint32_t uid;
	char comm[RST_COMM_LEN + 1];
	char exe[PROCESS_PATH_MAX];	 /* empty: not known (gone, or not permitted) */
	char cgroup[PROCESS_CGROUP_MAX]; /* cgroup v2 path, else one of v1; empty: not known */
	char container[PROCESS_CONTAINER_MAX]; /* or systemd unit; empty: none */
	struct container_names names;
	enum rst_known_by known_by;
	uint32_t shared_by; /* how many processes hold the socket, from a scan; 0: not known */
};

/* A process of which no more is told. pid 0 and no name: there is none. */
struct process_name {
	uint32_t pid;
	char comm[RST_COMM_LEN + 1];
};

/*
 * Who made a process end, or asked it to. BY: "process" (kill() by another one), "itself", "cgroup.kill",
 * "oom-killer", "pid-namespace" (its init ended), "parent" (PR_SET_PDEATHSIG), "fault" (the signal is the
 * process's own fault), "kernel"; static; NULL: not known.
 */
struct killer {
	const char *by;
	int signal;
	uint64_t before_ns;	 /* so long before the end, or the close, it was sent */
	struct process_name who; /* "process", "cgroup.kill", "pid-namespace", "parent" */
	uint64_t start_ns;	 /* of that one, as in struct process */
	struct process_name
		parent; /* "process": who had started it; pid 0: not known, or the init */
	/* "pid-namespace": how that one ended, and by whom, as above. */
	int init_signal, init_status;
	const char *init_by;
	struct process_name init_who;
};

/* Whose socket it was, where somebody else dropped the last reference to it. */
struct opener {
	struct process_name who; /* pid 0: nobody else's, as far as is known */
	uint64_t start_ns;	 /* as in struct process */
	const char *did;	 /* "opened", "held" (older than the tracer), "used"; static */
	const char *
		end; /* "runs", "exit", "signal", "ended" (when, nobody saw), "ended-later" (than the
			  * socket); static; NULL: not asked */
	uint64_t ago_ns; /* with "exit" and "signal" */
	int exit_status, signal;
	bool core_dumped;
	struct killer killer;
};

/* Who had reset a connection in its peer's name. WHO as sender_who_name; NULL: the peer itself, as far as is known. */
struct resetter {
	const char *who;
	bool inferred;
	struct process_name name; /* "program" */
};

/* Something that happened to the connection, its handshake or its listener before. */
struct history {
	const char *what; /* NULL: nothing is known; "close", "shutdown", "exit", "signal", "abort",
			   * "reset-received", "timeout", "destroyed", "handshake", "gave-up",
			   * "accept-queue-full", "silent-close", "orderly" */
	uint64_t ago_ns;
	bool at_once;		/* it was happening at that very moment */
	bool refused;		/* "reset-received": before the connection stood */
	enum rst_unsent unsent; /* "abort", "exit", …: that RST did not leave */
	uint64_t idle_ns;	/* how long no data had passed by then */
	bool have_idle;
	uint64_t
		shut_ns; /* "close" and its like: so long before, it had sent its FIN; 0: it had not */
	uint32_t pid;
	uint64_t start_ns; /* of that one, as in struct process */
	char comm[RST_COMM_LEN + 1];
	int exit_status;	  /* with what "exit" */
	int signal;		  /* with what "signal" */
	bool core_dumped;	  /* the same */
	bool oom;		  /* the OOM killer chose it */
	struct resetter resetter; /* "reset-received" */
	bool goes_on;	 /* "reset-received": the peer goes on, so the RST was not its own */
	bool have_queue; /* "accept-queue-full": */
	uint32_t queue, queue_limit;
};

/* A listener that bears on the reset. port 0: none. */
struct listener_ref {
	uint8_t address[16]; /* as in struct rst_listener */
	uint8_t family;
	uint16_t port;
	uint32_t netns;
	uint64_t since_ns; /* when it began; 0: not known, or before the tracer */
	uint64_t start_ns; /* of its owner, as in struct process */
	uint64_t cgroup_id;
	uint32_t pid;
	uint32_t uid;
	char comm[RST_COMM_LEN + 1];
	uint32_t bound_ifindex;	     /* the device, or VRF, that it is bound to; 0: none */
	char device[RST_IFNAME_LEN]; /* its name; empty: not known */
	uint32_t program; /* the BPF sk_lookup program that decides there; 0: none, or not known */
	char program_name[16]; /* empty: not known */
	char vrf[RST_IFNAME_LEN]; /* passed over: the VRF that the segment came in by; empty: none, or not
				   * known */
	bool passed_over; /* it would have taken the segment, and yet the kernel's lookup chose nobody */
};

/* The other end of the connection, when it is on this host. pid 0 and cause unknown: none. */
struct pair {
	bool there;
	uint64_t id; /* of its own line; 0: it has none */
	bool own;    /* sent by TCP, or refused by a firewall: known, and no forgery */
	uint32_t pid;
	char comm[RST_COMM_LEN + 1];
	enum cause_id cause;
	struct process_name relay; /* the program in between that passed the RST on; pid 0: none */
	const char *detail;	   /* of its verdict */
	bool benign;		   /* the same */
	bool ended;		   /* its process had ended: see history_is_end */
	bool have_numbers;	   /* its socket's: */
	uint32_t rcv_nxt, unread;  /* what it had received, and not read */
	struct rst_tuple
		tuple;	   /* as that end has it, where a NAT lies between; family 0: the same */
	uint64_t stood_ns; /* for how long its socket had been connected; 0: not known */
	const char *hook;  /* firewall-reject: as in struct firewall */
};

/* The reset of another connection of the same thread, just before it ended this one. Never certain. */
struct after {
	bool there;
	bool earlier;	   /* this one's end came before its RST */
	bool other_thread; /* of the same process, but then with the very same peer */
	uint64_t id;	   /* of its line */
	uint64_t ago_ns;
	enum cause_id cause;
	enum cause_id
		by; /* what the other end says of it, if that is on this host; else CAUSE_UNKNOWN */
	enum rst_role role;
	struct rst_tuple tuple;
};

/* One of several probes at one interval. count 0: it is none. */
struct regular {
	uint64_t every_ns; /* the interval, their mean */
	uint32_t count;	   /* so many so far */
};

#define FIREWALL_RULE_MAX 96

/* The firewall that sent a RST (firewall-reject, rejected-locally) or dropped one (ignored). Words
 * are static; NULL: not known. */
struct firewall {
	const char *kind; /* "nft", "iptables-nft", "iptables-legacy" */
	const char *
		family; /* of the expression that rejected: "inet", "ip", "ip6", "netdev", "bridge" */
	const char *hook; /* "ingress", "prerouting", "input", "forward", "output", "postrouting",
			     * "egress" */
	char rule
		[FIREWALL_RULE_MAX]; /* "inet filter input handle 5", names escaped; empty: not known */
	bool rule_inferred;	     /* the only one that fits, but not all of it was understood, or
				      * it may not have been there then */
	bool changed; /* by the time that the firewall could be asked, its ruleset was another one */
};

/* Why the reset, one that this host wanted to send, did not leave it. */
struct stayed {
	enum rst_unsent what; /* RST_UNSENT_NOT: it left, as far as is known */
	const char *by;	      /* what kept it, see stayed.h; static */
	bool inferred;	      /* nobody saw that: asked afterwards, it could not leave */
	const char *route;    /* the kind of the route that refused it, "unreachable"; NULL: none */
	const char *reason;   /* enum name without SKB_DROP_REASON_; NULL: none */
	struct frame location;		/* the code that dropped it; ip 0: none */
	char interface[RST_IFNAME_LEN]; /* where its way leads; empty: not known */
	struct firewall firewall;
};

/* How the connection is known that a segment was for, which it did not reach because nobody had translated
 * it. */
enum meant_by {
	MEANT_NOT,	  /* there is none, as far as is known */
	MEANT_CONNTRACK,  /* conntrack has the flow, and here is its socket */
	MEANT_ENDED,	  /* the same, and the socket is remembered: in the event's past */
	MEANT_LOCAL_END,  /* a connection of this local end with another peer, by its numbers */
	MEANT_REMOTE_END, /* a connection of this peer on another port here, by its numbers */
	MEANT_ENDED_PEER, /* the same, ended: in the event's past */
	MEANT_SEVERAL,	  /* more than one connection that shares an end with it has such numbers */
};

/* A connection that shares one end with the segment. */
struct meant_candidate {
	enum meant_by by; /* MEANT_LOCAL_END or MEANT_REMOTE_END */
	struct rst_tuple tuple;
	uint32_t netns;
	uint64_t inode, cookie;
	uint8_t state; /* enum rst_tcp_state */
	bool fits;     /* its numbers are the segment's */
	uint32_t rcv_nxt, snd_nxt;
	uint32_t pid; /* of who has it */
	char comm[RST_COMM_LEN + 1];
};

#define MEANT_CANDIDATES 8

struct meant {
	enum meant_by by;
	struct rst_tuple tuple; /* as its socket has it */
	uint32_t netns;		/* where that is */
	uint8_t state;		/* enum rst_tcp_state */
	uint8_t candidates;	/* of candidate[] */
	bool have_numbers;
	uint32_t rcv_nxt, snd_nxt; /* what it expected next, and had sent */
	/* What the event said before of the socket that the segment met. */
	struct rst_owner met_owner;
	uint64_t met_inode, met_cookie;
	struct meant_candidate candidate[MEANT_CANDIDATES];
};

/* Why a RST is suspected not to be the peer's. */
struct suspicion {
	bool ttl, ip_id, window, burst; /* what does not fit */
	struct rst_peer peer;		/* packets 0: nothing is known */
	bool other_distance;		/* as ttl, but on less: too little to suspect the RST for */
	bool other_ip_id;		/* of those that are equal, two bear different IP IDs */
	uint32_t equal, stale; /* further RSTs of the burst with the same number, with older ones */
	uint32_t resets;       /* of the burst: how many, */
	uint32_t ahead;	       /* how many different sequence numbers beyond what the peer */
	uint32_t first_seq, last_seq; /* had sent, and which are the nearest and the farthest */
};

/* What a RST carries besides its fixed header. */
struct carried {
	uint8_t options; /* bytes of TCP options in `bytes`; then comes the payload */
	uint8_t payload; /* bytes of that, the first ones */
	uint8_t bytes[RST_BYTES_MAX];
};

/* What a RST says of its own reason, by a convention of whoever sent it. No proof: anybody can write it. */
struct payload {
	const char *by;		/* whose convention, see payload.h; NULL: none is known */
	uint32_t code;		/* its number for the reason; 0: none */
	uint32_t pen;		/* "ietf": whose numbers these are; 0: the IANA's */
	const char *words;	/* what the number stands for; static; NULL: not known */
	uint8_t text, text_len; /* a text, as offset and length in the carried bytes; 0, 0: none */
};

#define WHY_MAX 768

/* Where a rule says the owner stands. */
enum owner_from {
	OWNER_NOBODY,	/* there was no socket */
	OWNER_CONTEXT,	/* the task that ran: it closed, disconnected or exited */
	OWNER_SOCKET,	/* what is recorded with the socket; else found by a scan */
	OWNER_LISTENER, /* the same of the listener that stands for its request sockets */
	OWNER_CLOSED,	/* an orphan: what was recorded; else who closed it */
	OWNER_PAST,	/* no socket any more: what is remembered of it */

};

/* The kernel's own figures about TCP memory, for out-of-memory. limit 0: not known. */
struct tcp_memory {
	uint64_t pages, limit; /* net.ipv4.tcp_mem[2] */
	uint64_t orphans, max_orphans;
};

/* What attribution decided. */
struct verdict {
	enum cause_id cause;
	enum certainty certainty;
	enum owner_from owner_from;
	bool benign;	    /* an ordinary end, which --abnormal hides; set with the owner */
	const char *rule;   /* which rule matched, e.g. "K1"; static; NULL: none */
	const char *phase;  /* reset-by-peer; NULL: none; static; with the owner it is settled */
	const char *detail; /* finer word of some causes; NULL: none; static */
	const char *hint;   /* a guess at the program's setting, see hint.h; NULL: none; static */
	char why[WHY_MAX];  /* the sentence; UTF-8 with names from outside already escaped */
};

struct incident {
	const struct rst_event *ev; /* always there */
	struct rst_event *room;	    /* where it may be copied to, to be changed; NULL: it is not */
	uint64_t id;		    /* of its line, unique in this run; 0: none */
	uint64_t corrects; /* the line of the same reset that this one overturns; 0: none */
	uint64_t of;	   /* the first line about its connection; 0: this one, or not known */
	uint32_t also;	   /* so many more segments were answered the same way, at once */
	enum direction direction;
	enum origin origin; /* of what left without TCP */
	uint64_t wall_ns;   /* CLOCK_REALTIME */
	uint64_t traced_ns; /* for how long tracing had been on; 0: not known */
	/* How many ended connections were remembered, and pushed out by later ones; set only where that may
	 * be why nothing is known. */
	uint64_t remembered, forgotten;
	const char *interface; /* where XDP saw the RST (or the provoking segment came in); NULL */
	struct rst_packet
		packet;	       /* valid 0: none. The segment that TCP or a firewall answered with a
				   * RST; of all others the RST itself */
	bool packet_guessed;   /* from the RST that answers it */
	struct rst_packet rst; /* firewall-reject: the RST itself; valid 0: not known */
	struct firewall firewall;
	struct translation
		translation; /* of the segment's two ends, or the RST's where it passes */
	bool self_connected; /* a connection with itself holds the port, so that nobody can listen there:
			      * its ends are those of `meant` */
	struct suspicion suspicion;
	uint32_t came_in; /* number of the interface where it came in; 0: none, or not known */
	char in_interface[RST_IFNAME_LEN];  /* its name; empty: not known */
	char out_interface[RST_IFNAME_LEN]; /* passing: where it leaves */
	const char *drop_reason;	    /* enum name without SKB_DROP_REASON_; NULL: none */
	struct frame location;		    /* dropped: the code that dropped it; ip 0: none */
	bool relayed;			    /* the same packet at a lower device: reported before */
	uint32_t nframes;
	uint64_t stack; /* those with the same number have the same frames; 0: none has */
	int emitter; /* index into frames of the function that emitted or took the RST; -1: none */
	const char *reason; /* enum name without SK_RST_REASON_; NULL: the kernel gives none */
	enum rst_role role;
	bool role_inferred;	       /* from the listeners, not recorded with the socket */
	struct process_name last_user; /* who connected or had it, if not the owner; pid 0 */
	struct process_name cpu_task;  /* what happened to be running */
	struct listener_ref listener;
	struct history history;
	struct killer killer; /* of who ended or closed: in `history`, or the task that ran */
	struct opener opener;
	struct pair pair;
	struct after after;
	bool no_limit; /* whoever is turned away is so because of another reset, maybe, and not by a limit */
	struct regular regular;
	bool wire_missed; /* what left at that moment was not looked at, and may have had to be */
	struct sender sender;
	struct process_name
		writer; /* who wrote it into the TUN or TAP device by which it came; pid 0:
				     * it came otherwise, or `pair` has its sender */
	struct stayed stayed;
	struct carried carried; /* by the RST itself, where that was seen */
	struct payload payload;
	uint64_t address_ns; /* for how long the local address has been this host's; 0: not known */
	bool stands; /* asked afterwards, sock_diag found the request socket of a refused ACK; the request
		      * socket or TIME_WAIT that a dropped RST was for */
	bool unasked; /* whether it stands is not known: its namespace could not be asked */
	uint64_t
		missed_states; /* changes of sockets' states that this run has missed, where the verdict
				 * rests on having seen them all; 0: none, or it does not */
	struct tcp_memory memory;
	/* What is large stands last: see incident_renew. */
	struct meant meant;
	struct process owner;	  /* pid 0: nobody, or not known */
	struct netns_place place; /* of the event's network namespace */
	struct frame frames[RST_STACK_MAX];
	struct verdict verdict;
};

/* Whether what happened before is that a process ended. */
static inline bool history_is_end(const struct history *h)
{
	return h->what && (!strcmp(h->what, "exit") || !strcmp(h->what, "signal"));
}

/* How many resets a record stands for. */
static inline uint64_t event_count(const struct rst_event *event)
{
	return event->folded.count ? event->folded.count : 1;
}

/* How many resets it stands for. */
static inline uint64_t incident_count(const struct incident *in)
{
	return event_count(in->ev) + in->also;
}

/* Whether its detail is WORD. */
static inline bool incident_detail_is(const struct incident *in, const char *word)
{
	return in->verdict.detail && !strcmp(in->verdict.detail, word);
}

/* IN's event, to be changed by what is found out later: a copy in its room, made when that is first wanted.
 * The record itself stays as it came. */
static inline struct rst_event *incident_change(struct incident *in)
{
	if (in->ev == in->room)
		return in->room;
	*in->room = *in->ev;
	if (in->interface == in->ev->ifname)
		in->interface = in->room->ifname;
	in->ev = in->room;
	return in->room;
}

/* Sets IN to zero, but for the frames and the sentence, of which there are none. */
static inline void incident_clear(struct incident *in)
{
	memset(in, 0, offsetof(struct incident, frames));
	memset(&in->verdict, 0, offsetof(struct verdict, why) + 1);
}

static inline void container_names_renew(struct container_names *n)
{
	n->name[0] = n->image[0] = n->pod[0] = n->space[0] = '\0';
}

/* The same at less cost, for the next event in a place that serves one after the other: what is behind the end of
 * the long texts, and of the list of candidates, stays. */
static inline void incident_renew(struct incident *in)
{
	memset(in, 0, offsetof(struct incident, meant));
	memset(&in->meant, 0, offsetof(struct meant, candidate));
	memset(&in->owner, 0, offsetof(struct process, exe));
	in->owner.exe[0] = in->owner.cgroup[0] = in->owner.container[0] = '\0';
	container_names_renew(&in->owner.names);
	in->owner.known_by = RST_KNOWN_NOT;
	in->owner.shared_by = 0;
	in->place.name[0] = in->place.container[0] = '\0';
	container_names_renew(&in->place.names);
	memset(&in->verdict, 0, offsetof(struct verdict, why) + 1);
}

#endif
