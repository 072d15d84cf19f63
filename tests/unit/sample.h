/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sample.h: an incident of which everything is known, for the tests of the outputs. */
#ifndef UNIT_SAMPLE_H
#define UNIT_SAMPLE_H

#include "model/incident.h"
#include "output/sink_json.h"
#include "output/sink_text.h"

struct sample {
	struct rst_event ev;
	struct incident in;
};

/* A close-unread of nginx at 10.0.0.1:8080. IN points into the sample: do not copy it. */
void sample_fill(struct sample *s);

/* Makes both ends IPv6 addresses of the greatest length. */
void sample_long_ipv6(struct sample *s);

/* A port scan of 10.0.0.2, of 12,345 SYNs. */
void sample_attack(struct attack_report *r);

/* A sink that writes to FD, which it takes over. */
void sample_open(struct sink *sink, const struct sink_ops *ops, const struct sink_style *style,
		 int fd);
void sample_close(struct sink *sink);

/* What OPS writes of it alone. To be freed. */
char *sample_render_attack(const struct sink_ops *ops, const struct sink_style *style,
			   const struct attack_report *r);

char *sample_render_denial(const struct sink_ops *ops, const struct sink_style *style,
			   const struct denial *d);

/* What OPS writes: begin, the incident (NULL: none), the summary (NULL: none). To be freed. */
char *sample_render(const struct sink_ops *ops, const struct sink_style *style,
		    const struct incident *in, const struct summary *sum);

#endif
