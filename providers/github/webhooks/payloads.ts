import type { GitHubAccount, GitHubIssue } from '../issues/github-issue.js';

/**
 * What a webhook of GitHub says: these fields, and the others that GitHub documents for its event.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export interface GitHubPayload {
  /** What happened, where an event has several kinds: `opened`. */
  readonly action?: string;
  /** Who caused it. */
  readonly sender?: GitHubAccount | null;
  readonly repository?: GitHubRepository | null;
  readonly organization?: GitHubAccount | null;
  /** Of a GitHub App, to which the webhook was sent. */
  readonly installation?: { readonly id: number; readonly [field: string]: unknown } | null;
  readonly [field: string]: unknown;
}

/** A repository, as webhooks tell of it. */
export interface GitHubRepository {
  readonly id: number;
  readonly name: string;
  readonly full_name: string;
  readonly owner: GitHubAccount;
  readonly [field: string]: unknown;
}

/** A pull request, as webhooks tell of it. */
export interface GitHubPullRequest {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly user: GitHubAccount | null;
  readonly merged?: boolean | null;
  readonly html_url: string;
  readonly [field: string]: unknown;
}

/** A comment on an issue, as webhooks tell of it. */
export interface GitHubComment {
  readonly id: number;
  readonly body: string;
  readonly user: GitHubAccount | null;
  readonly html_url: string;
  readonly [field: string]: unknown;
}

/** A commit that was pushed. */
export interface GitHubCommit {
  readonly id: string;
  readonly message: string;
  readonly timestamp: string;
  readonly url: string;
  readonly [field: string]: unknown;
}

/** What an installation of a GitHub App may access. */
export interface GitHubAccessibleRepository {
  readonly id: number;
  readonly name: string;
  readonly full_name: string;
}

/** Of an event that has several kinds. */
export interface GitHubActionPayload extends GitHubPayload {
  readonly action: string;
  readonly sender: GitHubAccount;
}

/** Of one that happens in a repository. */
export interface GitHubRepositoryPayload extends GitHubActionPayload {
  readonly repository: GitHubRepository;
}

/** Of one that is about an installation of a GitHub App. */
export interface GitHubInstallationPayload extends GitHubActionPayload {
  readonly installation: { readonly id: number; readonly account: GitHubAccount; readonly [field: string]: unknown };
}

/** The events of which we know more than what all have in common. */
export interface GitHubKnownPayloads {
  issues: GitHubRepositoryPayload & { readonly issue: GitHubIssue };
  issue_comment: GitHubRepositoryPayload & { readonly issue: GitHubIssue; readonly comment: GitHubComment };
  pull_request: GitHubRepositoryPayload & { readonly number: number; readonly pull_request: GitHubPullRequest };
  push: GitHubPayload & {
    readonly ref: string;
    readonly before: string;
    readonly after: string;
    readonly commits: readonly GitHubCommit[];
    readonly head_commit: GitHubCommit | null;
    readonly repository: GitHubRepository;
  };
  /** Sent when a webhook is created. */
  ping: GitHubPayload & {
    readonly zen: string;
    readonly hook_id: number;
    readonly hook: { readonly id: number; readonly [field: string]: unknown };
  };
  installation: GitHubInstallationPayload & { readonly repositories?: readonly GitHubAccessibleRepository[] };
  installation_repositories: GitHubInstallationPayload & {
    readonly repositories_added: readonly GitHubAccessibleRepository[];
    readonly repositories_removed: readonly GitHubAccessibleRepository[];
  };
}

/** The other events. GitHub adds to them; those of `@octokit/webhooks` 14. */
export type GitHubOtherEvent =
  | `branch_protection_${'configuration' | 'rule'}`
  | `check_${'run' | 'suite'}`
  | `custom_property${'' | '_values'}`
  | `deployment${'' | '_protection_rule' | '_review' | '_status'}`
  | `discussion${'' | '_comment'}`
  | `project${'' | '_card' | '_column' | 's_v2' | 's_v2_item' | 's_v2_status_update'}`
  | `pull_request_review${'' | '_comment' | '_thread'}`
  | `repository${'' | '_advisory' | '_dispatch' | '_import' | '_ruleset' | '_vulnerability_alert'}`
  | `secret_scanning_${'alert' | 'alert_location' | 'scan'}`
  | `security_${'advisory' | 'and_analysis'}`
  | `team${'' | '_add'}`
  | `workflow_${'dispatch' | 'job' | 'run'}`
  | ('code_scanning_alert' | 'commit_comment' | 'create' | 'delete' | 'dependabot_alert' | 'deploy_key' | 'fork')
  | ('github_app_authorization' | 'gollum' | 'installation_target' | 'issue_dependencies' | 'label' | 'member')
  | ('marketplace_purchase' | 'membership' | 'merge_group' | 'meta' | 'milestone' | 'org_block' | 'organization')
  | ('package' | 'page_build' | 'personal_access_token_request' | 'public' | 'registry_package' | 'release')
  | ('sponsorship' | 'star' | 'status' | 'sub_issues' | 'watch');

/**
 * What the webhooks of each event say, as far as we know. Any other such map fits as well: `WebhookEventMap` of
 * `@octokit/webhooks-types` knows every field.
 */
export type GitHubPayloads = GitHubKnownPayloads & Record<GitHubOtherEvent, GitHubPayload>;
