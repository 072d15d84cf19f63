/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* text.h: numbers, addresses and names as people read them. Pure: no clock, no files. */
#ifndef RSTTRACE_TEXT_H
#define RSTTRACE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "[" + IPv6 text + "]:" + port + NUL fits. */
#define TEXT_ENDPOINT_MAX 64

/* Columns of a line where nobody says how wide it can be. */
#define TEXT_LINE_WIDTH 120

/* Columns that the LEN bytes at S take on the screen. Wide characters count as one: only an alignment
 * depends on it. */
int text_width(const char *s, size_t len);

/* Digits of the greatest 64-bit number; no NUL. */
#define TEXT_NUMBER_MAX 20

/* N in decimal into BUF, which must hold TEXT_NUMBER_MAX bytes. Returns how many; adds no NUL. */
size_t text_number(char *buf, uint64_t n);

/* The same in hexadecimal, without 0x. */
#define TEXT_HEX_MAX 16
size_t text_hex(char *buf, uint64_t n);

/* The last WIDTH decimal digits of N, with leading zeros, and a NUL. */
void text_digits(char *buf, uint32_t n, int width);

/*
 * vsnprintf for the few conversions that the sentences are made of, %s, %u, %d and %%, at a fraction
 * of its cost; any other is printed as it stands. Returns the bytes written without the NUL: at most
 * SIZE - 1, what is beyond is cut. SIZE must not be 0.
 */
size_t text_format(char *buf, size_t size, const char *format, va_list args);

/* 48211 -> "48,211". Returns BUF, which must hold 28 bytes. */
char *text_count(char *buf, uint64_t n);

/* A time span with a unit that fits: "850 us", "12 ms", "1.25 s", "3 min 20 s", "2 h 5 min".
 * Returns BUF, which must hold 32 bytes. */
char *text_span(char *buf, uint64_t ns);

/* "10.0.0.1" or "2001:db8::1". FAMILY 4 or 6, else "?". Returns BUF, TEXT_ENDPOINT_MAX bytes. */
char *text_address(char *buf, const uint8_t *address, uint8_t family);

/* "10.0.0.1:80" or "[2001:db8::1]:80". Returns BUF, TEXT_ENDPOINT_MAX bytes. */
char *text_endpoint(char *buf, const uint8_t *address, uint8_t family, uint16_t port);

/* "SIGSEGV"; "signal 99" is written into BUF (16 bytes) for those without a name. */
const char *text_signal(char *buf, int signal);

/* The number of what text_signal has written, LEN bytes at TEXT; -1: that is none. */
int text_signal_number(const char *text, size_t len);

/* How many of the N bytes at S come before the first that is not printable ASCII, or is a quote or a
 * backslash: what can stand anywhere as it is. All but the strangest names are nothing else. */
size_t text_plain(const char *s, size_t n);

/* Length of the UTF-8 character at S, of which N bytes (at least one) may be read, and its code point
 * in *C; 0: it is none, or cut off. */
size_t text_utf8(const unsigned char *s, size_t n, uint32_t *c);

/* Whether the N bytes at S, none of them NUL, are what text_escape may have written: nothing in them does
 * anything to a terminal. */
bool text_is_printable(const char *s, size_t n);

/* Whether S ends in END. */
bool text_ends_in(const char *s, const char *end);

/* Copies the N bytes at S, or as many as fit into SIZE with a NUL: cut where a character begins, so that what was
 * UTF-8 still is. Returns BUF. */
char *text_cut(char *buf, size_t size, const char *s, size_t n);

/*
 * Copies a name from outside (a comm, a path) so that it can be printed anywhere: control
 * characters, backslashes and invalid UTF-8 become \xNN (a backslash: \\), valid printable UTF-8
 * stays, also C1 controls, bidirectional overrides and line separators (U+2028/9) are escaped.
 * Reads at most N bytes of S, less if a NUL comes first; writes at most SIZE bytes with the NUL and
 * never half an escape or half a character. Returns BUF.
 */
char *text_escape(char *buf, size_t size, const char *s, size_t n);

#endif
