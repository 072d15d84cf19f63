/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* text.c: numbers, addresses and names as people read them. */
#include "base/text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define COUNT_SIZE 28
#define SPAN_SIZE 32
#define SIGNAL_SIZE 16

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* The same in each of eight bytes. */
#define EACH(byte) (0x0101010101010101ULL * (byte))

/* All of four to eight bytes, some of them twice. */
static uint64_t load_few(const char *s, size_t n)
{
	uint32_t first, last;

	memcpy(&first, s, sizeof(first));
	memcpy(&last, s + n - sizeof(last), sizeof(last));
	return (uint64_t)first << 32 | last;
}

/* Of the eight bytes in WORD, how many continue a character: they begin with the bits 10. */
static size_t continuing(uint64_t word)
{
	if (!(word & EACH(0x80)))
		return 0;
	word = word >> 7 & ~(word >> 6) & EACH(1);
	return word * EACH(1) >> 56;
}

int text_width(const char *s, size_t len)
{
	size_t width = len, i = 0;

	for (uint64_t word; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		width -= continuing(word);
	}
	/* A short one, as most cells are. */
	if (len >= sizeof(uint32_t) && len < sizeof(uint64_t) && !(load_few(s, len) & EACH(0x80)))
		return (int)width;
	/* The last eight, where nothing is found in most: of some it has been seen. */
	if (i && i < len) {
		uint64_t word;

		memcpy(&word, s + len - sizeof(word), sizeof(word));
		if (!(word & EACH(0x80)))
			return (int)width;
	}
	for (; i < len; i++)
		width -= (s[i] & 0xc0) == 0x80;
	return (int)width;
}

/* The bits that N takes; 1 for 0. */
static unsigned int bits_of(uint64_t n)
{
	return 64 - (unsigned int)__builtin_clzll(n | 1);
}

/* The decimal digits that N takes. */
static size_t digits_of(uint64_t n)
{
	static const uint64_t powers[] = {
		1U,
		10U,
		100U,
		1000U,
		10000U,
		100000U,
		1000000U,
		10000000U,
		100000000U,
		1000000000U,
		10000000000U,
		100000000000U,
		1000000000000U,
		10000000000000U,
		100000000000000U,
		1000000000000000U,
		10000000000000000U,
		100000000000000000U,
		1000000000000000000U,
		10000000000000000000U,
	};
	/* By log10(2), which is 1233 / 4096 nearly enough for 64 bits: as many, or one too few. */
	unsigned int few = bits_of(n) * 1233 >> 12;

	return few + (few < ARRAY_SIZE(powers) && n >= powers[few]);
}

size_t text_number(char *buf, uint64_t n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	size_t len = n < 10 ? 1 : n < 100 ? 2 : digits_of(n);
	char *p = buf + len;

	/* Four digits a long division, two a short one. */
	for (; n >= 10000; n /= 10000) {
		uint32_t four = (uint32_t)(n % 10000);

		p -= 4;
		memcpy(p, pairs + four / 100 * 2, 2);
		memcpy(p + 2, pairs + four % 100 * 2, 2);
	}
	if (n >= 100) {
		memcpy(p -= 2, pairs + n % 100 * 2, 2);
		n /= 100;
	}
	if (n >= 10)
		memcpy(p - 2, pairs + n * 2, 2);
	else
		p[-1] = (char)('0' + n);
	return len;
}

size_t text_hex(char *buf, uint64_t n)
{
	size_t len = (bits_of(n) + 3) / 4;

	for (char *p = buf + len; p > buf; n >>= 4)
		*--p = "0123456789abcdef"[n & 15];
	return len;
}

void text_digits(char *buf, uint32_t n, int width)
{
	buf[width] = '\0';
	for (; width; n /= 10)
		buf[--width] = (char)('0' + n % 10);
}

/* Copies N bytes of S to AT in BUF as far as there is room for them and a NUL. Returns the end. */
static size_t copy(char *buf, size_t size, size_t at, const char *s, size_t n)
{
	if (n > size - 1 - at)
		n = size - 1 - at;
	memcpy(buf + at, s, n);
	return at + n;
}

