/*
 * pool_shapes_table - the shapes that there are.
 */
#include "tests/hosts/pool_shapes.h"

#include <stddef.h>

const struct shape shapes[] = {
	{ .name = "always", .always = true },
	{ .name = "lazy" },
	{ .name = "broadcast", .broadcasts = true },
	{ .name = "wrapped", .wrapped = true },
	{ .name = "counting", .always = true, .counts = true },
	{ .name = "countwrapped", .counts = true, .wrapped = true },
	{ .name = "ring", .broadcasts = true, .bounded = true },
	{ .name = "room", .always = true, .bounded = true, .second = true },
	{ .name = "refused", .always = true, .refuses = true },
	{ .name = "drain", .always = true, .drains = true },
	{ .name = "tried", .always = true, .tries = true },
	{ .name = "bulk", .broadcasts = true, .bulk = true },
	{ .name = "wakes", .always = true, .wakes = true },
	{ .name = "inside", .always = true, .inside = true },
	{ .name = "asked", .always = true, .asked = true },
	{ .name = "sem", .kind = SEM },
	{ .name = "each", .always = true, .queue_each = true },
	{ .name = "epoll", .kind = EPOLL, .queue_each = true },
	{ .name = "turn", .kind = EPOLL, .turns = true },
	{ .name = "futex", .kind = FUTEX },
	{ .name = "read", .kind = READ },
	{ .name = "beside", .kind = READ, .beside = true },
	{ .name = "any", .kind = ODD, .odd = ANY },
	{ .name = "inner", .kind = ODD, .odd = INNER },
	{ .name = "bell", .kind = ODD, .odd = BELL },
	{ .name = "listen", .kind = ODD, .odd = LISTEN },
	{ .name = "spin", .kind = ODD, .odd = SPIN },
	{ .name = "steal", .kind = ODD, .odd = STEAL, .queue_each = true },
	{ .name = "own", .kind = ODD, .odd = OWN },
	{ .name = NULL },
};
