import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  TimestampUnavailable,
  timestampAuthority,
} from "../../functions/adapters/timestamp-authority.ts";
import { lambdaWorld, type World } from "../../functions/world.ts";
import { timestampSimulator } from "../../lib/local/simulators/timestamp.ts";
import { flaws } from "../../lib/local/simulators/timestamp-reply.ts";
import { openssl, signingFolder } from "../adapters/openssl.ts";
import { get, script, useStage } from "./simulator-stage.ts";

const stage = useStage();
const content = Buffer.from("the whole file");

/** The real network; the stage's clock; counters that the test reads. */
function client() {
  const counted: string[] = [];
  const world: World = {
    ...lambdaWorld,
    now: () => new Date(stage.clock.now()).toISOString(),
    log: () => {},
    count: (metric) => void counted.push(metric),
  };
  const ask = (urls: readonly string[], roots: string) =>
    timestampAuthority(world, { urls, roots })(content);
  return { ask, counted };
}

const start = () => stage.start(timestampSimulator);

async function flaw(url: string, body: object): Promise<void> {
  const put = { method: "PUT", body: JSON.stringify(body) };
  expect((await fetch(`${url}/_control/flaw`, put)).status).toBe(200);
}

describe("time-stamps", () => {
  test("a token from the embedded authority verifies with openssl", async () => {
    const authority = await start();

    const token = await client().ask([authority.url], authority.rootPem);

    const folder = signingFolder({ "root.pem": authority.rootPem, "token.tst": token, content });
    expect(
      openssl(folder, "ts -verify -data content -in token.tst -token_in -CAfile root.pem"),
    ).toMatch(/Verification: OK/);
    writeFileSync(join(folder, "content"), "another file");
    expect(
      openssl(folder, "ts -verify -data content -in token.tst -token_in -CAfile root.pem"),
    ).toMatch(/message imprint mismatch/);
  });

  test("the embedded authority answers a question that openssl asks", async () => {
    const authority = await start();
    const folder = signingFolder({ "root.pem": authority.rootPem, content });
    openssl(folder, "ts -query -data content -sha256 -cert -out question.tsq");

    const answer = await fetch(authority.url, {
      method: "POST",
      headers: { "content-type": "application/timestamp-query" },
      body: readFileSync(join(folder, "question.tsq")),
    });
    writeFileSync(join(folder, "answer.tsr"), Buffer.from(await answer.arrayBuffer()));

    expect(
      openssl(folder, "ts -verify -queryfile question.tsq -in answer.tsr -CAfile root.pem"),
    ).toMatch(/Verification: OK/);
    expect(openssl(folder, "x509 -in root.pem -noout -subject")).toContain("development-only");
  });

  test("the authority keeps its root over a restart", async () => {
    const first = await start();
    await first.close();

    const second = await start();

    expect(second.rootPem).toBe(first.rootPem);
    expect(await (await fetch(`${second.url}/_control/root`)).text()).toBe(first.rootPem);
  });

  const refusals = {
    nonce: /another nonce/,
    imprint: /another imprint/,
    status: /status 2/,
    signature: /signature does not hold/,
    time: /ms away from our clock/,
    content: /another content|not an RFC 3161 response/,
  };

  test.each(flaws)(
    "a token with a wrong %s is refused, and the next authority is asked",
    async (kind) => {
      const [spoilt, honest] = [await start(), await secondAuthority()];
      await flaw(spoilt.url, { flaw: kind });
      const { ask, counted } = client();
      const roots = spoilt.rootPem + honest.rootPem;

      const refused = ask([spoilt.url], roots);
      await expect(refused).rejects.toThrow(TimestampUnavailable);
      await expect(refused).rejects.toThrow(refusals[kind]);
      await ask([spoilt.url, honest.url], roots);

      expect(counted).toEqual(["TimestampUnavailable"]);
      expect((await get(honest, "/_control/state")).tokens).toBe(1);
    },
  );

  test("an authority whose root nobody configured is refused", async () => {
    const [authority, other] = [await start(), await secondAuthority()];

    await expect(client().ask([authority.url], other.rootPem)).rejects.toThrow(
      /leads to no configured root/,
    );
    await expect(client().ask([authority.url], "")).rejects.toThrow(/leads to no configured root/);
  });

  test("C-73: with every authority down, the error says for each what happened", async () => {
    const authority = await start();
    await script(authority, [{ kind: "status", status: 503 }]);
    const closed = `http://127.0.0.1:${await closedPort()}`;

    const asked = client().ask([authority.url, closed], authority.rootPem);

    await expect(asked).rejects.toThrow(/answered 503 .*; 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  });

  test("an answer that never ends is cut off", async () => {
    const authority = await start();
    await script(authority, [
      {
        kind: "status",
        status: 200,
        headers: { "content-type": "application/timestamp-reply" },
        bodyBytes: 1_000_000,
      },
    ]);

    await expect(client().ask([authority.url], authority.rootPem)).rejects.toThrow(
      /exceeds 65536 bytes/,
    );
  });
});

async function secondAuthority() {
  const directory = `${stage.directory}/second`;
  const authority = await timestampSimulator({ directory, clock: stage.clock });
  stage.closeLater(authority.close);
  return authority;
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
