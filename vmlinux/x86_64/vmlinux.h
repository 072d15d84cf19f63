/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From Linux 6.12.117+deb12-cloud-amd64 (x86_64): the types and fields that vmlinux/types.txt names.
 * Do not edit. Change that list, then take a kernel that has them and run
 *
 *   scripts/gen-vmlinux linux-image-6.12.117+deb12-cloud-amd64_*.deb
 *
 * Sizes and offsets are not the kernel's: CO-RE finds the real ones when the program is loaded.
 */
#ifndef RSTTRACE_VMLINUX_H
#define RSTTRACE_VMLINUX_H

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct bpf_iter_meta;
struct bpf_map;
struct cgroup;
struct cred;
struct css_set;
struct dst_entry;
struct file;
struct inode;
struct kernfs_node;
struct list_head;
struct net;
struct net_device;
struct nsproxy;
struct pid;
struct pid_namespace;
struct proto;
struct request_sock;
struct seq_file;
struct signal_struct;
struct sock;
struct sock_common;
struct sock_reuseport;
struct socket;
struct super_block;
struct task_struct;

typedef signed char __s8;
typedef short int __s16;
typedef int __s32;
typedef long long int __s64;
typedef unsigned char __u8;
typedef short unsigned int __u16;
typedef unsigned int __u32;
typedef long long unsigned int __u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u16 __le16;
typedef __u32 __le32;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef _Bool bool;
typedef long unsigned int __kernel_ulong_t;
typedef __kernel_ulong_t __kernel_size_t;
typedef __kernel_size_t size_t;
typedef int __kernel_pid_t;
typedef __kernel_pid_t pid_t;
typedef unsigned int __kernel_uid32_t;
typedef __kernel_uid32_t uid_t;
typedef long long int __kernel_loff_t;
typedef __kernel_loff_t loff_t;

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	uid_t val;
} kuid_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

struct refcount_struct {
	atomic_t refs;
};

typedef struct refcount_struct refcount_t;

enum {
	false = 0,
	true = 1,
};

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC = 0,
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_SOCKMAP = 15,
	BPF_MAP_TYPE_CPUMAP = 16,
	BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18,
	BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED = 19,
	BPF_MAP_TYPE_CGROUP_STORAGE = 19,
	BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED = 21,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_DEVMAP_HASH = 25,
	BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_INODE_STORAGE = 28,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_BLOOM_FILTER = 30,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
	BPF_MAP_TYPE_ARENA = 33,
	__MAX_BPF_MAP_TYPE = 34,
};

enum xdp_action {
	XDP_ABORTED = 0,
	XDP_DROP = 1,
	XDP_PASS = 2,
	XDP_TX = 3,
	XDP_REDIRECT = 4,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
	BPF_F_LOCK = 4,
};

enum {
	BPF_F_INDEX_MASK = 4294967295U,
	BPF_F_CURRENT_CPU = 4294967295U,
	BPF_F_CTXLEN_MASK = 0xfffff00000000ULL,
};

enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_NO_COMMON_LRU = 2,
	BPF_F_NUMA_NODE = 4,
	BPF_F_RDONLY = 8,
	BPF_F_WRONLY = 16,
	BPF_F_STACK_BUILD_ID = 32,
	BPF_F_ZERO_SEED = 64,
	BPF_F_RDONLY_PROG = 128,
	BPF_F_WRONLY_PROG = 256,
	BPF_F_CLONE = 512,
	BPF_F_MMAPABLE = 1024,
	BPF_F_PRESERVE_ELEMS = 2048,
	BPF_F_INNER_MAP = 4096,
	BPF_F_LINK = 8192,
	BPF_F_PATH_FD = 16384,
	BPF_F_VTYPE_BTF_OBJ_FD = 32768,
	BPF_F_TOKEN_FD = 65536,
	BPF_F_SEGV_ON_FAULT = 131072,
	BPF_F_NO_USER_CONV = 262144,
};

enum {
	BPF_F_SKIP_FIELD_MASK = 255,
	BPF_F_USER_STACK = 256,
	BPF_F_FAST_STACK_CMP = 512,
	BPF_F_REUSE_STACKID = 1024,
	BPF_F_USER_BUILD_ID = 2048,
};

enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

