import { json } from './answer.js';
import type { Route } from './route.js';

/** `GET /user`: the account the token belongs to. It is not in the recordings: the profile fields are left empty. */
export const userRoute: Route = ({ method, path }, { user }) => {
  if (method !== 'GET' || path !== '/user') return undefined;
  const profile = { name: null, company: null, blog: '', location: null, email: null, hireable: null, bio: null };
  return json(200, { ...user, ...profile });
};
