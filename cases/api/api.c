// SPDX-License-Identifier: GPL-2.0
/* What the cases about the arguments of the three system calls share. */
#include <netinet/in.h>
#include <sys/mman.h>

#include "api.h"

size_t known_attr_size(void)
{
	if (kernel.quiet)
		return sizeof(struct ruleset_attr);
	if (kernel.scoped)
		return offsetof(struct ruleset_attr, quiet_access_fs);
	if (kernel.net)
		return offsetof(struct ruleset_attr, scoped);
	return offsetof(struct ruleset_attr, handled_access_net);
}

uint64_t next_bit(uint64_t mask)
{
	uint64_t bit = 1;

	while (bit && bit <= mask)
		bit <<= 1;
	return bit;
}

static char *two_pages(void)
{
	char *pages = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

void *before_a_hole(const void *data, size_t size)
{
	const size_t page = getpagesize();
	char *pages = two_pages();

	if (!pages || mprotect(pages + page, page, PROT_NONE))
		return NULL;
	return memcpy(pages + page - size, data, size);
}

void *no_access(void)
{
	char *pages = two_pages();

	if (!pages || mprotect(pages, getpagesize(), PROT_NONE))
		return NULL;
	return pages;
}

void *not_mapped(void)
{
	char *pages = two_pages();

	if (!pages || munmap(pages, getpagesize()))
		return NULL;
	return pages;
}

int create_raw(const void *attr, size_t size, uint32_t flags)
{
	const int fd = ll_create(attr, size, flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int new_ruleset_of(const struct ruleset_attr *attr)
{
	const int fd = ll_create(attr, sizeof(*attr), 0);

	return fd < 0 ? -errno : fd;
}

int new_ruleset(uint64_t fs, uint64_t net, uint64_t scoped)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = fs,
		.handled_access_net = net,
		.scoped = scoped,
	};

	return new_ruleset_of(&attr);
}

int add_fd_rule(int ruleset, int parent, uint64_t access, uint32_t flags)
{
	const struct path_beneath_attr attr = {
		.allowed_access = access,
		.parent_fd = parent,
	};

	return errno_of(ll_add(ruleset, RULE_PATH_BENEATH, &attr, flags));
}

int add_path_rule(int ruleset, const char *path, uint64_t access)
{
	const int fd = open(path, O_PATH | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno;
	error = add_fd_rule(ruleset, fd, access, 0);
	close(fd);
	return error;
}

int add_port_rule(int ruleset, uint64_t port, uint64_t access, uint32_t flags)
{
	const struct net_port_attr attr = {
		.allowed_access = access,
		.port = port,
	};

	return errno_of(ll_add(ruleset, RULE_NET_PORT, &attr, flags));
}

int restrict_self(int ruleset, uint32_t flags)
{
	return errno_of(ll_restrict(ruleset, flags));
}

int try_open(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int list_root(void)
{
	return try_open("/", O_RDONLY | O_DIRECTORY);
}

int refused(int error)
{
	return error == EACCES ? WORKED : error ? error : UNENFORCED;
}

int proves_itself(int ruleset)
{
	int error;

	if (ruleset < 0)
		return -ruleset;
	error = restrict_self(ruleset, 0);
	if (error)
		return error;
	return refused(list_root());
}

static int prove_in_child(struct scene *scene)
{
	return proves_itself(scene->value[7]);
}

int ruleset_works(struct scene *scene, int ruleset)
{
	scene->value[7] = ruleset;
	return in_child(scene, prove_in_child);
}

/* Nobody need listen: only EACCES tells that a rule forbids it. */
int may_connect(unsigned int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, IPPROTO_TCP);
	int error;

	if (fd < 0)
		return errno;
	error = errno_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	close(fd);
	/* Nobody listens there, and lo may be down. */
	if (error == EINPROGRESS || error == ECONNREFUSED ||
	    error == ENETUNREACH)
		return 0;
	return error;
}

/* What denials are told by must be possible for lack of a domain. */
int no_domain_yet(void)
{
	const int error = list_root();

	return error ? error : try_open("/dev/null", O_RDWR);
}

int create_ruleset_rightly(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };

	const int error = no_domain_yet();

	(void)scene;
	return error ? error : create_raw(&attr, sizeof(attr), 0);
}

int add_rule_rightly(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	const int error = no_domain_yet();

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return error ? error : add_path_rule(ruleset, "/", FS_READ_DIR);
}

int restrict_self_rightly(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	const int error = no_domain_yet();

	if (ruleset < 0)
		return -ruleset;
	if (error || (scene->test->may_gain_privs && !scene->test->root))
		return error;
	return restrict_self(ruleset, 0);
}