size_t text_format(char *buf, size_t size, const char *format, va_list args)
{
	size_t at = 0;

	while (*format) {
		size_t plain = (size_t)(strchrnul(format, '%') - format);
		char digits[1 + TEXT_NUMBER_MAX];
		const char *s = digits;
		size_t n;
		int d;

		at = copy(buf, size, at, format, plain);
		format += plain;
		if (!*format)
			break;
		switch (format[1]) {
		case 's':
			s = va_arg(args, const char *);
			n = strlen(s);
			break;
		case 'u':
			n = text_number(digits, va_arg(args, unsigned int));
			break;
		case 'd':
			d = va_arg(args, int);
			digits[0] = '-';
			n = text_number(digits + 1, d < 0 ? -(uint64_t)d : (uint64_t)d) + 1;
			s += d >= 0;
			n -= d >= 0;
			break;
		default:
			s = format + (format[1] == '%');
			n = 1;
			format -= format[1] != '%';
		}
		at = copy(buf, size, at, s, n);
		format += 2;
	}
	buf[at] = '\0';
	return at;
}

char *text_count(char *buf, uint64_t n)
{
	char digits[TEXT_NUMBER_MAX];
	size_t len = text_number(digits, n);
	char *p = buf;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return buf;
}

/* What text_format makes of it into BUF. */
__attribute__((format(printf, 3, 4))) static size_t print(char *buf, size_t size,
							  const char *format, ...)
{
	va_list args;
	size_t n;

	va_start(args, format);
	n = text_format(buf, size, format, args);
	va_end(args);
	return n;
}

/* N hundredths as a decimal without trailing zeros: 125 -> "1.25", 120 -> "1.2", 100 -> "1". */
static void hundredths(char *buf, size_t size, unsigned int n, const char *unit)
{
	unsigned int rest = n % 100;

	if (!rest)
		print(buf, size, "%u %s", n / 100, unit);
	else if (rest % 10 == 0)
		print(buf, size, "%u.%u %s", n / 100, rest / 10, unit);
	else
		print(buf, size, "%u.%s%u %s", n / 100, rest < 10 ? "0" : "", rest, unit);
}

/* "3 min 20 s", or "3 min" when nothing of the smaller unit is left. */
static void two_units(char *buf, size_t size, unsigned int small, unsigned int per_big,
		      const char *big_unit, const char *small_unit)
{
	unsigned int rest = small % per_big;

	if (rest)
		print(buf, size, "%u %s %u %s", small / per_big, big_unit, rest, small_unit);
	else
		print(buf, size, "%u %s", small / per_big, big_unit);
}

/* Cut off, never rounded up: "1000 ms" and "60 s" would be the next unit's. */
char *text_span(char *buf, uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (ns < NS_PER_US)
		print(buf, SPAN_SIZE, "%u ns", (unsigned int)ns);
	else if (ns < NS_PER_MS)
		print(buf, SPAN_SIZE, "%u us", (unsigned int)(ns / NS_PER_US));
	else if (ns < 10 * NS_PER_MS)
		hundredths(buf, SPAN_SIZE, (unsigned int)(ns / (NS_PER_MS / 10) * 10), "ms");
	else if (ns < NS_PER_S)
		print(buf, SPAN_SIZE, "%u ms", (unsigned int)(ns / NS_PER_MS));
	else if (s < 60)
		hundredths(buf, SPAN_SIZE, (unsigned int)(ns / (NS_PER_S / 100)), "s");
	else if (s < 3600)
		two_units(buf, SPAN_SIZE, (unsigned int)s, 60, "min", "s");
	else if (s < 24 * 3600)
		two_units(buf, SPAN_SIZE, (unsigned int)(s / 60), 60, "h", "min");
	else
		two_units(buf, SPAN_SIZE, (unsigned int)(s / 3600), 24, "d", "h");
	return buf;
}

