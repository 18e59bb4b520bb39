#include "base/crc.h"

#include <string.h>

/* The same by the instruction that x86 has for this very polynomial: a journal of a
 * hundred thousand trials is read in half the time. */
#if defined(__x86_64__)
#define HAS_INSTRUCTION __builtin_cpu_supports("sse4.2")

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc,
                                                                 const unsigned char *p,
                                                                 size_t n)
{
	uint64_t wide = ~crc, word;

	for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
		memcpy(&word, p, sizeof word);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n; n--, p++)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return ~crc;
}
#else
#define HAS_INSTRUCTION 0

static uint32_t by_instruction(uint32_t crc, const unsigned char *p, size_t n)
{
	return crc32c_by_table(crc, p, n);
}
#endif

/* Half a byte at a time: a 16-entry table that a reader can check by eye. */
uint32_t crc32c_by_table(uint32_t crc, const void *bytes, size_t n)
{
	static const uint32_t table[16] = {
	    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	    0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	    0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
	const unsigned char *p = bytes;

	crc = ~crc;
	for (; n; n--, p++) {
		crc ^= *p;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t n)
{
	return HAS_INSTRUCTION ? by_instruction(crc, bytes, n)
	                       : crc32c_by_table(crc, bytes, n);
}
