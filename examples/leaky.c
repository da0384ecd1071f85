/*
 * leaky - a little word counter that forgets something, for make demo.
 *
 * It reads words from its argument, counts them, and throws its table away.
 * One path through it forgets the words that it had seen before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 64 };

struct entry {
	struct entry *next;
	char *word;
	unsigned count;
};

static struct entry *table[BUCKETS];

static unsigned
bucket_of(const char *word)
{
	unsigned h = 5381;

	for (; *word != '\0'; word++)
		h = h * 33 + (unsigned char)*word;
	return h % BUCKETS;
}

static struct entry *
find(const char *word)
{
	struct entry *e = table[bucket_of(word)];

	while (e != NULL && strcmp(e->word, word) != 0)
		e = e->next;
	return e;
}

static void
count_word(const char *text, size_t len)
{
	char *word = strndup(text, len);
	struct entry *e = word != NULL ? find(word) : NULL;

	if (e != NULL) {
		e->count++;
		return; /* the copy of a known word is forgotten here */
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL || word == NULL)
		exit(1);
	e->word = word;
	e->count = 1;
	e->next = table[bucket_of(word)];
	table[bucket_of(word)] = e;
}

static void
count_words(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		count_word(text, len);
		text += len;
		text += strspn(text, " ");
	}
}

static unsigned
drop_table(void)
{
	unsigned different = 0;

	for (unsigned i = 0; i < BUCKETS; i++) {
		struct entry *next;

		for (struct entry *e = table[i]; e != NULL; e = next) {
			next = e->next;
			free(e->word);
			free(e);
			different++;
		}
	}
	return different;
}

int
main(void)
{
	count_words("the quick brown fox jumps over the lazy dog and the "
	    "dog jumps over the fox");
	printf("%u different words\n", drop_table());
	return 0;
}
