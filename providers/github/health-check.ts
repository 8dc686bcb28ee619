import type { IntegrationDocument } from '../../lib/index.js';
import { tokenIn } from './authorize.js';
import type { GitHubCredentials, GitHubMetadata } from './types.js';

const timeoutMs = 10_000;

/**
 * Does GitHub let us in: to the repository, where the metadata name one, else to what the token is always good for?
 * Within ten seconds, in one attempt; never rejects. Why it failed is in the request log.
 */
export async function healthCheck(
  integration: IntegrationDocument<GitHubCredentials, GitHubMetadata>,
): Promise<boolean> {
  try {
    const endpoint = await probe(integration);
    await integration.at(endpoint).withAttempts(1).withOptions({ timeoutMs, deadlineMs: timeoutMs }).get();
    return true;
  } catch {
    return false;
  }
}

async function probe(integration: IntegrationDocument<GitHubCredentials, GitHubMetadata>): Promise<string> {
  const { owner, repo } = integration.getMetadata();
  if (owner !== undefined && repo !== undefined) return '/repos/{owner}/{repo}';
  const token = tokenIn(await integration.getCredentials());
  // The token of an app's installation acts for nobody: GET /user refuses it.
  return token?.startsWith('ghs_') === true ? '/installation/repositories' : '/user';
}
