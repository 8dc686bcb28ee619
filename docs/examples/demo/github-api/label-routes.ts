import { z } from 'zod';
import { json, type Answer } from './answer.js';
import { problemsParsingJson, validationFailed } from './error-answers.js';
import type { LabelStore } from './label-store.js';
import type { Repository, RepositoryCatalogue } from './repository-catalogue.js';
import type { Route } from './route.js';

const draftSchema = z.looseObject({
  name: z.string().min(1),
  color: z
    .string()
    .regex(/^[0-9a-f]{6}$/i)
    .optional(),
  description: z.string().nullish(),
});

/** `GET` and `POST /repos/{owner}/{repo}/labels`. */
export function labelRoutes(catalogue: RepositoryCatalogue, labels: LabelStore): Route {
  return ({ method, path, body }) => {
    const [, owner = '', name = ''] = /^\/repos\/([^/]+)\/([^/]+)\/labels$/.exec(path) ?? [];
    const repository = catalogue.find(owner, name);
    if (!repository) return undefined;
    if (method === 'GET') return json(200, labels.list(repository));
    if (method === 'POST') return createLabel(repository, labels, body);
    return undefined;
  };
}

function createLabel(repository: Repository, labels: LabelStore, body: unknown): Answer {
  if (typeof body !== 'object') return problemsParsingJson();
  const refuse = (code: 'invalid' | 'already_exists', field: string): Answer =>
    validationFailed('issues#create-a-label', { resource: 'Label', code, field });
  const draft = draftSchema.safeParse(body);
  if (!draft.success) return refuse('invalid', String(draft.error.issues[0]?.path[0] ?? 'name'));
  const { name, color, description } = draft.data;
  if (labels.find(repository, name)) return refuse('already_exists', 'name');
  const label = labels.create(repository, name, color, description ?? null);
  return json(201, label, { location: label.url });
}