enum {
	BPF_RB_AVAIL_DATA = 0,
	BPF_RB_RING_SIZE = 1,
	BPF_RB_CONS_POS = 2,
	BPF_RB_PROD_POS = 3,
};

enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	BPF_SK_STORAGE_GET_F_CREATE = 1,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

struct bpf_dynptr {
	__u64 __opaque[2];
};

struct bpf_iter_meta {
	union {
		struct seq_file *seq;
	};
	u64 session_id;
	u64 seq_num;
};

struct bpf_iter__bpf_map {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct bpf_map *map;
	};
};

struct bpf_iter__task_file {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	u32 fd;
	union {
		struct file *file;
	};
};

struct bpf_iter__tcp {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct sock_common *sk_common;
	};
	uid_t uid;
};

struct seq_file {
	void *private;
};

enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED = 0,
	SK_RST_REASON_NO_SOCKET = 1,
	SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE = 2,
	SK_RST_REASON_TCP_RFC7323_PAWS = 3,
	SK_RST_REASON_TCP_TOO_OLD_ACK = 4,
	SK_RST_REASON_TCP_ACK_UNSENT_DATA = 5,
	SK_RST_REASON_TCP_FLAGS = 6,
	SK_RST_REASON_TCP_OLD_ACK = 7,
	SK_RST_REASON_TCP_ABORT_ON_DATA = 8,
	SK_RST_REASON_TCP_TIMEWAIT_SOCKET = 9,
	SK_RST_REASON_INVALID_SYN = 10,
	SK_RST_REASON_TCP_ABORT_ON_CLOSE = 11,
	SK_RST_REASON_TCP_ABORT_ON_LINGER = 12,
	SK_RST_REASON_TCP_ABORT_ON_MEMORY = 13,
	SK_RST_REASON_TCP_STATE = 14,
	SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT = 15,
	SK_RST_REASON_TCP_DISCONNECT_WITH_DATA = 16,
	SK_RST_REASON_MPTCP_RST_EUNSPEC = 17,
	SK_RST_REASON_MPTCP_RST_EMPTCP = 18,
	SK_RST_REASON_MPTCP_RST_ERESOURCE = 19,
	SK_RST_REASON_MPTCP_RST_EPROHIBIT = 20,
	SK_RST_REASON_MPTCP_RST_EWQ2BIG = 21,
	SK_RST_REASON_MPTCP_RST_EBADPERF = 22,
	SK_RST_REASON_MPTCP_RST_EMIDDLEBOX = 23,
	SK_RST_REASON_ERROR = 24,
	SK_RST_REASON_MAX = 25,
};

