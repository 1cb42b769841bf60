import { createHash } from "node:crypto";
import type { Measure } from "../../functions/domain/monitoring.ts";
import {
  type HttpRequest,
  type HttpResponse,
  lambdaWorld,
  type World,
} from "../../functions/world.ts";
import { type AwsService, fakeAws } from "./aws.ts";
import { fakeDynamo } from "./dynamo.ts";
import { fakeKms } from "./kms.ts";
import { fakeS3 } from "./s3.ts";
import { fakeStepFunctions } from "./step-functions.ts";

export const verificationPeer = { clientId: "verifier", secret: "verification secret" };
export const clearingPeer = { clientId: "qianyue", secret: "clearing secret 01" };
export const partner = { clientId: "sandai", secret: "partner secret 01" };
/** Two platforms of document T's kind, whose requestIds have nothing to do with each other. */
export const tiancai = { clientId: "tiancai", secret: "tiancai secret 01" };
export const otherApp = { clientId: "other-app", secret: "other app secret 01" };
/** Keeps the templates, and starts nothing. */
const keeper = { clientId: "keeper", secret: "keeper secret 001" };
export const faceVendor = {
  name: "vendor-a",
  protocol: "a",
  appId: "qianyue",
  secret: "face vendor secret",
} as const;

const secrets: Readonly<Record<string, string>> = {
  platform: "platform master secret of the tests",
  peers: JSON.stringify({
    smsGateway: { clientId: "qianyue", secret: "sms gateway secret" },
    verificationSystem: verificationPeer,
    clearing: clearingPeer,
  }),
  "face-vendors": JSON.stringify({
    vendors: [{ ...faceVendor, url: "https://face.example/a", sources: ["203.0.113.0/24"] }],
  }),
  partners: JSON.stringify({
    partners: [
      {
        clientId: partner.clientId,
        secrets: [partner.secret],
        webhookSecret: "whsec_dGVzdA==",
        dialects: ["native"],
      },
      ...[tiancai, otherApp].map(({ clientId, secret }) => ({
        clientId,
        secrets: [secret],
        webhookSecret: "whsec_dGVzdA==",
        dialects: ["T"],
      })),
      {
        clientId: keeper.clientId,
        secrets: [keeper.secret],
        webhookSecret: "whsec_dGVzdA==",
        dialects: [],
        scopes: ["templates"],
      },
    ],
  }),
};

const environment: Readonly<Record<string, string>> = {
  CONTRACT_FLOW_TABLE: "flow",
  EVIDENCE_CHAIN_TABLE: "chain",
  TRANSACTION_ORDER_TABLE: "orders",
  GUARD_TABLE: "guard",
  FACE_VERIFICATION_TABLE: "faces",
  FACE_VENDORS_SECRET_ID: "face-vendors",
  TEMPLATE_TABLE: "template",
  LOG_TABLE: "log",
  LOG_ORIGIN: "test.example/log",
  DOCUMENT_BUCKET: "documents",
  EVIDENCE_BUCKET: "evidence",
  DATA_KEY_ID: "data-key",
  SIGNING_KEY_ID: "signing-key",
  PARTNERS_SECRET_ID: "partners",
  PEERS_SECRET_ID: "peers",
  PLATFORM_SECRET_ID: "platform",
  STATE_MACHINE_ARN: "arn:aws:states:test-1:000000000000:stateMachine:signing:live",
  PUBLIC_BASE_URL: "https://sign.example",
  SMS_GATEWAY_URL: "https://sms.example",
  VERIFICATION_URL: "https://verify.example",
  CLEARING_URL: "https://clearing.example",
  CLEARING_QUEUE_URL: "https://sqs.test-1.amazonaws.com/000000000000/clearing",
  ACCOUNT_CODE: "^[A-Z0-9]{1,32}$",
  ALLOWED_CALLBACK_HOSTS: "",
  IDENTITY_CHECK: "strict",
};

/**
 * A World whose time, randomness, network and AWS belong to the test. The handlers and the SDK clients
 * over it are the real ones. `now` may answer differently to different callers.
 */
export function testWorld(options: {
  readonly now: () => string;
  readonly http?: (request: HttpRequest) => Promise<HttpResponse>;
}) {
  const dynamo = fakeDynamo({
    flow: { keys: ["pk", "sk"] },
    chain: { keys: ["contract_id", "index"], stream: true },
    orders: { keys: ["id", "part"], queried: true },
    guard: { keys: ["pk"] },
    faces: { keys: ["pk", "sk"] },
    template: { keys: ["template_id", "version"] },
    log: { keys: ["pk", "sk"] },
  });
  const stepFunctions = fakeStepFunctions();
  const s3 = fakeS3();
  const measured: Measure[] = [];
  const random = seededBytes("test world");
  const secretsManager: AwsService = async ({ input }) => ({
    SecretString: secrets[String(input.SecretId)],
  });
  const services = {
    DynamoDB_20120810: dynamo.serve,
    TrentService: fakeKms(random),
    AWSStepFunctions: stepFunctions.serve,
    secretsmanager: secretsManager,
    // Whoever plays a queue brings the messages itself.
    AmazonSQS: async () => ({}),
  };
  const world: World = {
    now: options.now,
    randomBytes: random,
    keyPair: lambdaWorld.keyPair,
    http: options.http ?? unreachable,
    sleep: async () => {},
    environment: (name) => environment[name],
    aws: fakeAws(services, s3.serve),
    log: () => {},
    count: () => {},
    measure: (name, value, unit, dimensions) => {
      measured.push({ name, value, unit, dimensions });
    },
  };
  return { world, dynamo, stepFunctions, s3, measured };
}

const unreachable = async ({ method, url }: HttpRequest): Promise<HttpResponse> => {
  throw new Error(`${method} ${url}: this test expects no call to the outside`);
};

/** The same bytes in every run: SHA-256 of the seed and a counter. */
function seededBytes(seed: string): (size: number) => Buffer {
  let counter = 0;
  return (size) => {
    const blocks = Array.from({ length: Math.ceil(size / 32) }, () =>
      createHash("sha256").update(`${seed} ${counter++}`).digest(),
    );
    return Buffer.concat(blocks).subarray(0, size);
  };
}
