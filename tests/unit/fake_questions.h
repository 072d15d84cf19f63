/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* fake_questions.h: a pipeline whose questions a test answers, and whose lines it reads. */
#ifndef UNIT_FAKE_QUESTIONS_H
#define UNIT_FAKE_QUESTIONS_H

#include "cli/pipeline.h"
#include "kernel/symbols.h"

#define FAKE_NETNS 4026531840U
#define FAKE_NOW_NS 100000000000ULL /* of every record, and of the clock before a test moves it */
#define FAKE_LINES 256

/* What the pipeline put out of one event. */
struct fake_line {
	uint64_t id;
	enum direction direction;
	enum cause_id cause;
	enum certainty certainty;
	uint16_t remote_port;
	bool stands, unasked;
	bool translated;
	uint32_t owner; /* pid */
	enum rst_known_by known_by;
	struct pair pair;
	struct stayed stayed;
	char in_interface[RST_IFNAME_LEN];
	char rule[FIREWALL_RULE_MAX];
	char why[WHY_MAX];
};

struct fake {
	struct pipeline pipeline;
	struct options options;
	struct features features;
	struct symbols *symbols;

	/* The answers. */
	uint64_t now_ns;
	uint64_t counters[RST_CNT_MAX];
	struct listeners listeners;
	int owners_err;
	struct rst_found owner;		/* of every inode that is asked for; pid 0: nobody */
	const struct rst_found *owners; /* of the inodes from 0 on; NULL: as `owner` says */
	int socket_err;
	struct diag_socket socket;
	struct rst_past past;  /* kind 0: nothing is remembered */
	uint64_t forgotten;    /* of 70,000 */
	uint64_t fold_before;  /* of a sample that comes through the ring, told of already */
	struct rst_event fold; /* what the kernel side only counted; the remote port grows */
	uint32_t folds;	       /* so often */
	struct denial_icmp icmp;
	uint64_t address_since_ns; /* of every address; 0: nobody has it */
	const struct diag_connection
		*alike;		   /* these share an end with whatever is asked for; NULL: none */
	int alikes;		   /* how many */
	uint32_t alike_netns;	   /* only there; 0: anywhere */
	struct rst_past peer_past; /* of an ended connection of the peer elsewhere; kind 0: none */
	bool translated;
	const struct translation *flow; /* what it is then; NULL: the segment's own ends */
	uint32_t anywhere;		/* the other namespace that has each socket; 0: none */
	const char *rule;		/* NULL: none */
	uint32_t generation;		/* of the ruleset */
	int route_err;
	uint32_t holder;  /* the namespace that has the local address; 0: none */
	uint32_t program; /* of sk_lookup, in every namespace; 0: none */
	uint32_t vrf;	  /* the interface that is a VRF's; 0: none */
	uint32_t down;	  /* the interface that is down; 0: none */
	const char *interface;
	const char *cgroup;
	const char *container;
	const struct container_names *names; /* of every process; NULL: none */
	const struct netns_place *place;     /* of every namespace; NULL: none */
	void (*on_poll)(struct fake *f);     /* what waits in the ring then; NULL: nothing */
	struct writer out;
	struct buffer text;
	int sink_err;
	void (*on_line)(const struct incident *in); /* NULL, or what looks at each event put out */

	/* How often each was asked, and what last. */
	struct {
		unsigned int polls, listeners, owners, sockets, pasts, translations, rules,
			interfaces, processes, releases, stacks, histories, folds, routes, peers,
			holds;
		bool forced; /* the last look for folds */
		unsigned int addresses;
		size_t inodes;	   /* in the last owners */
		uint64_t meant_ns; /* of the first of them */
		struct ruleset_query rule;
		struct rst_tuple anywhere;
	} asked;

	struct fake_line line[FAKE_LINES];
	size_t lines;
};

/* The one fake, as new: it is too big for the stack. Everything is traced, and nothing is known. */
struct fake *fake_begin(void);
void fake_end(struct fake *f);

/* Lines were printed, and none of them waits. */
bool fake_flushed(const struct fake *f);

/* An event of 10.0.0.1:80 here and 10.0.0.2:REMOTE_PORT there, as of FAKE_NOW_NS. STACK: the names of
 * functions, the innermost first, ended by NULL; they must outlive the pipeline. */
struct rst_event fake_event(enum rst_record_type type, uint16_t remote_port,
			    const char *const stack[]);

/* A SYN that found no listener, and its RST. */
struct rst_event fake_syn(uint16_t remote_port);

/* An abort by this host of a socket with that inode and cookie; nobody is recorded as its owner. */
struct rst_event fake_abort(uint16_t remote_port, uint64_t inode);

/* Gives the pipeline a record, as the ring does. */
int fake_record(struct fake *f, const void *record, uint32_t size);
void fake_put(struct fake *f, const struct rst_event *event);

/* Everything out. */
void fake_run(struct fake *f);

#endif
