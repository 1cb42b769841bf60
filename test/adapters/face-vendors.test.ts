import { describe, expect, test } from "vitest";
import { isFrom, type VendorTaskRequest } from "../../functions/adapters/face-vendor.ts";
import { faceVendors } from "../../functions/adapters/face-vendors.ts";
import { PeerRefused, PeerUnavailable } from "../../functions/adapters/peer-call.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { type HttpRequest, type HttpResponse, NoAnswer } from "../../functions/world.ts";
import { type Told, wires } from "../../lib/local/simulators/face-wires.ts";
import { testWorld } from "../fakes/world.ts";

/** Every adapter of the port is held to one suite, against the simulator's own reading of its wire. */

const now = "2026-11-21T08:00:00.000Z";
const nowMs = Date.parse(now);
const path = `/api/v1/verification/face/VR${"7".repeat(26)}/callback/x`;
const key = `VR${"7".repeat(26)}-T1`;

const task: VendorTaskRequest = {
  key,
  name: "张三",
  idCardNo: "310101199001011234",
  mode: "H5",
  origin: key.slice(0, 28),
  notifyUrl: `https://sign.example${path}`,
  returnUrl: "https://sign.example/face/t",
  expiresAt: "2026-11-21T08:30:00.000Z",
};
const told: Told = { key, transactionNo: "TX1", outcome: undefined, score: undefined };

