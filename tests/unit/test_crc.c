/* CRC-32C: the check value and the vectors of RFC 3720, appendix B.4. */
#include "base/crc.h"
#include "test.h"

TEST(known_answers)
{
	unsigned char block[32];

	CHECK_INT(crc32c(0, "", 0), 0);
	CHECK_INT(crc32c(0, "123456789", 9), 0xe3069283);
	memset(block, 0, sizeof block);
	CHECK_INT(crc32c(0, block, sizeof block), 0x8a9136aa);
	memset(block, 0xff, sizeof block);
	CHECK_INT(crc32c(0, block, sizeof block), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		block[i] = (unsigned char)i;
	CHECK_INT(crc32c(0, block, sizeof block), 0x46dd794e);
	for (int i = 0; i < 32; i++)
		block[i] = (unsigned char)(31 - i);
	CHECK_INT(crc32c(0, block, sizeof block), 0x113fdb5c);
}

TEST(continues_at_any_cut)
{
	const char text[] = "one line of a journal";
	size_t n = sizeof text - 1;

	for (size_t cut = 0; cut <= n; cut++)
		CHECK_INT(crc32c(crc32c(0, text, cut), text + cut, n - cut),
		          crc32c(0, text, n));
}

TEST(instruction_and_table_agree)
{
	unsigned char bytes[300];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 167 + i * i);
	for (size_t from = 0; from < 9; from++)
		for (size_t n = 0; from + n <= sizeof bytes; n++)
			CHECK_INT(crc32c(7, bytes + from, n),
			          crc32c_by_table(7, bytes + from, n));
	CHECK_INT(crc32c_by_table(0, "123456789", 9), 0xe3069283);
}

TEST(sees_every_flipped_bit)
{
	char text[] = "{\"seq\":1}";
	uint32_t want = crc32c(0, text, sizeof text);

	for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
		text[bit / 8] ^= (char)(1 << bit % 8);
		CHECK(crc32c(0, text, sizeof text) != want);
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
}

TEST_MAIN(known_answers, continues_at_any_cut, instruction_and_table_agree,
          sees_every_flipped_bit)
