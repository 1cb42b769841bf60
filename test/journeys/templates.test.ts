import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, partnerClient } from "../../client/signed-call.ts";
import { eventually } from "../../examples/signer.ts";
import { awsOf, becomes, begin, type Json, messagesTo, partnerOf, signed } from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const path = "/api/v1/template";
const templateId = "RELATION_BINDING_AGREEMENT.PERSONAL";
/** An activation reaches every function within this. */
const everywhereMs = 31_000;

let keep: (method: "GET" | "POST", path: string, body?: unknown) => Promise<Answer>;
beforeAll(() => {
  const keeper = stack.partners.find(({ scopes }) => scopes.includes("templates"));
  if (keeper === undefined) throw new Error("the stack has no partner that keeps templates");
  keep = partnerClient(stack.apiUrl, keeper, stack.now);
});

const wording = (version: string, sentence: string): Json => ({
  templateId,
  version,
  name: "关系绑定协议",
  category: "RELATIONSHIP_AGREEMENT",
  selector: {
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    agreementType: "RELATION_BINDING_AGREEMENT",
  },
  content: `<h1>关系绑定协议</h1>
<table><tr><th>合同编号</th><td>{{contractId}}</td></tr></table>
<h2>绑定</h2>
<ol><li>\${partyBName}${sentence}</li></ol>`,
});

const pageOf = async (flow: Json): Promise<string> => (await flow.signer()).read();
const versionsNow = async (): Promise<Json> => {
  const { body } = await keep("GET", `${path}?category=RELATIONSHIP_AGREEMENT`);
  return Object.fromEntries(
    body.templates
      .filter((one: Json) => one.templateId === templateId)
      .map((one: Json) => [one.version, one.state]),
  );
};

describe("an agreement that operations change", () => {
  test("C-12, D-32: a new version is signed by whoever starts after it, while older contracts keep theirs", async () => {
    const before = await begin(stack, "personal");
    const saved = await keep("POST", path, wording("2026-12", "同意新的绑定方式。"));
    expect(saved).toMatchObject({
      status: 200,
      body: { templateId, version: "2026-12", active: true, state: "ACTIVE", contentType: "HTML" },
    });
    await stack.advance(everywhereMs);
    const after = await begin(stack, "personal");

    const [oldPage, newPage] = [await pageOf(before), await pageOf(after)];
    expect(oldPage).not.toContain("同意新的绑定方式。");
    expect(newPage).toContain("同意新的绑定方式。");
    for (const flow of [before, after]) {
      await (await signed(flow)).showFace();
      await becomes(flow, "COMPLETED");
    }
    expect(await versionsNow()).toEqual({ 1: "RETIRED", 2: "RETIRED", "2026-12": "ACTIVE" });
  });

  test("D-32: the older version comes back by activating it", async () => {
    const back = await keep("POST", `${path}/${templateId}/activate`, { version: "2" });
    expect(back).toMatchObject({ status: 200, body: { version: "2", active: true } });

    const read = await keep("GET", `${path}/${templateId}`);
    expect(read.body).toMatchObject({ version: "2", versions: ["1", "2", "2026-12"] });
    const old = await keep("GET", `${path}/${templateId}?version=2026-12`);
    expect(old.body).toMatchObject({
      state: "RETIRED",
      content: wording("", "同意新的绑定方式。").content,
    });
  });

  test("C-18: TemplateUpdatedEvent saves like a request, once however often it comes", async () => {
    const detail = wording("2027-01", "同意由事件更新。");
    for (let time = 0; time < 2; time += 1) await put("partner.sandbox-operations", detail);
    await eventually("the version of the event", async () =>
      (await versionsNow())["2027-01"] === "ACTIVE" ? true : undefined,
    );

    expect((await keep("POST", path, detail)).body).toMatchObject({
      createdBy: "sandbox-operations",
      state: "ACTIVE",
    });
  });

  test("C-18: an event from a client without the scope, or with a faulty wording, changes nothing", async () => {
    await put("partner.sandbox-native", wording("2027-02", "不该出现。"));
    await put("partner.sandbox-operations", { ...wording("2027-03", "x"), content: "<img>" });
    await put("qianyue", wording("2027-04", "同意由平台更新。"));
    await eventually("the version of the platform's event", async () =>
      (await versionsNow())["2027-04"] === "ACTIVE" ? true : undefined,
    );

    const versions = await versionsNow();
    expect(versions).not.toHaveProperty("2027-02");
    expect(versions).not.toHaveProperty("2027-03");
  });
});

test("B-31, D-23, D-24: message and page change with their templates", async () => {
  const selector = { bizScene: "RELATION_BIND", userType: "PERSONAL", scene: "BATCH_PAYMENT" };
  const sms = await keep("POST", path, {
    templateId: "SMS.BATCH",
    version: "1",
    name: "批量付款短信",
    category: "SMS",
    selector,
    content: "【签约】批量付款前请签署《${agreement}》：${link}",
  });
  const h5 = await keep("POST", path, {
    templateId: "H5.BATCH",
    version: "1",
    name: "批量付款签署页",
    category: "H5",
    selector,
    content: {
      title: "批量付款：{{agreement}}",
      components: [{ kind: "paragraph", text: "请先核对金额用途。" }],
    },
  });
  expect([sms.status, h5.status]).toEqual([200, 200]);
  await stack.advance(everywhereMs);

  const flow = await begin(stack, "personal", { scene: "BATCH_PAYMENT" });
  const page = await pageOf(flow);

  const [message] = await messagesTo(stack, flow.request.userInfo.mobile);
  expect(message.text).toContain("批量付款前请签署《关系绑定协议》");
  expect(page).toContain("批量付款：关系绑定协议</h1>");
  expect(page).toContain("请先核对金额用途。");
});

describe("what is refused", () => {
  test.each<[string, Json, number, number, string]>([
    [
      "C-65: markup outside the subset, by its place",
      { ...wording("9", "x"), content: "<p>好</p>\n<script>x</script>" },
      400,
      40001,
      "content line 2, column 1",
    ],
    [
      "C-66: a released version with another content",
      wording("2026-12", "另一种说法。"),
      400,
      40002,
      "send a new version",
    ],
    ["C-65: a body of nothing", {}, 400, 40001, "templateId is required"],
  ])("%s", async (_what, body, status, code, message) => {
    const answer = await keep("POST", path, body);

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("an id or version that nobody made is a 404 with 40401", async () => {
    const read = await keep("GET", `${path}/NOBODY`);
    const activated = await keep("POST", `${path}/${templateId}/activate`, { version: "none" });

    expect([read.status, activated.status]).toEqual([404, 404]);
    expect([read.body.code, activated.body.code]).toEqual([40401, 40401]);
  });

  test("C-64: nobody but a client with the scope templates reads or writes one", async () => {
    const call = partnerOf(stack);
    const answers = [
      await call("POST", path, wording("8", "x")),
      await call("GET", path),
      await call("GET", `${path}/${templateId}`),
      await call("POST", `${path}/${templateId}/activate`, { version: "1" }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [403, 40301]),
    );

    const unsigned = await fetch(new URL(path, stack.apiUrl));
    expect([unsigned.status, (await unsigned.json()).code]).toEqual([401, 40101]);
  });
});

async function put(source: string, detail: Json): Promise<void> {
  const entry = { EventBusName: "qianyue", Source: source, DetailType: "TemplateUpdatedEvent" };
  await new EventBridgeClient(awsOf(stack)).send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
  );
}
