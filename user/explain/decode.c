/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* decode.c: trusts nothing about a record, so that a damaged one costs itself only. */
#include <errno.h>

#include "explain/decode.h"

int decode(struct record *out, const void *data, size_t size)
{
	const struct rst_header *hdr = data;
	const struct rst_event *event = data;
	const struct rst_arrival *arrival = data;
	const struct rst_closed *closed = data;
	const struct rst_rejected *rejected = data;
	const struct rst_stayed *stayed = data;
	const struct rst_denied *denied = data;
	const struct rst_bytes *bytes = data;
	const struct rst_translated *translated = data;
	const struct rst_cgroup *cgroup = data;

	*out = (struct record){ 0 };
	if (size < sizeof(*hdr) || hdr->size > size || hdr->size < sizeof(*hdr))
		return -EBADMSG;
	switch (hdr->type) {
	case RST_REC_SENT:
	case RST_REC_RECEIVED:
	case RST_REC_WIRE:
	case RST_REC_DROPPED:
		if (hdr->size < sizeof(*event) || event->nstack > RST_STACK_MAX ||
		    event->sock.kind > RST_SOCK_PACKET || event->sock.role > RST_ROLE_CLIENT ||
		    event->owner.known_by > RST_KNOWN_LISTENER ||
		    event->past.kind > RST_PAST_NEW_SYN || event->past.end > RST_END_UNREACHABLE ||
		    event->past.role > RST_ROLE_CLIENT || event->past.unsent > RST_UNSENT_DOWN ||
		    event->unsent > RST_UNSENT_DOWN || event->past.known_by > RST_KNOWN_LISTENER ||
		    event->ifname[RST_IFNAME_LEN - 1])
			return -EBADMSG;
		out->event = event;
		break;
	case RST_REC_ARRIVED:
		if (hdr->size < sizeof(*arrival))
			return -EBADMSG;
		out->arrival = arrival;
		break;
	case RST_REC_CLOSED:
		if (hdr->size < sizeof(*closed))
			return -EBADMSG;
		out->closed = closed;
		break;
	case RST_REC_REJECTED:
		if (hdr->size < sizeof(*rejected))
			return -EBADMSG;
		out->rejected = rejected;
		break;
	case RST_REC_STAYED:
		if (hdr->size < sizeof(*stayed) || stayed->nstack > RST_STAYED_STACK)
			return -EBADMSG;
		out->stayed = stayed;
		break;
	case RST_REC_CGROUP:
		if (hdr->size < sizeof(*cgroup) || cgroup->path[RST_CGROUP_PATH - 1])
			return -EBADMSG;
		out->cgroup = cgroup;
		break;
	case RST_REC_BYTES:
		if (hdr->size < sizeof(*bytes) || bytes->options > 40 ||
		    bytes->options + bytes->payload > RST_BYTES_MAX)
			return -EBADMSG;
		out->bytes = bytes;
		break;
	case RST_REC_DENIED:
		if (hdr->size < sizeof(*denied))
			return -EBADMSG;
		out->denied = denied;
		break;
	case RST_REC_TRANSLATED:
		if (hdr->size < sizeof(*translated) ||
		    translated->came.family != translated->tuple.family)
			return -EBADMSG;
		out->translated = translated;
		break;
	default:
		return -EPROTO;
	}
	out->type = (enum rst_record_type)hdr->type;
	return 0;
}
