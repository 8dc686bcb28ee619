import { z } from 'zod';
import type { Answer } from './answer.js';
import { problemsParsingJson, validationFailed } from './error-answers.js';

const labelName = z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]);

const changesSchema = z.looseObject({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'reopened']).nullish(),
  labels: z.array(labelName).optional(),
});

/** What a client may set on an issue; label names only. */
export type IssueChanges = z.infer<typeof changesSchema>;

/** Reads the body of `PATCH` on an issue: the changes, or the 400 or 422 to answer. */
export function readChanges(body: unknown): { changes: IssueChanges } | { refusal: Answer } {
  if (typeof body !== 'object' || body === null) return { refusal: problemsParsingJson() };
  const parsed = changesSchema.safeParse(body);
  if (parsed.success) return { changes: parsed.data };
  const field = String(parsed.error.issues[0]?.path[0] ?? 'body');
  const code = field === 'title' ? 'missing_field' : 'invalid';
  return { refusal: validationFailed('issues#update-an-issue', { resource: 'Issue', code, field }) };
}

/** Reads the body of `POST` on the issues of a repository: as for changes, and the title is required. */
export function readDraft(body: unknown): { changes: IssueChanges & { title: string } } | { refusal: Answer } {
  const read = readChanges(body);
  if ('refusal' in read) return read;
  const { title } = read.changes;
  if (title !== undefined) return { changes: { ...read.changes, title } };
  const error = { resource: 'Issue', code: 'missing_field', field: 'title' } as const;
  return { refusal: validationFailed('issues#create-an-issue', error) };
}