char *text_address(char *buf, const uint8_t *address, uint8_t family)
{
	char *p = buf;

	if (family == 4) {
		for (int i = 0; i < 4; i++) {
			p += text_number(p, address[i]);
			*p++ = i < 3 ? '.' : '\0';
		}
		return buf;
	}
	if (family != 6 || !inet_ntop(AF_INET6, address, buf, TEXT_ENDPOINT_MAX))
		strcpy(buf, "?");
	return buf;
}

char *text_endpoint(char *buf, const uint8_t *address, uint8_t family, uint16_t port)
{
	char *p = buf;

	if (family == 6)
		*p++ = '[';
	p += strlen(text_address(p, address, family));
	if (family == 6)
		*p++ = ']';
	*p++ = ':';
	p[text_number(p, port)] = '\0';
	return buf;
}

#define NAME(s) [s] = #s
static const char *const signals[] = {
	NAME(SIGHUP),	 NAME(SIGINT),	NAME(SIGQUIT),	NAME(SIGILL),  NAME(SIGTRAP),
	NAME(SIGABRT),	 NAME(SIGBUS),	NAME(SIGFPE),	NAME(SIGKILL), NAME(SIGUSR1),
	NAME(SIGSEGV),	 NAME(SIGUSR2), NAME(SIGPIPE),	NAME(SIGALRM), NAME(SIGTERM),
	NAME(SIGSTKFLT), NAME(SIGCHLD), NAME(SIGCONT),	NAME(SIGSTOP), NAME(SIGTSTP),
	NAME(SIGTTIN),	 NAME(SIGTTOU), NAME(SIGURG),	NAME(SIGXCPU), NAME(SIGXFSZ),
	NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO),   NAME(SIGPWR),
	NAME(SIGSYS),
};
#undef NAME

