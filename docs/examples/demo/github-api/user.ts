import { z } from 'zod';
import { recordedAnswer, type Recording } from './recordings.js';

/** A GitHub account in the short form found inside other objects. */
export type User = z.infer<typeof userSchema>;

/** The fields read here; the others are kept. */
export const userSchema = z.looseObject({ login: z.string(), id: z.number() });

const invitationsSchema = z.tuple([z.object({ inviter: userSchema, invitee: userSchema })]);

/** The recorded accounts: `octokit-fixture-user-a`, who invited `octokit-fixture-user-b`. */
export function recordedUsers(recordings: readonly Recording[]): [User, User] {
  const path = '/repos/octokit-fixture-org/add-and-remove-repository-collaborator/invitations';
  const [{ inviter, invitee }] = invitationsSchema.parse(recordedAnswer(recordings, 'GET', path).response);
  return [inviter, invitee];
}
