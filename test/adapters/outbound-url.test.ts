import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { addressFault, urlFault } from "../../functions/adapters/outbound-url.ts";
import { type HttpRequest, lambdaWorld, NoAnswer } from "../../functions/world.ts";

const never = [
  // Loopback, in every spelling that a URL parser takes for an IPv4 address.
  "https://127.0.0.1/",
  "https://127.1/",
  "https://127.0.1/",
  "https://127.255.255.254/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://017700000001/",
  "https://127.0.0.1./",
  "https://0/",
  "https://0.0.0.0/",
  "https://%31%32%37.0.0.1/",
  "https://１２７.０.０.１/",
  "https://127。0。0。1/",
  "https://①②⑦.⓪.⓪.①/",
  // Private, shared, link-local, documentation, benchmark, multicast, reserved.
  "https://10.0.0.1/",
  "https://10.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.0.1/",
  "https://3232235777/",
  "https://100.64.0.1/",
  "https://100.100.100.200/latest/meta-data/",
  "https://169.254.169.254/latest/meta-data/",
  "https://169.254.170.2/v2/credentials/",
  "https://2852039166/",
  "https://0xa9fea9fe/",
  "https://0251.0376.0251.0376/",
  "https://192.0.0.192/",
  "https://192.0.2.1/",
  "https://198.18.0.1/",
  "https://198.51.100.1/",
  "https://203.0.113.1/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  // IPv6: unspecified, loopback, wrapped IPv4 of every kind, local, documentation, multicast.
  "https://[::]/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::ffff:8.8.8.8]/",
  "https://[::ffff:0:127.0.0.1]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b:1::a00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:0:4136:e378::1]/",
  "https://[2001:db8::1]/",
  "https://[3fff::1]/",
  "https://[100::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/latest/meta-data/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://[5f00::1]/",
  // Names that only mean something inside.
  "https://localhost/",
  "https://LOCALHOST./",
  "https://app.localhost/",
  "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
  "https://metadata/",
  "https://metadata.google.internal/",
  "https://instance-data.ec2.internal./",
  "https://printer.local/",
  "https://router.home.arpa/",
  // Schemes, ports, user names, fragments, and texts that are no URL.
  "http://partner.example/",
  "ftp://partner.example/",
  "file:///etc/passwd",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "data:text/plain,x",
  "javascript:alert(1)",
  "https://partner.example:22/",
  "https://partner.example:80/",
  "https://partner.example:6379/",
  "https://partner.example@127.0.0.1/",
  "https://127.0.0.1@partner.example/",
  "https://user:secret@partner.example/",
  "https://partner.example\\@127.0.0.1/#x",
  "https://partner.example/#fragment",
  "https://127.0.0.1\t/",
  "https://1.2.3.4.5/",
  "https:///",
  "//partner.example/",
  "partner.example",
  "",
];

const open = [
  "https://partner.example/callback",
  "https://partner.example:443/callback?from=qianyue",
  "https://partner.example:8443/callback",
  "https://hooks.partner.example./",
  "https://签约.example/",
  "https://8.8.8.8/",
  "https://172.32.0.1/",
  "https://100.63.255.255/",
  "https://[2606:4700::1111]/",
  "https://internal.partner.example/",
];

describe("where a callback may go", () => {
  test.each(never)("never to %s", (url) => {
    expect(urlFault(url, [])).toBeDefined();
  });

  test.each(open)("to %s", (url) => {
    expect(urlFault(url, [])).toBeUndefined();
  });

  test("C-58: plain HTTP and private places are refused with what a partner has to change", () => {
    expect(urlFault("http://partner.example/", [])).toBe("must use https");
    expect(urlFault("https://partner.example:22/", [])).toBe("must use port 443 or 8443");
    expect(urlFault("https://10.0.0.1/", [])).toBe("must be a public address");
    expect(urlFault("https://localhost/", [])).toBe("must name a public host");
    expect(urlFault("callback", [])).toBe("must be an absolute URL");
  });

  test("a host of the local stage is allowed by its exact name and port, and nothing beside it", () => {
    const allowed = ["127.0.0.1:4010"];

    expect(urlFault("http://127.0.0.1:4010/callback", allowed)).toBeUndefined();
    expect(urlFault("http://2130706433:4010/callback", allowed)).toBeUndefined();
    expect(urlFault("http://127.0.0.1:4011/callback", allowed)).toBeDefined();
    expect(urlFault("http://127.0.0.1:4010@10.0.0.1/", allowed)).toBeDefined();
    expect(urlFault("ftp://127.0.0.1:4010/", allowed)).toBeDefined();
  });

  test.each(["", "localhost", "1.2.3", "::ffff:10.0.0.1", "fe80::1%eth0", "127.0.0.1"])(
    "the resolved address %j is refused",
    (address) => {
      expect(addressFault(address)).toBeDefined();
    },
  );
});

