import { describe, expect, it } from 'vitest';
import type { GitHubPayload } from '../../../../providers/github/index.js';
import { subjectOf } from '../../../../providers/github/webhooks/subject-of.js';

const repository = { id: 1, name: 'hello', full_name: 'octo/hello', owner: { id: 2, login: 'octo' } };
const installation = { id: 7 };
const [issue, pull_request, deployment] = [{ number: 12 }, { number: 12 }, { id: 5 }];

describe('what a webhook is about', () => {
  it.each<[string, string | null, GitHubPayload]>([
    ['issues', 'octo/hello issue 12', { issue, repository, installation }],
    ['issue_comment', 'octo/hello issue 12', { issue, comment: { id: 1 }, repository }],
    // A comment on it is one on an issue of that number.
    ['pull_request', 'octo/hello issue 12', { pull_request, label: { id: 3 }, repository }],
    ['pull_request_review', 'octo/hello issue 12', { pull_request, repository }],
    ['discussion_comment', 'octo/hello discussion 12', { discussion: { number: 12 }, repository }],
    ['check_run', 'octo/hello check_run 9', { check_run: { id: 9 }, repository }],
    ['workflow_job', 'octo/hello workflow_job 9', { workflow_job: { id: 9 }, deployment, repository }],
    ['deployment_status', 'octo/hello deployment 5', { deployment, check_run: { id: 9 }, repository }],
    ['dependabot_alert', 'octo/hello alert 4', { alert: { number: 4 }, repository }],
    ['push', 'octo/hello main', { ref: 'refs/heads/main', repository }],
    ['delete', 'octo/hello main', { ref: 'main', ref_type: 'branch', repository }],
    ['status', 'octo/hello c0ffee', { sha: 'c0ffee', repository }],
    ['installation', 'installation 7', { installation }],
    ['star', null, { repository, installation }],
    ['security_advisory', null, {}],
    ['', null, { issue }],
  ])('of the event %j is %j', (event, subject, payload) => {
    expect(subjectOf(event, payload)).toBe(subject);
  });
});
