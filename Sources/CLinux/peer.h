/* Who is at the other end of a Unix socket: struct ucred is behind _GNU_SOURCE. */
#include <sys/socket.h>
#include <sys/types.h>

struct dmflow_peer {
	pid_t process;
	uid_t user;
	gid_t group;
};

/* SO_PEERCRED: returns 0, or -1 with errno set. */
static inline int dmflow_peer_of(int socket, struct dmflow_peer *peer)
{
	socklen_t size = sizeof *peer;

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, peer, &size);
}
