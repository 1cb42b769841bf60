import { beforeEach, describe, expect, test } from "vitest";
import { templateStore } from "../../functions/adapters/template-store.ts";
import { readTemplate } from "../../functions/dialects/template.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { chooseTemplate, type TemplateDraft } from "../../functions/domain/template.ts";
import type { World } from "../../functions/world.ts";
import { explore, turns } from "../fakes/explorer.ts";
import { testWorld } from "../fakes/world.ts";

let now: string;
let counted: string[];
let stage: ReturnType<typeof testWorld>;
let world: World;
beforeEach(() => {
  now = "2026-11-21T08:00:00.000Z";
  counted = [];
  stage = testWorld({ now: () => now });
  world = { ...stage.world, count: (metric) => counted.push(metric) };
});
const store = () => templateStore(world, "template");
const later = (seconds: number) => {
  now = new Date(Date.parse(now) + seconds * 1000).toISOString();
};

const seedId = "RELATION_BINDING_AGREEMENT.PERSONAL";
const wanted = {
  bizScene: "RELATION_BIND",
  userType: "PERSONAL",
  agreementType: "RELATION_BINDING_AGREEMENT",
} as const;

function draftOf(changes: object = {}): TemplateDraft {
  return readTemplate({
    templateId: seedId,
    version: "2026-12",
    name: "关系绑定协议",
    category: "RELATIONSHIP_AGREEMENT",
    content: "<h1>关系绑定协议</h1><p>新的措辞，由{{partyBName}}确认。</p>",
    selector: wanted,
    ...changes,
  }).draft;
}
const byId = (version: string, changes: object = {}) =>
  draftOf({
    templateId: "TEMPLATE_COLLECTION_TEST_V1",
    version,
    selector: undefined,
    content: "<p>{{payerName}}同意。</p>",
    variableDefinitions: [{ key: "payerName", name: "付款方", required: true, sample: "某公司" }],
    ...changes,
  });

const problemOf = (outcome: Promise<unknown>): Promise<Problem> =>
  outcome.then(
    () => {
      throw new Error("it was accepted");
    },
    (cause) => {
      if (cause instanceof Problem) return cause;
      throw cause;
    },
  );
const statesOf = async (templateId: string) =>
  Object.fromEntries(
    (await store().versions(templateId)).map(({ version, state }) => [version, state]),
  );
const chosen = async () => {
  const found = chooseTemplate("AGREEMENT", wanted, await store().active());
  return "missing" in found ? found.missing : found.version;
};

describe("the templates that contracts are chosen by", () => {
  test("K29: the seeded set is active before anybody stores anything, and reads no item for a pinned version", async () => {
    expect(await chosen()).toBe("2");
    expect((await store().pinned(seedId, "1")).state).toBe("RETIRED");
    expect(counted).toEqual([]);
  });

  test("D-32: an activated version takes the place of the seeded one in one transaction, and gives it back", async () => {
    await store().save(draftOf(), true, "keeper");
    expect(await chosen()).toBe("2026-12");
    expect(await statesOf(seedId)).toMatchObject({
      1: "RETIRED",
      2: "RETIRED",
      "2026-12": "ACTIVE",
    });

    await store().activate(seedId, "2", "keeper");
    expect(await chosen()).toBe("2");
    expect(await statesOf(seedId)).toMatchObject({ 2: "ACTIVE", "2026-12": "RETIRED" });
    expect(counted).toEqual([]);
  });

  test("C-67: a draft is not chosen until it is activated", async () => {
    await store().save(draftOf(), false, "keeper");
    expect([await chosen(), (await statesOf(seedId))["2026-12"]]).toEqual(["2", "DRAFT"]);

    await store().activate(seedId, "2026-12", "keeper");
    expect(await chosen()).toBe("2026-12");
  });

  test("a function sees an activation of another within thirty seconds, its own at once", async () => {
    const other = store();
    await other.active();
    await store().save(draftOf(), true, "keeper");

    const seen = async () =>
      (await other.active()).find(({ templateId }) => templateId === seedId)?.version;
    expect(await seen()).toBe("2");
    later(31);
    expect(await seen()).toBe("2026-12");
  });

  test("A-18, D-24: what a contract pinned is read as it was, whatever is active now", async () => {
    await store().save(draftOf(), true, "keeper");
    const before = await store().pinned(seedId, "2026-12");
    await store().save(draftOf({ version: "2027-01", content: "<p>更新。</p>" }), true, "keeper");

    expect((await store().pinned(seedId, "2026-12")).content).toEqual(before.content);
    await expect(store().pinned(seedId, "gone")).rejects.toThrow(
      `template ${seedId} version gone is gone`,
    );
  });

  test("B-32, B-49: an active set that does not lint is counted for the alarm", async () => {
    await store().save(draftOf(), true, "keeper");
    const [row] = stage.dynamo.items("template").filter(({ tree }) => tree !== undefined);
    const broken = { ...row, tree: { S: String(row?.tree?.S).replace("partyBName", "nobody") } };
    const saved = stage.dynamo.save();
    saved.template?.set(`${seedId}/2026-12`, broken as never);
    stage.dynamo.restore(saved);

    await store().active();
    expect(counted).toEqual(["TemplateFault"]);
  });
});

