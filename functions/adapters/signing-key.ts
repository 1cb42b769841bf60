import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import type { World } from "../world.ts";

/** The platform's ECDSA P-256 key in KMS; the private half never leaves it (design 5). */
export function signingKey(world: World, keyId: string) {
  const kms = new KMSClient(world.aws);
  let known: Promise<Uint8Array> | undefined;

  async function fetchPublicKey(): Promise<Uint8Array> {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    if (!PublicKey) throw new Error("KMS GetPublicKey answered without a key");
    return PublicKey;
  }

  return {
    /** DER signature over SHA-256 of `message`. RAW, so that AWS and the local stack hash alike. */
    async sign(message: Uint8Array): Promise<Uint8Array> {
      const { Signature } = await kms.send(
        new SignCommand({
          KeyId: keyId,
          Message: message,
          MessageType: "RAW",
          SigningAlgorithm: "ECDSA_SHA_256",
        }),
      );
      if (!Signature) throw new Error("KMS Sign answered without a signature");
      return Signature;
    },
    /** SubjectPublicKeyInfo, DER. A key in KMS never changes under its id, so it is asked for once. */
    publicKey(): Promise<Uint8Array> {
      known ??= fetchPublicKey().catch((cause: unknown) => {
        known = undefined;
        throw cause;
      });
      return known;
    },
  };
}

export type SigningKey = ReturnType<typeof signingKey>;
