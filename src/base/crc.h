/* CRC-32C (Castagnoli 1993; reflected polynomial 0x82F63B78), the check of the journal
 * and of the results file. crc32c(0, "123456789", 9) = 0xe3069283. */
#ifndef HPS_BASE_CRC_H
#define HPS_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Continues from crc; start with 0. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n);
/* The same on every machine, slowly; crc32c takes it where there is nothing better. */
uint32_t crc32c_by_table(uint32_t crc, const void *bytes, size_t n);

#endif
