import { createHash } from "node:crypto";

/**
 * Headers of a page that brings its one script and its one style along: nothing loads from elsewhere,
 * nothing frames the page, no cache or Referer keeps its link.
 */
export function pageHeaders(page: {
  readonly script: string;
  readonly style: string;
  readonly language: string;
}): Record<string, string> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `script-src '${sourceHash(page.script)}'`,
      `style-src '${sourceHash(page.style)}'`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cache-control": "no-store",
    "content-language": page.language,
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    vary: "accept, accept-language",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
  };
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}
