import { member } from './member.js';
import type { GitHubPayload } from './payloads.js';

/** How the events begin that are about something of its own, which member of the payload that is, and what names it. */
const subjects = [
  ['issue', 'issue', 'number'],
  ['pull_request', 'pull_request', 'number'],
  ['discussion', 'discussion', 'number'],
  ['milestone', 'milestone', 'number'],
  ['check_run', 'check_run', 'id'],
  ['check_suite', 'check_suite', 'id'],
  ['workflow_job', 'workflow_job', 'id'],
  ['workflow_run', 'workflow_run', 'id'],
  ['deployment', 'deployment', 'id'],
  ['release', 'release', 'id'],
  ['label', 'label', 'id'],
  ['code_scanning_alert', 'alert', 'number'],
  ['dependabot_alert', 'alert', 'number'],
  ['secret_scanning_alert', 'alert', 'number'],
] as const;

/**
 * What a webhook is about, so that those about the same are handled one after the other: `octokit/rest.js issue 7`, a
 * branch, an installation. Null: its order does not matter. Pull requests are numbered like issues, and so named: a
 * comment on one is about an issue, for GitHub.
 */
export function subjectOf(event: string, payload: GitHubPayload): string | null {
  const repository = text(member(payload.repository, 'full_name'));
  if (repository === null) return installationOf(payload);
  for (const [beginning, name, key] of subjects) {
    const id = event.startsWith(beginning) ? text(member(payload[name], key)) : null;
    if (id !== null) return `${repository} ${name === 'pull_request' ? 'issue' : name} ${id}`;
  }
  const name = text(payload.ref)?.replace(/^refs\/(heads|tags)\//, '') ?? text(payload.sha);
  return name === null ? null : `${repository} ${name}`;
}

function installationOf({ installation }: GitHubPayload): string | null {
  const id = text(member(installation, 'id'));
  return id === null ? null : `installation ${id}`;
}

function text(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
