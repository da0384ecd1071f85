/*
 * iconv_names - character sets one after the other, whose modules libc loads
 * and unloads by a way that no preload sees, often to the same address.
 *
 * Prints the names of those that could be opened.
 */
#include <iconv.h>
#include <stdio.h>

int
main(void)
{
	static const char *const set[] = {
		"UTF-16", "ISO-2022-KR", "UTF-32", "ISO-2022-JP", "UNICODE",
		"ISO_646", "ISO-2022-KR", "UTF-16", "UNICODE", "UTF-32",
	};

	for (int round = 0; round < 4; round++)
		for (unsigned i = 0; i < sizeof(set) / sizeof(*set); i++) {
			iconv_t cd = iconv_open(set[i], "UTF-8");

			if (cd == (iconv_t)-1)
				continue;
			if (round == 0)
				printf("%s\n", set[i]);
			iconv_close(cd);
		}
	return 0;
}
