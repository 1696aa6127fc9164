/*
 * Starts a program as another user and with signals as they were. posix_spawn(3) can do neither, and Swift imports no fork(2).
 * What stands between fork and exec is called in a copy of a process with threads: only what is safe in a signal handler.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct dmflow_child {
	/* The name first, found along PATH; both end with NULL. */
	char *const *arguments;
	char **environment;
	/* The signals that are blocked in the program. */
	sigset_t mask;
	/* The signals whose disposition is set: ignored from the first on, then the default. */
	const int *signals;
	size_t ignored_signals, default_signals;
	/* Whom it runs as, if that is to be changed. */
	int changes_user;
	uid_t user;
	gid_t group;
	const gid_t *groups;
	size_t group_count;
};

/* What failed, for the parent: whether the program had its user by then, and the errno. */
struct dmflow_child_failure {
	int has_user;
	int code;
};

/* syscall(2): returns what the call does, or -1 with errno set. */
extern long syscall(long number, ...);

/* Makes the calling process, a child before its exec, one of the child's user. Returns whether it is; errno tells why not. */
static inline int dmflow_change_user(const struct dmflow_child *child)
{
	/* The calls themselves: the C library's would change all threads of the parent, which are not here. */
	return syscall(SYS_setgroups, child->group_count, child->groups) == 0 &&
	       syscall(SYS_setresgid, child->group, child->group, child->group) == 0 &&
	       syscall(SYS_setresuid, child->user, child->user, child->user) == 0;
}

/* Returns like fork(2). In the child it does not return: a failure is written to `report`, which closes when the program runs. */
static inline pid_t dmflow_spawn(const struct dmflow_child *child, int report)
{
	extern char **environ;
	struct dmflow_child_failure failure = { 0, 0 };
	struct sigaction action = { .sa_handler = SIG_IGN };
	size_t index;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (index = 0; index < child->ignored_signals + child->default_signals; index++) {
		if (index == child->ignored_signals)
			action.sa_handler = SIG_DFL;
		sigaction(child->signals[index], &action, NULL);
	}
	if (!child->changes_user || dmflow_change_user(child)) {
		failure.has_user = 1;
		environ = child->environment;
		sigprocmask(SIG_SETMASK, &child->mask, NULL);
		execvp(child->arguments[0], child->arguments);
	}
	failure.code = errno;
	while (write(report, &failure, sizeof failure) < 0 && errno == EINTR)
		;
	_exit(127);
}
