/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * say.h: the parts of sentences that several causes share. Each appends to the verdict's `why`, which
 * is escaped and never longer than WHY_MAX.
 */
#ifndef RSTTRACE_SAY_H
#define RSTTRACE_SAY_H

#include <stdint.h>

#include "base/text.h"
#include "model/incident.h"

/* Values as text, in a buffer that lives as long as the block that they stand in. */
#define COUNT(n) text_count((char[28]){ 0 }, (n))
#define SPAN(ns) text_span((char[32]){ 0 }, (ns))
#define NAME(comm) \
	text_escape((char[4 *RST_COMM_LEN + 1]){ 0 }, 4 * RST_COMM_LEN + 1, (comm), RST_COMM_LEN)
#define ADDRESS(a, family) text_address((char[TEXT_ENDPOINT_MAX]){ 0 }, (a), (family))
#define ENDPOINT(a, family, port) \
	text_endpoint((char[TEXT_ENDPOINT_MAX]){ 0 }, (a), (family), (port))
#define SIGNAL(n) text_signal((char[16]){ 0 }, (n))

/* Appends to the sentence; what does not fit is cut between characters. */
__attribute__((format(printf, 2, 3))) void say(struct incident *in, const char *format, ...);

/* "s" unless N is 1. */
const char *say_plural(uint64_t n);

/* Received and read by the application, in bytes. */
uint64_t say_bytes_read(const struct incident *in);

/* "nginx/12"; COMM may be unended. */
void say_process(struct incident *in, uint32_t pid, const char *comm);

void say_owner(struct incident *in);
void say_cpu_task(struct incident *in);

/* The packet: "ACK|PSH segment with 5 bytes (seq 1, ack 2)"; nothing when there is none. */
void say_segment(struct incident *in);

/* The packet, a RST: "RST (seq 1, ack 2, ttl 64)". */
void say_rst(struct incident *in);

/* "ttl 63 (1 hop away)" */
void say_hops(struct incident *in, uint8_t ttl);

/* "5 bytes arrived" */
void say_arrived(struct incident *in);

/* What had happened to OBJECT before: "nginx/12 closed it", "nginx/12 was killed by SIGSEGV". */
void say_history(struct incident *in, const char *object);

/* How the process of IN's history ended: "was killed by SIGKILL from systemd/1". */
void say_end(struct incident *in);

/* What made a process end by a signal, behind the signal's name: " from systemd/1"; nothing when it is not
 * known. */
void say_killer(struct incident *in, const struct killer *k);

/* "40 ms after SIGTERM from systemd/1", if it was asked to end. */
void say_asked(struct incident *in, const struct killer *k);

/* "; opened by xinetd/1, which had closed it earlier", if somebody else than who closed it last. */
void say_opener(struct incident *in);

/* When that was, before say_history: " 12 ms after ". */
void say_after(struct incident *in);

/* How long it had been idle then, if that was long. */
void say_idle(struct incident *in);

/* say_exchange.c: what a connection was at. */

/* ", 5 unsent, 7 sent and not acknowledged"; nothing where nothing was lost. */
void say_lost(struct incident *in);

/* ": turned away" or the like: what the verdict's detail is a word for. */
void say_situation(struct incident *in);

/* ", 400 us after the handshake": for a connection that was young, or that had no exchange. */
void say_life(struct incident *in);

/* ", with its last request unanswered". */
void say_unanswered(struct incident *in);

/* When the unread data came, if that was not just then: " (the last came 150 ms before)". */
void say_unread_came(struct incident *in);

/* Of a connection that this end had closed before: how, with what still open, and all of the above. */
void say_closed_how(struct incident *in);

/* "nft, rule inet filter input handle 5, in the input hook" */
void say_firewall(struct incident *in);

/* "ACK segment (seq 1, ack 2)" or the like goes before: that it was not translated, and whose it was. */
void say_untranslated(struct incident *in);

/* "; the SYN was for 10.0.0.1:80, which a NAT on its way translates", or to where one here led the connection:
 * nothing where none did. */
void say_way(struct incident *in);

/* "; the RST did not leave: there is no route to 192.0.2.1", if it did not. */
void say_stayed(struct incident *in);

/* What a RST that was refused would have hit. */
void say_target(struct incident *in);

#endif
