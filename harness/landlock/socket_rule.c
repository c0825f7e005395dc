// SPDX-License-Identifier: GPL-2.0
/* The socket rules that are proposed, in whichever form the kernel has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/landlock.h"
#include "landlock/socket_rule.h"

struct socket_proposal socket_proposal;

/* SOCKET_CANONICAL: LANDLOCK_SOCKET_ANY_PROTOCOL, in words[0] */
#define ANY_PROTOCOL 1U

/*
 * Where to look.  Fields follow one another and the kernel refuses what it does
 * not know (E2BIG), so the newest is the last that it takes.
 */
#define OFFSET_MIN	16	/* RFC v4 as posted, before .scoped */
#define OFFSET_MAX	120
#define RIGHTS		16
#define RULE_TYPE_MIN	3
#define RULE_TYPE_MAX	15

/* The field and all before it; zero everywhere else. */
static const uint64_t *ruleset_words(size_t offset, uint64_t rights)
{
	static uint64_t words[OFFSET_MAX / sizeof(uint64_t) + 1];

	memset(words, 0, sizeof(words));
	words[offset / sizeof(words[0])] = rights;
	return words;
}

static struct socket_attr fill(enum socket_form form, uint64_t right,
			       const struct socket_kind *kind)
{
	const bool any = kind->protocol == SOCKET_ANY;

	if (form == SOCKET_CANONICAL)
		return (struct socket_attr) {
			.right = right,
			.words = { any ? ANY_PROTOCOL : 0, kind->family,
				   kind->type, any ? 0 : kind->protocol },
		};
	return (struct socket_attr) {
		.right = right,
		.words = { kind->family, kind->type, kind->protocol },
	};
}

struct socket_attr socket_attr(uint64_t right, const struct socket_kind *kind)
{
	return fill(socket_proposal.form, right, kind);
}

int socket_ruleset(uint64_t rights)
{
	const size_t offset = socket_proposal.offset;

	return ll_create(ruleset_words(offset, rights),
			 offset + sizeof(rights), 0);
}

int socket_rule_add(int ruleset, const struct socket_kind *kind)
{
	const struct socket_attr attr =
		fill(socket_proposal.form, socket_proposal.right, kind);

	return ll_add(ruleset, socket_proposal.rule_type, &attr, 0);
}

/* 0 or errno */
static int try_rule(int ruleset, const struct socket_proposal *p, int family,
		    int type, int protocol)
{
	const struct socket_kind kind = { family, type, protocol };
	const struct socket_attr attr = fill(p->form, p->right, &kind);

	return landlock_add(ruleset, p->rule_type, &attr, 0) ? errno : 0;
}

/* Does the rule for UNIX datagrams let them through, and nothing else? */
static bool enforces(int ruleset, const struct socket_proposal *p)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0)
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		      try_rule(ruleset, p, AF_UNIX, SOCK_DGRAM, SOCKET_ANY) ||
		      landlock_restrict(ruleset, 0) ||
		      socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ||
		      socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ||
		      errno != EACCES);
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

/*
 * Is it this proposal, and not something else of the same size?  It takes what
 * only this form of a rule means something in, and refuses what its ranges
 * leave out: two of three, so that a kernel in which one check is missing is
 * not taken for one without socket rules, and the cases find what is missing.
 */
static bool recognised(int ruleset, const struct socket_proposal *p)
{
	const int wide = p->form == SOCKET_EXACT ? SOCKET_ANY : SOCK_STREAM;
	const int out = 1 << 24;
	int refused;

	if (try_rule(ruleset, p, AF_NETLINK, wide, SOCKET_ANY))
		return false;
	refused = (try_rule(ruleset, p, out, SOCK_STREAM, 0) == EINVAL) +
		  (try_rule(ruleset, p, AF_NETLINK, out, 0) == EINVAL) +
		  (try_rule(ruleset, p, AF_NETLINK, SOCK_RAW, out) == EINVAL);
	return refused >= 2 || enforces(ruleset, p);
}

/* Which type of rule is it, if @p has the right field and bit? */
static bool found(struct socket_proposal *p)
{
	const int fd = landlock_create(ruleset_words(p->offset, p->right),
				       p->offset + sizeof(p->right), 0);
	bool ret = false;

	if (fd < 0)
		return false;
	for (p->rule_type = RULE_TYPE_MIN; p->rule_type <= RULE_TYPE_MAX;
	     p->rule_type++) {
		p->form = SOCKET_EXACT;
		ret = recognised(fd, p);
		if (!ret) {
			p->form = SOCKET_CANONICAL;
			ret = recognised(fd, p);
		}
		if (ret)
			break;
	}
	close(fd);
	return ret;
}

void socket_proposal_probe(void)
{
	struct socket_proposal p = { 0 };

	memset(&socket_proposal, 0, sizeof(socket_proposal));
	for (p.offset = OFFSET_MAX; p.offset >= OFFSET_MIN; p.offset -= 8)
		for (p.right = 1; p.right < 1U << RIGHTS; p.right <<= 1)
			if (found(&p)) {
				socket_proposal = p;
				return;
			}
}

const char *socket_proposal_text(void)
{
	const struct socket_proposal *p = &socket_proposal;
	static char text[120];

	snprintf(text, sizeof(text),
		 "proposed socket rules, %s form: right %#jx of the field at byte %zu, rule type %d",
		 p->form == SOCKET_EXACT ? "exact" : "canonical",
		 (uintmax_t)p->right, p->offset, p->rule_type);
	return text;
}
