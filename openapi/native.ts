import enterprise from "../examples/enterprise.json" with { type: "json" };
import personal from "../examples/personal.json" with { type: "json" };
import pooling from "../examples/pooling.json" with { type: "json" };
import twoSigners from "../examples/two-signers.json" with { type: "json" };
import { wordProblem } from "../functions/dialects/native.ts";
import { createSchemas, revokeSchema } from "../functions/dialects/native-request.ts";
import { contractIdIn, type Dialect, idempotencyKey, type Parameter } from "./description.ts";
import * as answers from "./native-answers.ts";
import { nativeFields } from "./native-fields.ts";
import { problemSchema } from "./problems.ts";

const schemas = {
  StartContract: createSchemas.strict,
  StartedContract: answers.startedContract,
  EndedContract: answers.endedContract,
  StartAnswer: answers.startAnswer,
  Contract: answers.contract,
  RevokeContract: revokeSchema,
  RevokedContract: answers.revokedContract,
  WithdrawnContract: answers.withdrawnContract,
  SentMessage: answers.sentMessage,
  Evidence: answers.evidence,
  LogLeaves: answers.logLeaves,
  InclusionProof: answers.inclusionProof,
  ConsistencyProof: answers.consistencyProof,
  KnownDocument: answers.knownDocument,
  ContractEnded: answers.contractEnded,
  Description: answers.description,
  Problem: problemSchema(wordProblem),
};

const contractId = contractIdIn("The contract, or any record of it: sign serial, message, event");

const query = (name: string, description: string, example: string): Parameter => ({
  in: "query",
  name,
  description,
  example,
});

/** What a link to a file carries; an answer gives it whole. */
const linkQuery = [
  { ...query("until", "When the link ends", "1795000000"), required: true },
  { ...query("signature", "Ours, over the rest of the link", "0123456789abcdef"), required: true },
] as const;

const byOperator = { reason: "wrong amount", operator: "li.ming" };

