import { z } from 'zod';
import { json } from './answer.js';
import { validationFailed } from './error-answers.js';
import type { IssueStore } from './issue-store.js';
import type { LabelStore } from './label-store.js';
import type { RepositoryCatalogue } from './repository-catalogue.js';
import type { Route } from './route.js';

const bodySchema = z.object({ labels: z.array(z.string()).min(1) });

/** `POST /repos/{owner}/{repo}/issues/{number}/labels`: adds labels to those the issue has, and answers them all. */
export function issueLabelRoute(catalogue: RepositoryCatalogue, issues: IssueStore, labels: LabelStore): Route {
  return ({ method, path, body }) => {
    const [, owner = '', name = '', number] = /^\/repos\/([^/]+)\/([^/]+)\/issues\/(\d+)\/labels$/.exec(path) ?? [];
    const repository = method === 'POST' ? catalogue.find(owner, name) : undefined;
    const issue = repository && issues.find(repository, Number(number));
    if (!issue) return undefined;
    const parsed = bodySchema.safeParse(body);
    const error = { resource: 'Issue', code: 'invalid', field: 'labels' } as const;
    if (!parsed.success) return validationFailed('issues#add-labels-to-an-issue', error);
    const all = new Set([...issue.labels, ...labels.ensure(repository, parsed.data.labels)]);
    return json(200, issues.update(issue, { labels: [...all] }).labels);
  };
}
