import { createServer, type IncomingMessage, type Server } from "node:http";

/** One AWS call as it came off the wire. Header names are lower case; the body is decoded, never parsed. */
export type ServiceRequest = {
  readonly method: string;
  /** Raw path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type ServiceResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** A local stand-in for one AWS service: one file, one function, durable under its data folder. */
export type LocalService = {
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  close(): Promise<void> | void;
};

/** Larger than any object the app stores, small enough that a runaway client cannot fill memory. */
const bodyLimitBytes = 64 * 1024 * 1024;

export type Listening = { readonly url: string; readonly port: number; close(): Promise<void> };

/** Puts `handle` behind HTTP on 127.0.0.1; port 0 takes a free one. A handler that throws answers 500 and keeps serving. */
export async function listen(handle: LocalService["handle"], port = 0): Promise<Listening> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = await handle(await readRequest(incoming));
      outgoing.writeHead(response.status, response.headers ?? {});
      outgoing.end(incoming.method === "HEAD" ? undefined : response.body);
    } catch (cause) {
      console.error(`local service failed on ${incoming.method} ${incoming.url}`, cause);
      if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ __type: "InternalFailure", message: String(cause) }));
    }
  });
  server.keepAliveTimeout = 60_000;
  await bind(server, port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("local service has no port");
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

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error(`request body exceeds ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  const [path = "/", search = ""] = (incoming.url ?? "/").split("?", 2);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(search),
    headers,
    body: Buffer.concat(chunks),
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new Error(`port ${port} is taken: stop what uses it or choose another with --port`, {
              cause,
            })
          : cause,
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