describe("a request to the outside", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  /** A real server on loopback; answers its port. */
  async function serve(answer: RequestListener): Promise<number> {
    const listening = createServer(answer);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return (listening.address() as AddressInfo).port;
  }

  const get = (url: string, more: Partial<HttpRequest> = {}) =>
    lambdaWorld.http({ method: "GET", url, headers: {}, timeoutMs: 2000, maxBytes: 1000, ...more });

  const failureOf = (request: Promise<unknown>): Promise<NoAnswer> =>
    request.then(
      () => {
        throw new Error("an answer came");
      },
      (cause: NoAnswer) => cause,
    );

  test("a name that resolves to a refused address is never connected to", async () => {
    let visits = 0;
    const port = await serve((_, response) => {
      visits += 1;
      response.end();
    });
    const url = `http://localhost:${port}/`;

    const failure = await failureOf(get(url, { refuseAddress: addressFault }));

    expect(failure).toBeInstanceOf(NoAnswer);
    expect(failure).toMatchObject({ sent: false });
    expect(failure.message).toMatch(/localhost resolves to .*: is not a public address/);
    expect(visits).toBe(0);
  });

  test("a name whose addresses are all allowed is connected to", async () => {
    const port = await serve((_, response) => response.end("here"));

    const answer = await get(`http://localhost:${port}/`, { refuseAddress: () => undefined });

    expect(answer).toMatchObject({ status: 200, body: "here" });
  });

  test("a redirect is an answer, not an instruction", async () => {
    const paths: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: "/elsewhere" }).end();
    });

    const answer = await get(`http://127.0.0.1:${port}/callback`);

    expect(answer.status).toBe(307);
    expect(paths).toEqual(["/callback"]);
  });

  test("an answer of exactly the limit is read, one byte more is not", async () => {
    const port = await serve((request, response) =>
      response.end("x".repeat(Number(request.url?.slice(1)))),
    );

    const full = await get(`http://127.0.0.1:${port}/1000`);
    const failure = await failureOf(get(`http://127.0.0.1:${port}/1001`));

    expect(full.body).toHaveLength(1000);
    expect(failure).toMatchObject({ name: "NoAnswer", sent: true });
    expect(failure.message).toContain("exceeds 1000 bytes");
  });

  test.each<[string, RequestListener]>([
    ["is silent", () => {}],
    ["begins its answer and stops", (_, response) => response.write("a")],
    [
      "switches to another protocol",
      ({ socket }) =>
        socket.write("HTTP/1.1 101 Other\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ],
  ])(
    "a server that %s is given up when the time is over; the request may have acted",
    async (_, answer) => {
      const port = await serve(answer);

      const failure = await failureOf(get(`http://127.0.0.1:${port}/`, { timeoutMs: 40 }));

      expect(failure).toMatchObject({ name: "NoAnswer", sent: true });
      expect(failure.message).toContain("no answer within 40 ms");
    },
  );

  test.each([
    ["of known length", { "content-length": "100" }],
    ["in chunks", {}],
  ])("an answer %s that is cut off ends at once: it once waited for ever", async (_, headers) => {
    const port = await serve((_request, response) => {
      response.writeHead(200, headers).write("half");
      setImmediate(() => response.destroy());
    });

    const failure = await failureOf(get(`http://127.0.0.1:${port}/`));

    expect(failure).toMatchObject({ name: "NoAnswer", sent: true });
  });

  test("a closed port proves that nothing was sent", async () => {
    const port = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));

    const failure = await failureOf(get(`http://127.0.0.1:${port}/`));

    expect(failure).toMatchObject({ name: "NoAnswer", sent: false });
  });

  test("a failed TLS handshake proves that nothing was sent", async () => {
    const port = await serve((_, response) => response.end());

    const failure = await failureOf(get(`https://127.0.0.1:${port}/`));

    expect(failure).toMatchObject({ name: "NoAnswer", sent: false });
  });

  test("the failure names method, host and path, never the query or the body", async () => {
    const port = await serve((request) => request.socket.destroy());

    const failure = await failureOf(get(`http://127.0.0.1:${port}/v1/messages?mobile=13800138000`));

    expect(failure.message).toContain(`GET 127.0.0.1:${port}/v1/messages:`);
    expect(failure.message).not.toContain("13800138000");
  });
});
