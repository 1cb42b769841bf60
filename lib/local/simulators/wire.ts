import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Listening } from "../service.ts";

/** A request exactly as it came off the wire: `path` and `search` are still percent-encoded, because signatures cover them so. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  /** Raw query without the question mark, "" if there is none. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type WireAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** `"cut"` closes the connection without a byte of an answer: the caller cannot know whether anything happened. */
export type WireResponse = WireAnswer | "cut";

/** No message of these systems comes near it; a runaway client cannot fill memory. */
const bodyLimitBytes = 1024 * 1024;

/**
 * Like `listen` of ../service.ts, which cannot serve here: a scripted fault must be able to cut the
 * connection, and a request signature covers the query as it was sent, not as it was decoded.
 */
export async function serve(
  handle: (request: WireRequest) => Promise<WireResponse>,
  port = 0,
): Promise<Listening> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const request = await readRequest(incoming);
      answer(outgoing, request ? await handle(request) : tooLarge);
    } catch (cause) {
      // The client went away while it was still sending: there is nobody to answer.
      if (incoming.destroyed && !incoming.complete) return;
      console.error(`simulator failed on ${incoming.method} ${incoming.url}`, cause);
      answer(outgoing, json(500, { code: "SIMULATOR_FAILED", message: String(cause) }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new Error(`port ${port} is taken: stop what uses it or choose another`, { cause })
          : cause,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("simulator has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(status: number, value: unknown): WireAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

const tooLarge = json(413, {
  code: "BODY_TOO_LARGE",
  message: `the body is larger than ${bodyLimitBytes} bytes`,
});

function answer(outgoing: ServerResponse, response: WireResponse): void {
  if (response === "cut") {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(response.status, response.headers ?? {});
  outgoing.end(response.body);
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: leaving the loop would cut the connection before the 413 is sent.
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  if (size > bodyLimitBytes) return undefined;
  const target = incoming.url ?? "/";
  const queryAt = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    search: queryAt < 0 ? "" : target.slice(queryAt + 1),
    headers,
    body: Buffer.concat(chunks),
  };
}
