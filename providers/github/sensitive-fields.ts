/** Personal data in webhooks, beside what their objects have in common with answers. */
const inWebhooks = [
  ...['head_commit', 'commits.*', 'commit.commit', 'check_suite.head_commit', 'workflow_run.head_commit'].flatMap(
    (commit) => [`${commit}.author.email`, `${commit}.committer.email`],
  ),
  ...['pusher.email', 'sender.email', 'issue.user.email', 'pull_request.user.email', 'invitation.email'],
  ...['marketplace_purchase.account', 'previous_marketplace_purchase.account'].map(
    (account) => `${account}.organization_billing_email`,
  ),
];

/**
 * Personal data in GitHub's answers, in a single object and in a list of them, and in its webhooks. Tokens and the like
 * are left out by default.
 */
export const sensitiveResponseFields: readonly string[] = [
  ...inWebhooks,
  ...['email', 'notification_email', 'billing_email', 'two_factor_authentication'],
  ...['commit.author.email', 'commit.committer.email', 'author.email', 'committer.email'],
].flatMap((path) => [path, `*.${path}`]);
