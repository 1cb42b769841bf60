import * as z from "zod";

/**
 * The extra headers of C-02 that a client may have sent back on its callbacks: its own authorisation and its own
 * `X-` fields. Nothing that frames a request, names a hop, or that we sign by.
 */
const allowed = /^(authorization|x-[a-z0-9-]{1,60})$/;
const ours = /^x-(client-id|timestamp|nonce|signature|forwarded-.*|amz.*|real-ip|http-method.*)$/;

const headersLimit = 10;
/** Visible ASCII and spaces inside: what cannot break out of its line (RFC 9110 section 5.5). */
const value = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/;

export const callbackHeaders = z.record(z.string(), z.string()).superRefine((headers, context) => {
  const refuse = (path: string[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  const names = Object.keys(headers);
  if (names.length > headersLimit) refuse([], `must not have more than ${headersLimit} headers`);
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!allowed.test(lower) || ours.test(lower))
      refuse(
        [name],
        "is not allowed: send Authorization or headers of your own that begin with X-",
      );
    else if (!value.test(headers[name] ?? ""))
      refuse([name], "must be 1 to 1024 visible ASCII characters");
  }
  const distinct = new Set(names.map((name) => name.toLowerCase()));
  if (distinct.size < names.length) refuse([], "must not name a header twice");
});
