/**
 * Tokens that are known by their looks, wherever they stand. Each expression is linear in the text; a first group,
 * where there is one, is kept.
 */
const shapes: readonly string[] = [
  // RFC 6750, RFC 7617: `Bearer …`, `Basic …`; not the words "Basic authentication".
  String.raw`\b((?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,4})(?!auth(?:entication|orization)\b)[\w.~+/-]{6,}={0,2}`,
  // RFC 7519, RFC 7516, section 7.1: a compact JWT or JWE begins with the base64url of `{"`. Without a bound a text full
  // of `eyJ-` would be read again from each of them; what is longer is taken for one, dot or not.
  String.raw`\beyJ(?:[\w-]{5,512}(?:\.[\w-]*){1,4}|[\w-]{513,}(?:\.[\w-]*){0,4})`,
  // RFC 7468: PEM, also where a JSON string holds it or where it is cut off.
  String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)`,
  // GitHub, GitLab, npm.
  String.raw`\bgh[opusr]_\w{16,}`,
  String.raw`\bgithub_pat_\w{16,}`,
  String.raw`\bglpat-[\w-]{16,}`,
  String.raw`\bnpm_\w{30,}`,
  // Stripe, and its webhook secrets, which Standard Webhooks took over.
  String.raw`\b[sr]k_(?:live|test)_\w{8,}`,
  String.raw`\bwhsec_[\w+/=-]{16,}`,
  // Slack: tokens and incoming webhooks.
  String.raw`\bxox[a-z]-[\w-]{8,}`,
  String.raw`\bxapp-[\w-]{8,}`,
  String.raw`\b(hooks\.slack\.com\/services\/)[\w/]+`,
  // AWS access keys, Google API keys and access tokens, SendGrid, Shopify.
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`\bAIza[\w-]{35}`,
  String.raw`\bya29\.[\w.-]{16,}`,
  String.raw`\bSG\.[\w-]{16,}\.[\w-]{16,}`,
  String.raw`\bshp[a-z]{2}_[a-fA-F\d]{16,}`,
];

/** Source of an expression (flag-free) that finds all of {@link shapes}; the texts to keep are groups. */
export const tokenShapes = shapes.join('|');
