import type { Readable } from "node:stream";

/** Answers the calls of real AWS SDK clients in this process, at the seam where they would open a socket. */
type AwsCall = { readonly operation: string; readonly input: Record<string, unknown> };

/** One service: JSON in, JSON out. Bytes travel as base64, exactly as on the wire. */
export type AwsService = (call: AwsCall) => Promise<Record<string, unknown>>;

/** An error as the service words it: the SDK turns it into the exception class of that name. */
export class AwsFault extends Error {
  override readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(name: string, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.fields = fields;
  }
}

export type WireRequest = {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

type WireAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable;
};

/** Services by the word before the dot of `x-amz-target`; what has no target is S3's. */
export function fakeAws(
  services: Readonly<Record<string, AwsService>>,
  s3: (request: WireRequest) => WireAnswer,
): Readonly<Record<string, unknown>> {
  return {
    region: "test-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    signer: { sign: async (request: unknown) => request },
    requestHandler: {
      async handle(request: WireRequest) {
        const [service = "", operation = ""] = (request.headers["x-amz-target"] ?? "").split(".");
        const serve = services[service];
        if (serve === undefined) return { response: s3(request) };
        const input = JSON.parse(textOf(request.body));
        return { response: await answer(serve, { operation, input }) };
      },
    },
  };
}

async function answer(serve: AwsService, call: AwsCall): Promise<WireAnswer> {
  try {
    return wire(200, await serve(call));
  } catch (fault) {
    if (!(fault instanceof AwsFault)) throw fault;
    return wire(400, { __type: fault.name, message: fault.message, ...fault.fields });
  }
}

const wire = (statusCode: number, body: unknown): WireAnswer => ({
  statusCode,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: Buffer.from(JSON.stringify(body)),
});

const textOf = (body: Uint8Array | string | undefined): string =>
  typeof body === "string" ? body : new TextDecoder().decode(body);
