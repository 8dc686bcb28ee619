import { z } from 'zod';

/** A label of a repository. */
export type Label = z.infer<typeof labelSchema>;

/** Every field GitHub gives. */
export const labelSchema = z.object({
  id: z.number(),
  node_id: z.string(),
  url: z.string(),
  name: z.string(),
  /** Six hexadecimal digits. */
  color: z.string(),
  /** One of those every new repository starts with. */
  default: z.boolean(),
  description: z.string().nullable(),
});
