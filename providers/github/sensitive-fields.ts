/**
 * Personal data in GitHub's answers, in a single object and in a list of them. Tokens and the like are left out of the
 * log by default.
 */
export const sensitiveResponseFields: readonly string[] = [
  ...['email', 'notification_email', 'billing_email', 'two_factor_authentication'],
  ...['commit.author.email', 'commit.committer.email', 'author.email', 'committer.email'],
].flatMap((path) => [path, `*.${path}`]);
