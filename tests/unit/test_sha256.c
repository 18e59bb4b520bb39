/* SHA-256 against the examples of FIPS 180-4. */
#include "base/sha256.h"
#include "test.h"

static const char *hex(const char *text, size_t n, char out[65])
{
	unsigned char hash[32];

	sha256(text, n, hash);
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
	return out;
}

TEST(known_answers)
{
	static const char two[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static char million[1000000];
	char out[65];

	memset(million, 'a', sizeof million);
	CHECK_STR(hex("", 0, out),
	          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_STR(hex("abc", 3, out),
	          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_STR(hex(two, sizeof two - 1, out),
	          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	CHECK_STR(hex(million, sizeof million, out),
	          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(in_base_64)
{
	struct str s = {0};

	sha256_base64("abc", 3, &s);
	CHECK_STR(str_text(&s), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
	str_free(&s);
}

TEST_MAIN(known_answers, in_base_64)