describe.each(["a", "b"] as const)("the adapter of protocol %s", (protocol) => {
  const settings = {
    name: `vendor-${protocol}`,
    protocol,
    url: `https://face.example/vendor-${protocol}`,
    appId: "app",
    secret: "the secret of this vendor",
    sources: ["203.0.113.0/24"],
  };
  const wire = wires[protocol];
  const simulated = { ...settings };

  /** The adapter, and a vendor that answers what `answer` says once it has understood the question. */
  async function stage(
    answer: (ask: Exclude<ReturnType<typeof wire.read>, { refusal: unknown }>) => {
      readonly status: number;
      readonly body?: string | Buffer;
    },
    at = now,
  ) {
    const { world } = testWorld({
      now: () => at,
      async http(request: HttpRequest): Promise<HttpResponse> {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        );
        const { pathname, search } = new URL(request.url);
        const body = Buffer.from(String(request.body ?? ""));
        const wireRequest = {
          method: request.method,
          path: pathname,
          search: search.slice(1),
          headers,
          body,
        };
        const ask = wire.read(simulated, wireRequest, nowMs);
        const reply = "refusal" in ask ? ask.refusal : answer(ask);
        return { status: reply.status, headers: {}, body: String(reply.body ?? "") };
      },
    });
    const secrets = { ...world.aws };
    const vendors = faceVendors(
      { ...world, aws: withSecret(secrets, JSON.stringify({ vendors: [settings] })) },
      "face-vendors",
    );
    const vendor = await vendors.named(settings.name);
    if (vendor === undefined) throw new Error("no such vendor");
    return { vendor, vendors };
  }

  const goOn = { url: "https://face.example/check/1", sdk: false };

  test("C-76: opens a task, and the vendor reads exactly what was asked", async () => {
    const asks: unknown[] = [];
    const { vendor } = await stage((ask) => {
      asks.push(ask);
      return wire.opened(simulated, told, goOn);
    });

    const opened = await vendor.open(task);

    expect(asks).toEqual([{ kind: "open", ...task }]);
    expect(opened).toEqual({ goOn: { url: goOn.url } });
  });

  test("C-31: in SDK mode it answers what the SDK is started with", async () => {
    const { vendor } = await stage(() => wire.opened(simulated, told, { ...goOn, sdk: true }));

    const opened = await vendor.open({ ...task, mode: "SDK" });

    expect(opened).toEqual({
      goOn: {
        sdk: {
          appId: "app",
          nonce: expect.any(String),
          signature: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    });
  });

  test("a vendor that knows at once that name and number belong to nobody has decided", async () => {
    const known = { ...told, outcome: "ID_CARD_MISMATCH" } as const;
    const { vendor } = await stage(() => wire.opened(simulated, known, goOn));

    expect(await vendor.open(task)).toEqual({
      result: { passed: false, reason: "ID_CARD_MISMATCH", transactionNo: "TX1" },
    });
  });

  test.each([
    ["PASS", 0.9712, { passed: true, score: "0.9712" }],
    ["FACE_MISMATCH", 0.4105, { passed: false, reason: "FACE_MISMATCH", score: "0.4105" }],
    ["POOR_QUALITY", undefined, { passed: false, reason: "POOR_QUALITY" }],
  ] as const)("a task that ended %s is found so", async (outcome, score, result) => {
    const { vendor } = await stage(() => wire.found({ ...told, outcome, score }));

    expect(await vendor.query(key)).toEqual({ transactionNo: "TX1", ...result });
  });

  test("a task that waits, or was never opened, is undecided", async () => {
    const waiting = await stage(() => wire.found(told));
    const absent = await stage(() => wire.found(undefined));

    expect(await waiting.vendor.query(key)).toBeUndefined();
    expect(await absent.vendor.query(key)).toBeUndefined();
  });

  test.each([
    ["a 500", () => ({ status: 500 }), PeerUnavailable],
    ["a 429", () => ({ status: 429 }), PeerUnavailable],
    ["an answer that is no JSON", () => ({ status: 200, body: "{" }), PeerUnavailable],
    ["a 400", () => ({ status: 400 }), PeerRefused],
    [
      "no answer",
      () => {
        throw new NoAnswer("silence", true);
      },
      PeerUnavailable,
    ],
  ] as const)("C-71: %s is a technical failure, by name", async (_what, answer, error) => {
    const { vendor } = await stage(answer);

    await expect(vendor.open(task)).rejects.toBeInstanceOf(error);
  });

  describe("reads a callback", () => {
    const genuine = { ...told, outcome: "PASS", score: 0.9712 } as const;
    const sent = (secret = settings.secret, at = nowMs) => {
      const { headers, body } = wire.callback({ ...simulated, secret }, genuine, path, at);
      return { headers, path, body: Buffer.from(body) };
    };
    const readBy = async (call: ReturnType<typeof sent>) => {
      const { vendor } = await stage(() => ({ status: 500 }));
      return () => vendor.readCallback(call);
    };

    test("C-32: whose signature and time hold", async () => {
      const read = await readBy(sent());

      expect(read()).toEqual({
        key,
        nonce: expect.stringMatching(/^\w{16,64}$/),
        result: { passed: true, transactionNo: "TX1", score: "0.9712" },
      });
    });

    test("C-59 C-64: and none that another secret signed", async () => {
      expect(await readBy(sent("another secret of somebody"))).toThrow(Problem);
    });

    test("C-55: and none that is older or newer than five minutes", async () => {
      const minutes = 60_000;

      expect((await readBy(sent(undefined, nowMs - 5 * minutes)))().key).toBe(key);
      expect(await readBy(sent(undefined, nowMs - 5 * minutes - 1000))).toThrow(Problem);
      expect(await readBy(sent(undefined, nowMs + 5 * minutes + 1000))).toThrow(Problem);
    });

    test("and none whose result was changed on the way", async () => {
      const call = sent();
      const changed = call.body.toString().replace("TX1", "TX2");

      expect(await readBy({ ...call, body: Buffer.from(changed) })).toThrow(Problem);
    });
  });

  test("C-59: is found for a callback only from the addresses it calls from", async () => {
    const { vendors } = await stage(() => ({ status: 500 }));

    expect(await vendors.calling(settings.name, "203.0.113.9")).toBeDefined();
    expect(await vendors.calling(settings.name, "203.0.114.9")).toBeUndefined();
    expect(await vendors.calling("vendor-x", "203.0.113.9")).toBeUndefined();
  });
});

test.each([
  [["203.0.113.7"], "203.0.113.7", true],
  [["203.0.113.7"], "203.0.113.8", false],
  [["2001:db8::/32"], "2001:db8::1", true],
  [["203.0.113.0/24"], "unknown", false],
] as const)("C-59: of %j, %s is one: %s", (sources, address, expected) => {
  expect(isFrom(sources, address)).toBe(expected);
});

/** Secrets Manager that answers `text` whatever is asked. */
function withSecret(aws: Readonly<Record<string, unknown>>, text: string) {
  return {
    ...aws,
    requestHandler: {
      handle: async () => ({
        response: {
          statusCode: 200,
          headers: { "content-type": "application/x-amz-json-1.1" },
          body: Buffer.from(JSON.stringify({ SecretString: text })),
        },
      }),
    },
  };
}