enum skb_drop_reason {
	SKB_NOT_DROPPED_YET = 0,
	SKB_CONSUMED = 1,
	SKB_DROP_REASON_NOT_SPECIFIED = 2,
	SKB_DROP_REASON_NO_SOCKET = 3,
	SKB_DROP_REASON_SOCKET_CLOSE = 4,
	SKB_DROP_REASON_SOCKET_FILTER = 5,
	SKB_DROP_REASON_SOCKET_RCVBUFF = 6,
	SKB_DROP_REASON_UNIX_SKIP_OOB = 7,
	SKB_DROP_REASON_PKT_TOO_SMALL = 8,
	SKB_DROP_REASON_TCP_CSUM = 9,
	SKB_DROP_REASON_UDP_CSUM = 10,
	SKB_DROP_REASON_NETFILTER_DROP = 11,
	SKB_DROP_REASON_OTHERHOST = 12,
	SKB_DROP_REASON_IP_CSUM = 13,
	SKB_DROP_REASON_IP_INHDR = 14,
	SKB_DROP_REASON_IP_RPFILTER = 15,
	SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST = 16,
	SKB_DROP_REASON_XFRM_POLICY = 17,
	SKB_DROP_REASON_IP_NOPROTO = 18,
	SKB_DROP_REASON_PROTO_MEM = 19,
	SKB_DROP_REASON_TCP_AUTH_HDR = 20,
	SKB_DROP_REASON_TCP_MD5NOTFOUND = 21,
	SKB_DROP_REASON_TCP_MD5UNEXPECTED = 22,
	SKB_DROP_REASON_TCP_MD5FAILURE = 23,
	SKB_DROP_REASON_TCP_AONOTFOUND = 24,
	SKB_DROP_REASON_TCP_AOUNEXPECTED = 25,
	SKB_DROP_REASON_TCP_AOKEYNOTFOUND = 26,
	SKB_DROP_REASON_TCP_AOFAILURE = 27,
	SKB_DROP_REASON_SOCKET_BACKLOG = 28,
	SKB_DROP_REASON_TCP_FLAGS = 29,
	SKB_DROP_REASON_TCP_ABORT_ON_DATA = 30,
	SKB_DROP_REASON_TCP_ZEROWINDOW = 31,
	SKB_DROP_REASON_TCP_OLD_DATA = 32,
	SKB_DROP_REASON_TCP_OVERWINDOW = 33,
	SKB_DROP_REASON_TCP_OFOMERGE = 34,
	SKB_DROP_REASON_TCP_RFC7323_PAWS = 35,
	SKB_DROP_REASON_TCP_OLD_SEQUENCE = 36,
	SKB_DROP_REASON_TCP_INVALID_SEQUENCE = 37,
	SKB_DROP_REASON_TCP_INVALID_ACK_SEQUENCE = 38,
	SKB_DROP_REASON_TCP_RESET = 39,
	SKB_DROP_REASON_TCP_INVALID_SYN = 40,
	SKB_DROP_REASON_TCP_CLOSE = 41,
	SKB_DROP_REASON_TCP_FASTOPEN = 42,
	SKB_DROP_REASON_TCP_OLD_ACK = 43,
	SKB_DROP_REASON_TCP_TOO_OLD_ACK = 44,
	SKB_DROP_REASON_TCP_ACK_UNSENT_DATA = 45,
	SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE = 46,
	SKB_DROP_REASON_TCP_OFO_DROP = 47,
	SKB_DROP_REASON_IP_OUTNOROUTES = 48,
	SKB_DROP_REASON_BPF_CGROUP_EGRESS = 49,
	SKB_DROP_REASON_IPV6DISABLED = 50,
	SKB_DROP_REASON_NEIGH_CREATEFAIL = 51,
	SKB_DROP_REASON_NEIGH_FAILED = 52,
	SKB_DROP_REASON_NEIGH_QUEUEFULL = 53,
	SKB_DROP_REASON_NEIGH_DEAD = 54,
	SKB_DROP_REASON_TC_EGRESS = 55,
	SKB_DROP_REASON_SECURITY_HOOK = 56,
	SKB_DROP_REASON_QDISC_DROP = 57,
	SKB_DROP_REASON_FQ_BAND_LIMIT = 58,
	SKB_DROP_REASON_FQ_HORIZON_LIMIT = 59,
	SKB_DROP_REASON_FQ_FLOW_LIMIT = 60,
	SKB_DROP_REASON_CPU_BACKLOG = 61,
	SKB_DROP_REASON_XDP = 62,
	SKB_DROP_REASON_TC_INGRESS = 63,
	SKB_DROP_REASON_UNHANDLED_PROTO = 64,
	SKB_DROP_REASON_SKB_CSUM = 65,
	SKB_DROP_REASON_SKB_GSO_SEG = 66,
	SKB_DROP_REASON_SKB_BAD_GSO = 67,
	SKB_DROP_REASON_SKB_UCOPY_FAULT = 68,
	SKB_DROP_REASON_DEV_HDR = 69,
	SKB_DROP_REASON_DEV_READY = 70,
	SKB_DROP_REASON_FULL_RING = 71,
	SKB_DROP_REASON_NOMEM = 72,
	SKB_DROP_REASON_HDR_TRUNC = 73,
	SKB_DROP_REASON_TAP_FILTER = 74,
	SKB_DROP_REASON_TAP_TXFILTER = 75,
	SKB_DROP_REASON_ICMP_CSUM = 76,
	SKB_DROP_REASON_INVALID_PROTO = 77,
	SKB_DROP_REASON_IP_INADDRERRORS = 78,
	SKB_DROP_REASON_IP_INNOROUTES = 79,
	SKB_DROP_REASON_PKT_TOO_BIG = 80,
	SKB_DROP_REASON_DUP_FRAG = 81,
	SKB_DROP_REASON_FRAG_REASM_TIMEOUT = 82,
	SKB_DROP_REASON_FRAG_TOO_FAR = 83,
	SKB_DROP_REASON_TCP_MINTTL = 84,
	SKB_DROP_REASON_IPV6_BAD_EXTHDR = 85,
	SKB_DROP_REASON_IPV6_NDISC_FRAG = 86,
	SKB_DROP_REASON_IPV6_NDISC_HOP_LIMIT = 87,
	SKB_DROP_REASON_IPV6_NDISC_BAD_CODE = 88,
	SKB_DROP_REASON_IPV6_NDISC_BAD_OPTIONS = 89,
	SKB_DROP_REASON_IPV6_NDISC_NS_OTHERHOST = 90,
	SKB_DROP_REASON_QUEUE_PURGE = 91,
	SKB_DROP_REASON_TC_COOKIE_ERROR = 92,
	SKB_DROP_REASON_PACKET_SOCK_ERROR = 93,
	SKB_DROP_REASON_TC_CHAIN_NOTFOUND = 94,
	SKB_DROP_REASON_TC_RECLASSIFY_LOOP = 95,
	SKB_DROP_REASON_VXLAN_INVALID_HDR = 96,
	SKB_DROP_REASON_VXLAN_VNI_NOT_FOUND = 97,
	SKB_DROP_REASON_MAC_INVALID_SOURCE = 98,
	SKB_DROP_REASON_VXLAN_ENTRY_EXISTS = 99,
	SKB_DROP_REASON_NO_TX_TARGET = 100,
	SKB_DROP_REASON_IP_TUNNEL_ECN = 101,
	SKB_DROP_REASON_TUNNEL_TXINFO = 102,
	SKB_DROP_REASON_LOCAL_MAC = 103,
	SKB_DROP_REASON_MAX = 104,
	SKB_DROP_REASON_SUBSYS_MASK = 0xffffffffffff0000ULL,
};

enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10,
	TCP_CLOSING = 11,
	TCP_NEW_SYN_RECV = 12,
	TCP_BOUND_INACTIVE = 13,
	TCP_MAX_STATES = 14,
};

enum sock_type {
	SOCK_STREAM = 1,
	SOCK_DGRAM = 2,
	SOCK_RAW = 3,
	SOCK_RDM = 4,
	SOCK_SEQPACKET = 5,
	SOCK_DCCP = 6,
	SOCK_PACKET = 10,
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	union {
		struct {
			__be32 skc_daddr;
			__be32 skc_rcv_saddr;
		};
	};
	union {
		struct {
			__be16 skc_dport;
			__u16 skc_num;
		};
	};
	short unsigned int skc_family;
	unsigned char skc_state;
	unsigned char skc_reuseport: 1;
	unsigned char skc_ipv6only: 1;
	int skc_bound_dev_if;
	struct proto *skc_prot;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
	union {
		long unsigned int skc_flags;
		struct sock *skc_listener;
	};
};

typedef atomic64_t atomic_long_t;

struct proto {
	atomic_long_t *memory_allocated;
	long int *sysctl_mem;
};

struct sk_buff_head {
	__u32 qlen;
};

struct qspinlock {
	union {
		atomic_t val;
		struct {
			u8 locked;
			u8 pending;
		};
		struct {
			u16 locked_pending;
			u16 tail;
		};
	};
};

typedef struct qspinlock arch_spinlock_t;

struct raw_spinlock {
	arch_spinlock_t raw_lock;
};

struct spinlock {
	union {
		struct raw_spinlock rlock;
	};
};

typedef struct spinlock spinlock_t;

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};

typedef struct wait_queue_head wait_queue_head_t;

typedef struct {
	spinlock_t slock;
	int owned;
	wait_queue_head_t wq;
} socket_lock_t;

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	struct sk_buff_head sk_receive_queue;
	struct {
		atomic_t rmem_alloc;
		int len;
	} sk_backlog;
	u8 sk_userlocks;
	int sk_rcvbuf;
	int sk_err;
	struct socket *sk_socket;
	socket_lock_t sk_lock;
	int sk_sndbuf;
	int sk_wmem_queued;
	struct dst_entry *sk_dst_cache;
	u8 sk_shutdown;
	u16 sk_type;
	u16 sk_protocol;
	long unsigned int sk_lingertime;
	int sk_err_soft;
	u32 sk_ack_backlog;
	u32 sk_max_ack_backlog;
	kuid_t sk_uid;
	struct sock_cgroup_data sk_cgrp_data;
	struct sock_reuseport *sk_reuseport_cb;
};

