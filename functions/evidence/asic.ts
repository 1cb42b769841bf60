import { createHash } from "node:crypto";

/** The container of ETSI EN 319 162-1 (ASiC-E with CAdES): any tool that knows it finds its way in our bundle. */
export const asicMimetype = "application/vnd.etsi.asic-e+zip";

export const signatureFile = "META-INF/signature001.p7s";
export const timestampFile = "META-INF/timestamp002.tst";

/**
 * An ASiCManifest: what `covered` by, and the SHA-256 of everything it covers. Names are ours and plain;
 * nothing in them needs escaping.
 */
export function asicManifest(
  reference: { readonly uri: string; readonly mimeType: string },
  files: Readonly<Record<string, Uint8Array>>,
): Uint8Array {
  const objects = Object.entries(files).map(([name, bytes]) => {
    const digest = createHash("sha256").update(bytes).digest("base64");
    return `  <asic:DataObjectReference URI="${name}">
    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
    <ds:DigestValue>${digest}</ds:DigestValue>
  </asic:DataObjectReference>`;
  });
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <asic:SigReference URI="${reference.uri}" MimeType="${reference.mimeType}"/>
${objects.join("\n")}
</asic:ASiCManifest>
`;
  return Buffer.from(xml, "utf8");
}