/** The words of documents A and B, and what is everybody's: the log, and whether a file was sealed. */
export const native: Dialect = {
  name: "native",
  title: "Qianyue: contracts",
  description:
    "Start a contract, follow it, fetch its evidence. Bodies are JSON in UTF-8, times ISO 8601 in UTC, unknown fields are refused. `requestId` names a request for ever: the same body under it gets the same answer with `Idempotent-Replayed: true`, another body a 409. Every error has one shape; every answer carries `X-Trace-Id`.",
  schemas,
  problem: schemas.Problem,
  word: wordProblem,
  operations: {
    "create-contract": {
      summary: "Starts a contract",
      access: "partner",
      parameters: [idempotencyKey],
      request: {
        schema: schemas.StartContract,
        examples: { personal, enterprise, pooling, twoSigners },
      },
      answer: {
        description: "Accepted; a repeat after the end carries the whole contract",
        schema: schemas.StartAnswer,
        replays: true,
      },
      problems: [
        "SCENE_UNSUPPORTED",
        "AGREEMENT_UNSUPPORTED",
        "DUPLICATE",
        "IDEMPOTENCY_CONFLICT",
        "TEMPLATE_UNAVAILABLE",
      ],
    },
    "get-contract": {
      summary: "Where the contract stands, with all records",
      access: "partner",
      parameters: [contractId],
      answer: { description: "The contract", schema: schemas.Contract },
      problems: ["NOT_FOUND"],
    },
    "get-evidence": {
      summary: "The evidence chain, its root, and a link to the sealed bundle",
      access: "partner",
      parameters: [
        contractId,
        query("view", "`raw` adds the personal values, with the scope `audit`", "raw"),
      ],
      answer: { description: "The chain", schema: schemas.Evidence },
      problems: ["FORBIDDEN", "NOT_FOUND"],
    },
    "download-bundle": {
      summary: "The sealed evidence",
      description: "Follow `bundleUrl` of the evidence within five minutes.",
      access: "carried",
      parameters: [contractId, ...linkQuery],
      answer: { description: "The bundle", mediaType: "application/zip" },
      problems: ["NOT_FOUND", "LINK_EXPIRED"],
    },
    "download-agreement": {
      summary: "The agreement; signed once everybody has",
      description: "Follow the link of an answer within five minutes.",
      access: "carried",
      parameters: [contractId, ...linkQuery],
      answer: { description: "The agreement", mediaType: "application/pdf" },
      problems: ["NOT_FOUND", "LINK_EXPIRED"],
    },
    "resend-sms": {
      summary: "Sends the link once more",
      description: "At most five a day and one a minute.",
      access: "partner",
      parameters: [contractId, query("signer", "Which signer, by number; else the first", "1")],
      answer: { description: "Sent", schema: schemas.SentMessage },
      problems: [
        "PARAM_INVALID",
        "NOT_FOUND",
        "STATE_CONFLICT",
        "FLOW_EXPIRED",
        "RATE_LIMITED",
        "SMS_FAILED",
      ],
    },
    "revoke-contract": {
      summary: "Withdraws a contract that is not complete",
      access: "partner",
      parameters: [contractId],
      request: { schema: schemas.RevokeContract, examples: { byOperator } },
      answer: { description: "Revoked", schema: schemas.RevokedContract },
      problems: ["NOT_FOUND", "STATE_CONFLICT", "FLOW_EXPIRED"],
    },
    "withdraw-authorization": {
      summary: "Ends what a completed contract authorises",
      access: "partner",
      parameters: [contractId],
      request: { schema: schemas.RevokeContract, examples: { byOperator } },
      answer: { description: "Nothing moves on it any more", schema: schemas.WithdrawnContract },
      problems: ["NOT_FOUND", "STATE_CONFLICT"],
    },
    "find-document": {
      summary: "Whether a file with this hash was sealed, and with which contract",
      access: "anybody",
      parameters: [
        {
          in: "path",
          name: "sha256",
          description: "Lowercase hex SHA-256 of the file",
          example: "0".repeat(64),
        },
      ],
      answer: { description: "It was", schema: schemas.KnownDocument },
      problems: ["PARAM_INVALID", "NOT_FOUND"],
    },
    "get-checkpoint": {
      summary: "The newest signed tree head of the transparency log",
      access: "anybody",
      answer: { description: "A C2SP signed note", mediaType: "text/plain" },
      problems: ["NOT_FOUND"],
    },
    "get-log-key": {
      summary: "The public key of the log",
      access: "anybody",
      answer: { description: "PEM", mediaType: "text/plain" },
      problems: ["NOT_FOUND"],
    },
    "list-leaves": {
      summary: "Leaf hashes of the log in order, a thousand at most",
      access: "anybody",
      parameters: [
        query("from", "The first leaf; else 0", "0"),
        query("limit", "How many at most", "1000"),
      ],
      answer: { description: "Leaves", schema: schemas.LogLeaves },
      problems: ["PARAM_INVALID", "NOT_FOUND"],
    },
    "prove-inclusion": {
      summary: "Proof that a sealed root is in the log (RFC 6962)",
      access: "anybody",
      parameters: [
        { in: "path", name: "leafHash", description: "Hex leaf hash", example: "0".repeat(64) },
        query("size", "In the tree of this size; else the newest", "1"),
      ],
      answer: { description: "The path to the root", schema: schemas.InclusionProof },
      problems: ["PARAM_INVALID", "NOT_FOUND"],
    },
    "prove-consistency": {
      summary: "Proof that a tree begins with an older one (RFC 6962)",
      access: "anybody",
      parameters: [
        { ...query("from", "Size of the older tree", "1"), required: true },
        { ...query("to", "Size of the newer tree", "1"), required: true },
      ],
      answer: { description: "The proof", schema: schemas.ConsistencyProof },
      problems: ["PARAM_INVALID", "NOT_FOUND"],
    },
    "get-openapi": {
      summary: "A description such as this one",
      access: "anybody",
      parameters: [
        {
          in: "path",
          name: "dialect",
          description: "`native`, `agreement`, `wallet` or `transaction`",
          example: "native",
        },
      ],
      answer: { description: "OpenAPI 3.1", schema: schemas.Description },
      problems: ["NOT_FOUND"],
    },
  },
  webhooks: {
    contractEnded: { summary: "A contract has ended", schema: schemas.ContractEnded },
  },
  fields: nativeFields,
};
