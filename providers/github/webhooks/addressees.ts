import type { IntegrationDirectory } from '../../../lib/index.js';
import type { GitHubCredentials, GitHubIntegration, GitHubMetadata } from '../types.js';
import type { WebhookFacts } from './webhook-facts.js';

type Directory = IntegrationDirectory<GitHubCredentials, GitHubMetadata>;

/**
 * The integrations that a request may be for: those of the installation that it was sent to, else those of the owner;
 * of its repository, or of none. Webhooks of a GitHub App have an installation, those of repositories and organisations
 * have none.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export async function addressees(facts: WebhookFacts, directory: Directory): Promise<readonly GitHubIntegration[]> {
  const { installationId, owner, repo } = facts;
  if (installationId === null && owner === null) return [];
  const found = await directory.find({
    ...(installationId === null ? { owner: spellings(owner) } : { installationId }),
    // Without a repository it can only be for those that have none.
    repo: [...spellings(repo), null],
  });
  return found.filter((integration) => isAbout(integration.getMetadata(), facts));
}

/**
 * Whether an integration with such metadata is meant. One of an app is known by its installation alone: who enters the
 * name of a repository need not own it.
 *
 * @see https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
 */
export function isAbout(metadata: GitHubMetadata, { installationId, owner, repo }: WebhookFacts): boolean {
  const isKnown = installationId === null ? metadata.owner !== undefined : metadata.installationId === installationId;
  return isKnown && isSame(metadata.owner, owner) && isSame(metadata.repo, repo);
}

/** The one that is meant where no secret tells: that of the repository before that of the owner. Null: nobody can tell. */
export function mostLikely(integrations: readonly GitHubIntegration[]): GitHubIntegration | null {
  const ofRepository = integrations.filter((integration) => integration.getMetadata().repo !== undefined);
  const [one, another] = ofRepository.length > 0 ? ofRepository : integrations;
  return one === undefined || another !== undefined ? null : one;
}

/** GitHub takes names for the same whatever their case is. */
function isSame(configured: string | undefined, sent: string | null): boolean {
  return configured === undefined || configured.toLowerCase() === sent?.toLowerCase();
}

/** As GitHub writes it, and as people do. */
function spellings(name: string | null): string[] {
  return name === null ? [] : [...new Set([name, name.toLowerCase()])];
}
