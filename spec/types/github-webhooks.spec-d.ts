/** What the compiler accepts and refuses of handlers of GitHub's webhooks: checked by `tsc`, never run. */
import type { WebhookDefinition } from '@octokit/webhooks-examples';
import type { Connection } from 'mongoose';
import { expectTypeOf } from 'vitest';
import { createIntegrations } from '../../lib/index.js';
import {
  createGitHub,
  github,
  readGitHubWebhook,
  type GitHubCommit,
  type GitHubIntegration,
  type GitHubIssue,
  type GitHubPayload,
  type GitHubRepository,
} from '../../providers/github/index.js';

export const provider = createGitHub({
  webhookSecrets: ['x'],
  webhooks: {
    issues: ({ payload, integration }) => {
      expectTypeOf(payload.issue).toEqualTypeOf<GitHubIssue>();
      expectTypeOf(payload.repository).toEqualTypeOf<GitHubRepository>();
      expectTypeOf(integration).toEqualTypeOf<GitHubIntegration | null>();
    },
    'issues.opened': async ({ payload: { issue, action }, event, request }) => {
      expectTypeOf(issue.number).toEqualTypeOf<number>();
      expectTypeOf(action).toEqualTypeOf<string>();
      expectTypeOf(event).toEqualTypeOf<string>();
      expectTypeOf(request.rawBody).toEqualTypeOf<Buffer>();
      await Promise.resolve();
    },
    push: ({ payload }) => expectTypeOf(payload.commits).toEqualTypeOf<readonly GitHubCommit[]>(),
    // Of this one we know what all have in common.
    'watch.started': ({ payload }) => expectTypeOf(payload).toExtend<GitHubPayload>(),
  },
});

createGitHub({
  webhooks: {
    // @ts-expect-error no event is called so
    issue: () => undefined,
  },
});
createGitHub({
  webhooks: {
    // @ts-expect-error a push has no title
    push: ({ payload }) => expectTypeOf(payload.commits.title),
  },
});

/** A map that knows every field, as a host brings it. */
type Octokit = { [Event in WebhookDefinition['name']]: WebhookDefinition<Event>['examples'][number] };
createGitHub<Octokit>({
  webhooks: {
    'issues.labeled': ({ payload }) => {
      expectTypeOf(payload.action).toEqualTypeOf<'labeled'>();
      expectTypeOf(payload.label?.name).toEqualTypeOf<string | undefined>();
    },
    pull_request: ({ payload }) => expectTypeOf(payload.pull_request.head.sha).toEqualTypeOf<string>(),
    push: ({ payload }) => expectTypeOf(payload.pusher.name).toEqualTypeOf<string>(),
    // @ts-expect-error no issue is ever frobbed
    'issues.frobbed': () => undefined,
  },
});
/** One of its own, for an event that is newer than this package. */
createGitHub<{ dance: GitHubPayload & { step: number } }>({
  webhooks: { 'dance.began': ({ payload }) => expectTypeOf(payload.step).toEqualTypeOf<number>() },
});

// With handlers or without, it is the same provider to the rest of the package.
declare const connection: Connection;
const { create } = createIntegrations({ connection, encryptionKeys: [], providers: { github, other: provider } });
const created = await create({
  provider: 'other',
  name: 'Octokit',
  credentials: { token: 'x', webhookSecret: 'y' },
  metadata: { installationId: 1 },
});
expectTypeOf(created.getMetadata().installationId).toEqualTypeOf<number | undefined>();
expectTypeOf(readGitHubWebhook).parameter(0).toEqualTypeOf<GitHubIntegration | null>();
// @ts-expect-error not a number
await create({ provider: 'github', name: 'Octokit', credentials: { token: 'x' }, metadata: { installationId: '1' } });

// Handlers of another shape replace those of the provider.
createIntegrations({
  connection,
  encryptionKeys: [],
  providers: {
    github: {
      ...github,
      webhookHandlers: () => ({
        push: (integration: GitHubIntegration | null, request) => readGitHubWebhook(integration, request).payload,
      }),
    },
  },
});
