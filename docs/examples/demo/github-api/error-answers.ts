import { json, type Answer } from './answer.js';

const docs = 'https://docs.github.com/rest';

/** 401 for a request without a token. */
export function requiresAuthentication(): Answer {
  return json(401, { message: 'Requires authentication', documentation_url: docs, status: '401' });
}

/** 401 for a token nobody owns. */
export function badCredentials(): Answer {
  return json(401, { message: 'Bad credentials', documentation_url: docs, status: '401' });
}

/** 404: GitHub answers the same for an unknown path and for what the token may not see. */
export function notFound(): Answer {
  return json(404, { message: 'Not Found', documentation_url: docs, status: '404' });
}

/** 400 for a request body that is no JSON object. */
export function problemsParsingJson(): Answer {
  return json(400, { message: 'Problems parsing JSON', documentation_url: docs, status: '400' });
}

/** One entry of the `errors` list in a 422 answer. */
export interface FieldError {
  /** Kind of thing refused: `Issue`, `Label`. */
  readonly resource: string;
  /** Why: the field is absent, malformed, or its value is already taken. */
  readonly code: 'missing_field' | 'invalid' | 'already_exists';
  /** Name of the field in the request body. */
  readonly field: string;
}

/**
 * 422 for a well-formed request with an unacceptable value, shaped like the one recorded in the `errors` scenario.
 *
 * @param page Page and anchor of GitHub's documentation: `issues#create-a-label`
 */
export function validationFailed(page: string, ...errors: readonly FieldError[]): Answer {
  return json(422, { message: 'Validation Failed', errors, documentation_url: `${docs}/reference/${page}` });
}
