/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * given.h: the fuzzer's bytes in the place of files and of the kernel's answers. All fuzzers are linked so that the
 * program's own calls of open(2) and the like come here (the Makefile's FUZZ_WRAPPED); until something is given,
 * they are passed on.
 */
#ifndef FUZZ_GIVEN_H
#define FUZZ_GIVEN_H

#include <stddef.h>
#include <stdint.h>

/* The fuzzer's bytes, from the front. What is not there any more is 0. */
struct given {
	const uint8_t *at, *end;
};

uint8_t given_byte(struct given *g);
/* The lower first. */
uint16_t given_u16(struct given *g);
/* Copies at most N bytes, and returns how many. */
size_t given_bytes(struct given *g, void *to, size_t n);

/*
 * Each file that is opened from now on has the bytes up to the next GIVEN_END, or is not there when none are left;
 * so have links and folders, whose entries are their lines. NULL: the real ones again. Borrowed.
 */
#define GIVEN_END 0x1e /* ASCII's record separator */
void given_files(struct given *g);

/*
 * Each question by netlink_ask from now on is answered by: a byte, of which the highest bit means a refusal and the
 * others its errno, or the number of messages; each with its type and its length (two bytes each) and that many
 * bytes. None is answered when none are left. NULL: the kernel's again. Borrowed.
 */
void given_answers(struct given *g);

#endif
