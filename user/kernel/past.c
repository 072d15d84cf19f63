/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* past.c: the same keys as past.bpf.h, from the other side. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "kernel/past.h"

/* Takes what MAP has of KEY into OUT, if that is newer. */
static void take_newer(int map, const struct rst_past_key *key, struct rst_past *out)
{
	struct rst_past past;

	if (!bpf_map_lookup_elem(map, key, &past) && (!out->kind || past.at_ns > out->at_ns))
		*out = past;
}

/* At its address, at any, at any of both families. */
static void find_listener(int map, struct rst_past_key *key, struct rst_past *out)
{
	memset(key->remote, 0, sizeof(key->remote));
	key->remote_port = 0;
	take_newer(map, key, out);
	memset(key->local, 0, sizeof(key->local));
	take_newer(map, key, out);
	if (key->family == 6)
		return;
	key->family = 6;
	take_newer(map, key, out);
}

int past_find(const struct past_maps *maps, uint32_t netns, const struct rst_tuple *tuple,
	      bool is_syn, struct rst_past *out)
{
	struct rst_past_key key = {
		.netns = netns,
		.local_port = tuple->local_port,
		.remote_port = tuple->remote_port,
		.family = tuple->family,
	};

	memset(out, 0, sizeof(*out));
	memcpy(key.local, tuple->local, sizeof(key.local));
	memcpy(key.remote, tuple->remote, sizeof(key.remote));
	if (is_syn) {
		find_listener(maps->listeners, &key, out);
	} else {
		take_newer(maps->connections, &key, out);
		take_newer(maps->handshakes, &key, out);
	}
	return out->kind ? 0 : -ENOENT;
}
