import process from "../examples/process.json" with { type: "json" };
import { wordProblem } from "../functions/dialects/wallet.ts";
import { initiateSchemas } from "../functions/dialects/wallet-request.ts";
import { type Dialect, idempotencyKey, type Operation, type Parameter } from "./description.ts";
import { problemSchema } from "./problems.ts";
import * as answers from "./wallet-answers.ts";

const schemas = {
  InitiateProcess: initiateSchemas.strict,
  InitiatedProcess: answers.initiatedProcess,
  Process: answers.process,
  ProcessEnded: answers.processEnded,
  WalletProblem: problemSchema(wordProblem),
};

const walletHeaders: readonly Parameter[] = [
  {
    in: "header",
    name: "X-System-Code",
    description: "Always `WALLET`",
    example: "WALLET",
    required: true,
  },
  {
    in: "header",
    name: "X-Business-Id",
    description: "The wallet's serial number; like `requestId` it names one process for ever",
    example: "BIZ-1",
    required: true,
  },
];

const prefer: Parameter = {
  in: "header",
  name: "Prefer",
  description: "`wait=N`: wait up to N seconds, ten at most, until the message has left",
  example: "wait=10",
};

const initiation = {
  access: "partner",
  request: { schema: schemas.InitiateProcess, examples: { process } },
  answer: {
    description: "Begun, or already there",
    schema: schemas.InitiatedProcess,
    replays: true,
  },
} as const satisfies Partial<Operation>;

const refusals = [
  "FORBIDDEN",
  "SCENE_UNSUPPORTED",
  "DUPLICATE",
  "IDEMPOTENCY_CONFLICT",
  "TEMPLATE_UNAVAILABLE",
  "SMS_FAILED",
] as const;

/** The words of document D. */
export const wallet: Dialect = {
  name: "wallet",
  title: "Qianyue: processes of the wallet",
  description:
    "Initiate a process and be told how it ends. `requestId` with `businessType` names a process for ever, and so does `X-Business-Id`: whichever was used before answers 409 `REQUEST_DUPLICATED` with the existing process in `data`. Unknown fields are refused.",
  schemas,
  problem: schemas.WalletProblem,
  word: wordProblem,
  operations: {
    "initiate-process": {
      ...initiation,
      summary: "Initiates a process and sends its message",
      parameters: [...walletHeaders, idempotencyKey, prefer],
      problems: refusals,
    },
    "send-process-sms": {
      ...initiation,
      summary: "The same as the initiation; sends the message of a live process again",
      description: "A minute apart, five times a day.",
      parameters: [idempotencyKey, prefer],
      problems: [...refusals, "STATE_CONFLICT", "FLOW_EXPIRED", "RATE_LIMITED"],
    },
    "get-process": {
      summary: "Where a process stands",
      access: "partner",
      parameters: [
        {
          in: "path",
          name: "processId",
          description: "The process; a contract of yours from another dialect as well",
          example: "CT0123456789ABCDEFGHJKMNPQRS",
        },
      ],
      answer: { description: "The process, its persons masked", schema: schemas.Process },
      problems: ["NOT_FOUND"],
    },
  },
  webhooks: {
    processEnded: { summary: "A process has ended", schema: schemas.ProcessEnded },
  },
  fields: {
    requestId: "Yours; names this process for ever",
    businessType: "The one there is",
    scene: "Why the money will move",
    processType: "What is signed for; goes with some scenes only",
    payerInfo: "Who pays",
    payeeInfo: "Who receives",
    initiatorInfo: "On whose behalf the wallet asks",
    merchantNo: "The wallet's number of the merchant",
    merchantName: "As registered",
    merchantType: "`INDIVIDUAL` signs as the person in `contactInfo`",
    accountNo: "A code and no person's number; what the contract authorises",
    accountType: "What kind of account",
    bankCardInfo: "Where a micro-deposit goes",
    cardNo: "8 to 32 digits; a person's card is checked by Luhn",
    accountName: "Holder of the card",
    bankCode: "`ICBC`, or twelve digits of the interbank register",
    contactInfo: "Who is reached, and signs",
    name: "Of the person",
    idCardNo: "GB 11643; required of an `INDIVIDUAL` who signs",
    mobile: "Mainland number the link goes to",
    fundPurpose: "Stands in the agreement",
    callbackUrl: "Where the end is told: https, a public host",
    extInfo: "What else was agreed",
    orderAggregationMaxRatio: "How much of an order may be collected, `0.8`",
    processId: "`CT` and 26 characters; the contract's id",
    h5PageUrl: "The signer's link",
    expiredAt: "When the process ends unless it is complete",
    protocolInfo: "The agreement, once generated",
    downloadUrl: "Good for five minutes",
    dispatch: "Whether the verification system has taken it over",
    failureReason: "Why it failed",
    processStatus: "Whether a failed process expired",
    errors: "Each faulty field, by its path",
    data: "The process, where there is one",
    traceId: "The number to name when something is to be looked up",
  },
};
