import { z } from 'zod';
import { labelSchema } from './label.js';
import { userSchema } from './user.js';

/** An issue as GitHub lists it. */
export type Issue = z.infer<typeof issueSchema>;

/** The fields read here; the others are kept as recorded. Times are ISO 8601, in UTC, to the second. */
export const issueSchema = z.looseObject({
  url: z.string(),
  repository_url: z.string(),
  id: z.number(),
  number: z.number(),
  title: z.string(),
  body: z.string().nullable(),
  user: userSchema,
  labels: z.array(labelSchema),
  state: z.enum(['open', 'closed']),
  state_reason: z.string().nullable(),
  comments: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  reactions: z.looseObject({ url: z.string() }),
});
