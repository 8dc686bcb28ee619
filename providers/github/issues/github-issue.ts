import { defineSyncItemEvent } from '../../../lib/index.js';

/** An issue, as GitHub lists it: these fields, and the others that its REST API documents. Times are ISO 8601, in UTC. */
export interface GitHubIssue {
  /** Of all issues on that GitHub; the `externalId` of its items. */
  readonly id: number;
  readonly node_id: string;
  /** Of the issues and pull requests in its repository. */
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly state_reason?: string | null;
  /** Null where the account is gone. */
  readonly user: GitHubAccount | null;
  readonly labels: readonly (string | GitHubLabel)[];
  readonly assignees?: readonly GitHubAccount[] | null;
  readonly milestone: { readonly number: number; readonly title: string } | null;
  readonly comments: number;
  readonly locked: boolean;
  readonly url: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly [field: string]: unknown;
}

/** An account, in the short form found inside of other objects. */
export interface GitHubAccount {
  readonly id: number;
  readonly login: string;
  readonly [field: string]: unknown;
}

export interface GitHubLabel {
  readonly id?: number;
  readonly name?: string;
  readonly color?: string | null;
  readonly [field: string]: unknown;
}

/**
 * An issue that is new or has changed since the last sync, or shortly before it: `integrations.onSyncItem(issueSynced,
 * listener)`. Nothing but what GitHub sent was checked: a payload that is no issue makes its own item fail, no other.
 */
export const issueSynced = defineSyncItemEvent<GitHubIssue>('github.issue');