int text_signal_number(const char *text, size_t len)
{
	static const char other[] = "signal ";
	size_t digits = sizeof(other) - 1;
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (signals[i] && strlen(signals[i]) == len && !memcmp(signals[i], text, len))
			return (int)i;
	if (len <= digits || len > digits + 3 || memcmp(text, other, digits) != 0)
		return -1;
	for (size_t i = digits; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

const char *text_signal(char *buf, int signal)
{
	if (signal > 0 && (size_t)signal < ARRAY_SIZE(signals) && signals[signal])
		return signals[signal];
	snprintf(buf, SIGNAL_SIZE, "signal %d", signal);
	return buf;
}

/* Code points that are valid but change how the text around them is shown, or show nothing. */
static bool is_harmful(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0080, 0x009f },   /* C1 controls: CSI is one of them */
		{ 0x00ad, 0x00ad },   /* soft hyphen */
		{ 0x061c, 0x061c },   /* Arabic letter mark */
		{ 0x180e, 0x180e },   /* Mongolian vowel separator: invisible */
		{ 0x200b, 0x200f },   /* zero width, directional marks */
		{ 0x2028, 0x202e },   /* line and paragraph separators, bidirectional embeddings */
		{ 0x2060, 0x206f },   /* invisible operators, bidirectional isolates */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfff9, 0xfffb },   /* interlinear annotations */
		{ 0xfffe, 0xffff },   /* noncharacters */
		{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

size_t text_utf8(const unsigned char *s, size_t n, uint32_t *c)
{
	/* Below this the encoding is overlong. */
	static const uint32_t least[] = { [2] = 0x80, [3] = 0x800, [4] = 0x10000 };
	size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	*c = s[0];
	if (s[0] < 0x80)
		return 1;
	/* A continuation byte cannot begin one, and none is longer than 4. */
	if (s[0] < 0xc0 || s[0] >= 0xf8 || n < length)
		return 0;
	*c &= 0x7fU >> length;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c >= least[length] && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff) ? length : 0;
}

/* The same of one that can be printed as it is. 0: its first byte must be escaped (ASCII control,
 * invalid or cut-off UTF-8, harmful). */
static size_t plain_length(const unsigned char *s, size_t n)
{
	uint32_t c;
	size_t length = text_utf8(s, n, &c);

	if (length == 1)
		return is_plain(s[0]);
	return length && !is_harmful(c) ? length : 0;
}

/* Whether all eight bytes of X are plain. Where none has its highest bit set, a subtraction or addition sets it
 * in those that are meant: below a space, a quote, a backslash, DEL. What it carries on comes from one of those. */
static bool all_plain(uint64_t x)
{
	return !((x | (x - EACH(0x20)) | ((x ^ EACH('"')) - EACH(1)) |
		  ((x ^ EACH('\\')) - EACH(1)) | (x + EACH(1))) &
		 EACH(0x80));
}

static uint64_t load(const char *s)
{
	uint64_t x;

	memcpy(&x, s, sizeof(x));
	return x;
}

/* How many of the N bytes at S are plain, the first AT of which are. */
static size_t plain_rest(const char *s, size_t n, size_t at)
{
	/* The last eight, of which some have been looked at. */
	if (n >= sizeof(uint64_t) && n - at < sizeof(uint64_t) &&
	    all_plain(load(s + n - sizeof(uint64_t))))
		return n;
	if (n >= sizeof(uint32_t) && n < sizeof(uint64_t) && all_plain(load_few(s, n)))
		return n;
	while (at < n && is_plain((unsigned char)s[at]) && s[at] != '"')
		at++;
	return at;
}

/* Sixteen bytes at a time, which each machine that this runs on has registers for. */
typedef uint8_t sixteen __attribute__((vector_size(16)));

static bool all_sixteen_plain(const char *s)
{
	uint64_t halves[2];
	sixteen x, strange;

	memcpy(&x, s, sizeof(x));
	/* What is less than a space, more than a tilde, a quote or a backslash: one comparison for the first two. */
	strange = (sixteen)(x - 0x20 > 0x7e - 0x20) | (sixteen)(x == '"') | (sixteen)(x == '\\');
	memcpy(halves, &strange, sizeof(halves));
	return !(halves[0] | halves[1]);
}

size_t text_plain(const char *s, size_t n)
{
	size_t at = 0;

	while (n - at >= sizeof(sixteen) && all_sixteen_plain(s + at))
		at += sizeof(sixteen);
	while (n - at >= sizeof(uint64_t) && all_plain(load(s + at)))
		at += sizeof(uint64_t);
	return at == n ? n : plain_rest(s, n, at);
}

bool text_is_printable(const char *s, size_t n)
{
	size_t plain = text_plain(s, n), length;
	const unsigned char *in = (const unsigned char *)s + plain;

	for (n -= plain; n; n -= length, in += length) {
		length = *in == '\\' ? 1 : plain_length(in, n);
		if (!length)
			return false;
	}
	return true;
}

bool text_ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && !strcmp(s + n - k, end);
}

char *text_cut(char *buf, size_t size, const char *s, size_t n)
{
	size_t fit = n < size ? n : size - 1;

	while (fit < n && fit && ((unsigned char)s[fit] & 0xc0) == 0x80)
		fit--;
	memcpy(buf, s, fit);
	buf[fit] = '\0';
	return buf;
}

char *text_escape(char *buf, size_t size, const char *s, size_t n)
{
	const unsigned char *in = (const unsigned char *)s;
	size_t out = 0;

	if (!size)
		return buf;
	n = strnlen(s, n);
	out = text_plain(s, n < size ? n : size - 1);
	memcpy(buf, s, out);
	in += out;
	n -= out;
	while (n) {
		size_t used = plain_length(in, n);
		char escape[8];
		const void *from = in;
		size_t length = used;

		if (!used) {
			used = 1;
			length = *in == '\\' ? snprintf(escape, sizeof(escape), "\\\\")
					     : snprintf(escape, sizeof(escape), "\\x%02x", *in);
			from = escape;
		}
		if (length >= size - out)
			break;
		memcpy(buf + out, from, length);
		out += length;
		in += used;
		n -= used;
	}
	buf[out] = '\0';
	return buf;
}
