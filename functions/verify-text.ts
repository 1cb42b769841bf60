/** VERIFY.md of every bundle. The commands are run from this very text by a test. */
export const verifyText = `# How to check this bundle

You need \`openssl\`, \`sha256sum\`, \`xxd\` and a POSIX shell; no program of ours. Unpack the zip and work in its folder.

## 1. The seal is by the platform's key

\`\`\`sh
openssl dgst -sha256 -verify seal/public-key.pem -signature seal/statement.sig seal/statement.json
\`\`\`

It prints \`Verified OK\`. Compare \`seal/public-key.pem\` with the key you got from the platform on another way:
a key that only comes with the bundle proves nothing about who sealed it.

## 2. The statement covers exactly these entries

Every file in \`entries/\` is one thing that happened. Its leaf is SHA-256 of a zero byte and the file;
two nodes join as SHA-256 of a one byte and both (RFC 6962, section 2.1). This prints the root:

\`\`\`sh
leaf() { { printf '\\000'; cat "$1"; } | openssl dgst -sha256 -binary | xxd -p -c 64; }
join() { { printf '\\001'; printf '%s%s' "$1" "$2" | xxd -r -p; } | openssl dgst -sha256 -binary | xxd -p -c 64; }
root() {
  if [ $# -eq 1 ]; then printf '%s' "$1"; return; fi
  half=1; while [ $((half * 2)) -lt $# ]; do half=$((half * 2)); done
  left=""; count=0
  while [ $count -lt $half ]; do left="$left $1"; shift; count=$((count + 1)); done
  right=$(root "$@"); left=$(root $left); join "$left" "$right"
}
leaves=""; for entry in entries/*.json; do leaves="$leaves $(leaf "$entry")"; done
computed=$(root $leaves)
grep -q "\\"root\\":\\"$computed\\"" seal/statement.json && echo "Root OK"
\`\`\`

Each entry also carries the leaf of the one before it as \`prev\`, so none can be taken out, added or moved.

## 3. The agreement is the one that was signed

\`\`\`sh
hash=$(sha256sum agreement.pdf | cut -d ' ' -f 1)
grep -l "\\"step\\":\\"SIGNED\\"" entries/*.json | xargs grep -q "\\"documentHash\\":\\"$hash\\"" && echo "Agreement OK"
\`\`\`

A contract that ended before anyone signed has no such entry.

## 4. A disclosed value is the one that was committed to

\`disclosures.json\` lists by entry what stands behind its \`commitments\`: a commitment is SHA-256 of the salt
(hex, decoded) followed by the value. A value that was erased is missing there; everything above still holds.
`;
