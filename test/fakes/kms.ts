import { generateKeyPairSync, sign } from "node:crypto";
import { AwsFault, type AwsService } from "./aws.ts";

const signing = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** Data keys wrapped in plain sight with their context, and one real P-256 key. */
export function fakeKms(randomBytes: (size: number) => Buffer): AwsService {
  return async ({ operation, input }) => {
    const context = JSON.stringify(input.EncryptionContext ?? {});
    switch (operation) {
      case "GenerateDataKey": {
        const Plaintext = randomBytes(32).toString("base64");
        return { Plaintext, CiphertextBlob: base64(JSON.stringify({ Plaintext, context })) };
      }
      case "Decrypt": {
        const wrapped = JSON.parse(Buffer.from(String(input.CiphertextBlob), "base64").toString());
        if (wrapped.context !== context)
          throw new AwsFault("InvalidCiphertextException", "another encryption context");
        return { Plaintext: wrapped.Plaintext };
      }
      case "Sign": {
        const message = Buffer.from(String(input.Message), "base64");
        return { Signature: sign("sha256", message, signing.privateKey).toString("base64") };
      }
      case "GetPublicKey": {
        const spki = signing.publicKey.export({ format: "der", type: "spki" });
        return { PublicKey: spki.toString("base64") };
      }
      default:
        throw new Error(`the fake KMS does not know ${operation}`);
    }
  };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
