import { z } from 'zod';
import { json } from './answer.js';
import type { IssueStore } from './issue-store.js';
import { recordedAnswer, type Recording } from './recordings.js';
import type { Repository, RepositoryCatalogue } from './repository-catalogue.js';
import type { Route } from './route.js';

/** `GET /repos/{owner}/{repo}`: the recorded `hello-world`, under the asked name and with its own number of issues. */
export function repositoryRoute(
  recordings: readonly Recording[],
  catalogue: RepositoryCatalogue,
  issues: IssueStore,
): Route {
  const template = JSON.stringify(recordedAnswer(recordings, 'GET', '/repos/octokit-fixture-org/hello-world').response);
  return ({ method, path }) => {
    const [, owner, name] = /^\/repos\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const repository = method === 'GET' && owner && name ? catalogue.find(owner, name) : undefined;
    if (!repository) return undefined;
    const open = issues.list(repository).filter(({ state }) => state === 'open').length;
    return json(200, { ...describeRepository(template, repository), open_issues_count: open, open_issues: open });
  };
}

function describeRepository(template: string, { id, owner, name }: Repository): object {
  const text = template.replaceAll('octokit-fixture-org/hello-world', `${owner}/${name}`);
  return { ...z.looseObject({}).parse(JSON.parse(text)), id, name };
}
