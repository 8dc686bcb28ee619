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

export interface GitHubRepository {
  readonly id: number;
  readonly name: string;
  readonly full_name: string;
  readonly owner: GitHubAccount;
  readonly [field: string]: unknown;
}

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

export interface GitHubComment {
  readonly id: number;
  readonly body: string;
  readonly user: GitHubAccount | null;
  readonly html_url: string;
  readonly [field: string]: unknown;
}

export interface GitHubCommit {
  readonly id: string;
  readonly message: string;
  readonly timestamp: string;
  readonly url: string;
  readonly [field: string]: unknown;
}

type With<Fields> = GitHubPayload & Readonly<Fields>;
type Acts<Fields> = With<Fields & { action: string; sender: GitHubAccount }>;
type OfRepository<Fields> = Acts<Fields & { repository: GitHubRepository }>;
type Listed = readonly { readonly id: number; readonly name: string; readonly full_name: string }[];

/** The events of which we know more than what all have in common. */
interface KnownPayloads {
  issues: OfRepository<{ issue: GitHubIssue }>;
  issue_comment: OfRepository<{ issue: GitHubIssue; comment: GitHubComment }>;
  pull_request: OfRepository<{ number: number; pull_request: GitHubPullRequest }>;
  push: With<{
    ref: string;
    before: string;
    after: string;
    commits: readonly GitHubCommit[];
    head_commit: GitHubCommit | null;
    repository: GitHubRepository;
  }>;
  /** Sent when a webhook is created. */
  ping: With<{ zen: string; hook_id: number; hook: { readonly id: number; readonly [field: string]: unknown } }>;
  installation: Acts<{ installation: { id: number; account: GitHubAccount }; repositories?: Listed }>;
  installation_repositories: Acts<{
    installation: { id: number; account: GitHubAccount };
    repositories_added: Listed;
    repositories_removed: Listed;
  }>;
}

/** GitHub adds to them; those of `@octokit/webhooks` 14. */
type OtherEvents =
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
export type GitHubPayloads = KnownPayloads & Record<OtherEvents, GitHubPayload>;
