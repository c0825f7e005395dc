// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: a refusal is logged, with what was asked for. */
#include <netinet/in.h>

#include "bricks/audit_log.h"
#include "rule.h"

/*
 * RFC v4 names the blocker socket.create.  Of the canonical form nobody has
 * said it: with handled_perm, the namespace series has perm.namespace_enter.
 */
static bool names_blocker(const char *line)
{
	if (socket_proposal.form == SOCKET_EXACT)
		return strstr(line, "blockers=socket.create ");
	return strstr(line, "blockers=") && strstr(line, "socket");
}

static int wrong(struct scene *scene, const char *line)
{
	remark(scene, "record: %.200s", line);
	return LOG_WRONG;
}

static int create_and_look(struct scene *scene)
{
	const int error = witness_tcp_socket(scene);
	struct audit_log log;

	if (audit_read(scene, &log))
		return CANNOT;
	if (error == 0)
		return log.accesses ? wrong(scene, log.access[0]) : WORKED;
	if (log.accesses == 0) {
		remark(scene, "%s, but no record of it",
		       strerrorname_np(error));
		return LOG_SILENT;
	}
	if (log.accesses != 1 || !names_blocker(log.access[0]) ||
	    !strstr(log.access[0], " family=2 sock_type=1 protocol=6"))
		return wrong(scene, log.access[0]);
	return LOG_RIGHT;
}

static int enforce_all_but_tcp(struct scene *scene)
{
	static const struct socket_kind streams[] = { TCP, { 0 } };
	static const struct socket_kind datagrams[] = { DGRAMS, { 0 } };

	return allow_sockets(scene, scene->world == WORLD_GRANT ? streams :
								  datagrams);
}

CASE("socket.rule.audit",
	.claim	 = "socket(2) that is refused leaves an audit record",
	.covers	 = "proposed.socket " LOGGED_SINCE,
	.promise = { LOGGED },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	A_LOG_CASE,
	.scene	 = audit_scene,
	.enforce = enforce_all_but_tcp,
	.attempt = create_and_look,
	.source	 = RFC "17/19: Test socket creation denial log for audit");
