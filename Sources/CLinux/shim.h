/* System calls that Swift's Glibc does not declare, as they are behind _GNU_SOURCE. */
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

/* O_TMPFILE of open(2): a file without a name. */
static const int dmflow_unnamed = 020000000 | O_DIRECTORY;

extern long syscall(long number, ...);

/* splice(2) without offsets and without waiting. */
static inline ssize_t dmflow_splice(int from, int to, size_t length)
{
	const unsigned int move_nonblock = 1 | 2;
	return syscall(SYS_splice, from, NULL, to, NULL, length, move_nonblock);
}

/* fallocate(2): reserves space behind the end of a file. */
static inline int dmflow_reserve(int file, off_t offset, off_t length)
{
	const int keep_size = 1;
	return (int)syscall(SYS_fallocate, file, keep_size, offset, length);
}

/* fallocate(2): gives the space of a part of a file back, which reads as zeros then. */
static inline int dmflow_release(int file, off_t offset, off_t length)
{
	const int keep_size = 1, punch_hole = 2;
	return (int)syscall(SYS_fallocate, file, keep_size | punch_hole, offset, length);
}

/* statfs(2): the number of the kind of file system that a path is on; -1 if there is no such path. */
static inline long dmflow_filesystem(const char *path)
{
	struct statfs status;

	return statfs(path, &status) == 0 ? (long)status.f_type : -1;
}
