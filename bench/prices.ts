/**
 * List prices of us-east-1 in US dollars, on demand and beyond every free tier, as remembered on 2026-11-21
 * from the services' pricing pages (https://aws.amazon.com/<service>/pricing): check them before a decision
 * rests on them. First tiers; volume only makes them cheaper.
 */
export const prices = {
  apiRequests: { service: "API Gateway", item: "REST requests", usdPerMillion: 3.5 },
  firewallRequests: { service: "WAF", item: "requests", usdPerMillion: 0.6 },
  invocations: { service: "Lambda", item: "requests", usdPerMillion: 0.2 },
  gbSeconds: { service: "Lambda", item: "GB-seconds, arm64", usdPerMillion: 13.3334 },
  writeUnits: { service: "DynamoDB", item: "write units", usdPerMillion: 0.625 },
  readUnits: { service: "DynamoDB", item: "read units", usdPerMillion: 0.125 },
  events: { service: "EventBridge", item: "custom events", usdPerMillion: 1 },
  queueRequests: { service: "SQS", item: "requests", usdPerMillion: 0.4 },
  transitions: { service: "Step Functions", item: "state transitions", usdPerMillion: 25 },
  keyRequests: { service: "KMS", item: "symmetric requests", usdPerMillion: 3 },
  eccSignatures: { service: "KMS", item: "ECC signatures", usdPerMillion: 15 },
  secretReads: { service: "Secrets Manager", item: "requests", usdPerMillion: 5 },
  objectWrites: { service: "S3", item: "PUT and LIST", usdPerMillion: 5 },
  objectReads: { service: "S3", item: "GET", usdPerMillion: 0.4 },
  logMegabytes: { service: "CloudWatch Logs", item: "megabytes taken in", usdPerMillion: 500 },
  traces: { service: "X-Ray", item: "traces recorded", usdPerMillion: 5 },
} as const;

export type Item = keyof typeof prices;

/** How much of each item something used. */
export type Used = Readonly<Record<Item, number>>;

/** S3 Standard keeps a gigabyte for a month. */
export const objectMonthUsd = 0.023;