describe("saving a version", () => {
  test("C-12: the same version again changes nothing, under a draft also with another content", async () => {
    const first = await store().save(byId("1.0"), false, "keeper");
    const stored = JSON.stringify(stage.dynamo.items("template"));
    later(60);
    expect(await store().save(byId("1.0"), false, "someone")).toEqual(first);
    expect(JSON.stringify(stage.dynamo.items("template"))).toBe(stored);

    const mended = await store().save(byId("1.0", { name: "新名" }), false, "someone");
    expect(mended).toMatchObject({
      name: "新名",
      createdBy: "keeper",
      createdAt: first.createdAt,
      updatedBy: "someone",
    });
  });

  test("C-28: a released version never changes; the id and version are unique", async () => {
    await store().save(byId("1.0"), true, "keeper");

    const problem = await problemOf(store().save(byId("1.0", { name: "别的" }), true, "keeper"));
    expect(problem.code).toBe("IDEMPOTENCY_CONFLICT");
    expect(problem.message).toContain("send a new version");
    const seeded = await problemOf(store().save(draftOf({ version: "1" }), true, "keeper"));
    expect(seeded.code).toBe("IDEMPOTENCY_CONFLICT");
  });

  test("C-67: an active version is not withdrawn but replaced", async () => {
    await store().save(byId("1.0"), true, "keeper");
    const problem = await problemOf(store().save(byId("1.0"), false, "keeper"));
    expect(problem.code).toBe("STATE_CONFLICT");

    await store().save(byId("1.1", { name: "二" }), true, "keeper");
    expect(await statesOf("TEMPLATE_COLLECTION_TEST_V1")).toEqual({
      "1.0": "RETIRED",
      "1.1": "ACTIVE",
    });
  });

  test("K29: the versions of one id serve the same contracts", async () => {
    const elsewhere = { ...wanted, userType: "ENTERPRISE" };
    const problem = await problemOf(store().save(draftOf({ selector: elsewhere }), true, "keeper"));

    expect(problem.code).toBe("PARAM_INVALID");
    expect(problem.fields.map(({ field }) => field)).toEqual(["selector"]);
  });

  test("a version that is not there cannot be activated", async () => {
    expect((await problemOf(store().activate("NONE", "1", "keeper"))).code).toBe("NOT_FOUND");
  });

  test("C-27: the row has its fourteen columns, a message those of D-19 as well", async () => {
    await store().save(byId("1.0"), true, "keeper");
    const sms = readTemplate({
      templateId: "SMS.OWN",
      version: "1",
      name: "短信",
      category: "SMS",
      content: "请签署《{{agreement}}》：{{link}}",
      selector: { bizScene: "POOLING_AUTH", userType: "ENTERPRISE" },
    });
    await store().save(sms.draft, true, "keeper");

    const rows = stage.dynamo.items("template");
    const row = (id: string, version: string) =>
      Object.keys(
        rows.find((one) => one.template_id?.S === id && one.version?.S === version) ?? {},
      );
    expect(row("TEMPLATE_COLLECTION_TEST_V1", "1.0")).toEqual(
      expect.arrayContaining([
        ...["template_id", "name", "version", "category", "content_type", "content"],
        ...["variable_definitions_json", "signer_config_json", "active"],
        ...["created_by", "updated_by", "created_at", "updated_at"],
      ]),
    );
    expect(row("SMS.OWN", "1")).toEqual(
      expect.arrayContaining([
        ...["template_code", "scene", "signatory_type", "process_type", "content_template"],
        ...["h5_template_name", "is_active", "created_at"],
      ]),
    );
  });

  test("C-28: a category lists its versions, seeded and stored, as they stand", async () => {
    await store().save(draftOf(), true, "keeper");

    const rows = await store().list("RELATIONSHIP_AGREEMENT");
    const mine = rows.filter(({ templateId }) => templateId === seedId);
    expect(mine.map(({ version, state }) => `${version} ${state}`)).toEqual([
      "1 RETIRED",
      "2 RETIRED",
      "2026-12 ACTIVE",
    ]);
    expect(rows.some(({ category }) => category !== "RELATIONSHIP_AGREEMENT")).toBe(false);
  });
});

test("K29: two activations at once, in every order, leave one active version and nobody without an answer", async () => {
  const a = draftOf();
  const b = draftOf({ version: "2027-01", content: "<p>更新。</p>" });
  await store().save(a, false, "keeper");
  await store().save(b, false, "keeper");
  const drafted = stage.dynamo.save();

  const { orders } = await explore(
    async (choose) => {
      stage.dynamo.restore(drafted);
      const run = turns(0);
      stage.dynamo.gate = run.gate;
      for (const { version } of [a, b])
        run.start({ name: version, at: now }, () => store().activate(seedId, version, "keeper"));
      if ((await run.play(choose)) === undefined) return false;

      stage.dynamo.gate = undefined;
      expect(run.failures).toEqual([]);
      const active = Object.entries(await statesOf(seedId)).filter(
        ([, state]) => state === "ACTIVE",
      );
      expect(active).toEqual([[await chosen(), "ACTIVE"]]);
      return true;
    },
    { limit: 50, random: 20, seed: 1 },
  );

  expect(orders).toBeGreaterThan(1);
});