typedef enum {
	SS_FREE = 0,
	SS_UNCONNECTED = 1,
	SS_CONNECTING = 2,
	SS_CONNECTED = 3,
	SS_DISCONNECTING = 4,
} socket_state;

struct socket {
	socket_state state;
	struct file *file;
	struct sock *sk;
};

struct inet_sock {
	struct sock sk;
	__be32 inet_saddr;
	__be16 inet_sport;
};

struct request_sock_queue {
	u8 rskq_defer_accept;
	atomic_t qlen;
	atomic_t young;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue icsk_accept_queue;
	__u8 icsk_retransmits;
	__u8 icsk_backoff;
	__u8 icsk_probes_out;
	struct {
		__u32 lrcvtime;
	} icsk_ack;
	u32 icsk_probes_tstamp;
	u32 icsk_user_timeout;
};

struct minmax_sample {
	u32 t;
	u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_options_received {
	int ts_recent_stamp;
	u16 wscale_ok: 1;
	u16 rcv_wscale: 4;
	u8 num_sacks;
};

struct tcp_sack_block {
	u32 start_seq;
	u32 end_seq;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 snd_wnd;
	u8 repair: 1;
	u32 copied_seq;
	u32 rcv_tstamp;
	u32 tlp_high_seq;
	u32 retrans_out;
	struct minmax rtt_min;
	u32 segs_out;
	u32 data_segs_out;
	u64 bytes_sent;
	u32 write_seq;
	u32 lsndtime;
	u32 mdev_us;
	u64 tcp_wstamp_ns;
	struct list_head tsorted_sent_queue;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 snd_una;
	u32 packets_out;
	u32 rcv_wnd;
	struct tcp_options_received rx_opt;
	u64 bytes_received;
	u32 segs_in;
	u32 rcv_wup;
	u64 bytes_acked;
	u8 keepalive_probes;
	struct tcp_sack_block selective_acks[4];
	u64 bytes_retrans;
	u32 total_retrans;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	int linger2;
	bool is_mptcp;
	struct request_sock *fastopen_rsk;
};

struct sock_reuseport {
	unsigned int synq_overflow_ts;
};

struct inet_timewait_sock {
	struct sock_common __tw_common;
	unsigned char tw_substate;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
};

struct sk_buff {
	union {
		struct {
			union {
				struct net_device *dev;
			};
		};
	};
	struct sock *sk;
	union {
		u64 skb_mstamp_ns;
	};
	union {
		struct {
			long unsigned int _skb_refdst;
		};
		struct list_head tcp_tsorted_anchor;
	};
	unsigned int len;
	unsigned int data_len;
	union {
		struct {
			__u8 ip_summed: 2;
			int skb_iif;
			__be16 protocol;
			__u16 transport_header;
			__u16 network_header;
			__u16 mac_header;
		};
	};
	unsigned char *head;
	unsigned char *data;
};

struct dst_entry {
	union {
		struct net_device *dev;
	};
};

struct net_device {
	unsigned int flags;
	int ifindex;
	possible_net_t nd_net;
	char name[16];
};

struct ns_common {
	unsigned int inum;
};

struct netns_ipv4 {
	u8 sysctl_tcp_keepalive_probes;
	int sysctl_tcp_fin_timeout;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
};

struct file {
	void *private_data;
	struct inode *f_inode;
};

struct inode {
	struct super_block *i_sb;
	long unsigned int i_ino;
};

struct super_block {
	long unsigned int s_magic;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct kernfs_node {
	u64 id;
};

struct task_struct {
	unsigned int flags;
	int exit_code;
	pid_t pid;
	pid_t tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	u64 start_time;
	u64 start_boottime;
	struct cred *real_cred;
	struct cred *cred;
	char comm[16];
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct signal_struct {
	int group_exit_code;
};

struct cred {
	kuid_t uid;
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[0];
};

struct pid_namespace {
	struct ns_common ns;
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* RSTTRACE_VMLINUX_H */
