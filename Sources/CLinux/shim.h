/* System calls that Swift's Glibc does not declare, as they are behind _GNU_SOURCE. */
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

/* O_TMPFILE of open(2): a file without a name. It has O_DIRECTORY in it, so that a kernel that does not know it refuses. */
static const int dmflow_unnamed = 020000000 | O_DIRECTORY;

/* syscall(2): returns what the call does, or -1 with errno set. */
extern long syscall(long number, ...);

/*
 * splice(2) without offsets and without waiting: moves up to `length` bytes between a pipe and a file where both stand.
 * Returns how many, 0 at the end, -1 with errno set, EAGAIN for nothing there.
 */
static inline ssize_t dmflow_splice(int from, int to, size_t length)
{
	const unsigned int move_nonblock = 1 | 2;
	return syscall(SYS_splice, from, NULL, to, NULL, length, move_nonblock);
}

/*
 * fallocate(2): reserves `length` bytes of space from `offset` on without a change of the file's size.
 * Returns 0, or -1 with errno set.
 */
static inline int dmflow_reserve(int file, off_t offset, off_t length)
{
	const int keep_size = 1;
	return (int)syscall(SYS_fallocate, file, keep_size, offset, length);
}

/*
 * fallocate(2): gives the space of `length` bytes from `offset` on back, which read as zeros then.
 * Returns 0, or -1 with errno set.
 */
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
