/* See file.h. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/file.h"
#include "base/monotonic.h"

int
file_write(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.p += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

int
file_wait(int fd, short events, int64_t until)
{
	struct pollfd p = {fd, events, 0};
	int64_t left = -1;
	int n;

	do {
		if (until >= 0)
			left = until - monotonic_ms();
		if (until >= 0 && left < 0)
			left = 0;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (n < 0 && errno == EINTR);
	return n;
}
