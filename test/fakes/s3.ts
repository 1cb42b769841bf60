import { Readable } from "node:stream";
import type { WireRequest } from "./aws.ts";

/** Objects by host and path: put once where `if-none-match: *` asks for it, get. */
export function fakeS3() {
  const objects = new Map<string, Uint8Array>();
  const serve = (request: WireRequest) => {
    const key = request.hostname + request.path;
    const there = objects.get(key);
    if (request.method === "GET")
      return there ? answer(200, there) : answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    if (there && request.headers["if-none-match"] === "*")
      return answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
    objects.set(key, Buffer.from(request.body ?? ""));
    return answer(200, "");
  };
  return { objects, serve };
}

const answer = (statusCode: number, body: Uint8Array | string) => ({
  statusCode,
  headers: { "content-type": "application/xml" },
  body: Readable.from([Buffer.from(body)]),
});
