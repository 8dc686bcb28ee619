import { IntegrationError, type IntegrationDocument } from '../../../lib/index.js';
import type { GitHubCredentials, GitHubMetadata } from '../types.js';
import { linkedQuery, type Query } from './query.js';

export const pageSize = 100;

/** One page of a list of issues. */
export interface IssuePage {
  /** As GitHub sent them: issues, pull requests, and whatever else. */
  readonly entries: readonly unknown[];
  /** Of the next page; null: this is the last one. */
  readonly next: Query | null;
  /** Of the last page; null: this is it, or GitHub does not say. */
  readonly last: Query | null;
  /** GitHub's own time of the answer, as a header; null: it has none. */
  readonly date: string | null;
}

/** The entries are not checked here: one that is no issue must not keep the others back. */
const pageSchema = {
  title: 'a page of GitHub issues',
  type: 'object',
  properties: {
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    body: { type: 'array' },
  },
  required: ['headers', 'body'],
} as const;

/** Remembered, so that GitHub can be asked whether it still holds; never served without asking. */
const cacheSeconds = 0.001;

/**
 * Asks for a page of the issues of the integration's repository. `isConditional`: by the `ETag` of the last answer to
 * the same question, so that an answer that has not changed is neither sent nor counted by GitHub.
 */
export async function fetchIssues(
  integration: IntegrationDocument<GitHubCredentials, GitHubMetadata>,
  query: Query,
  { signal, isConditional }: { readonly signal: AbortSignal; readonly isConditional: boolean },
): Promise<IssuePage> {
  const call = integration
    .at('/repos/{owner}/{repo}/issues')
    .withData(query)
    .withOptions({ signal, wholeResponse: true })
    .as(pageSchema);
  // An old page instead of an error would pass for a listing that found nothing new.
  const answer = await (isConditional ? call.withCache(cacheSeconds, { staleIfErrorSeconds: 0 }) : call).get();
  if (answer === null) throw new IntegrationError('RESPONSE_NOT_JSON', 'The issues were answered without a body.');
  const { headers, body } = answer;
  return {
    entries: body,
    next: linkedQuery(headers.link, 'next'),
    last: linkedQuery(headers.link, 'last'),
    date: headers.date ?? null,
  };
}
