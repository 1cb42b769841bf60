/** VERIFY.md of every bundle. The commands are run from this very text by a test. */
export const verifyText = `# How to check this bundle

You need \`openssl\` and a POSIX shell; no program of ours. Unpack the zip, work in its folder, and run the
blocks one after the other: each prints OK, or what does not hold.

## 1. The seal is by the platform's key

\`\`\`sh
openssl dgst -sha256 -verify seal/public-key.pem -signature seal/statement.sig seal/statement.json
\`\`\`

It prints \`Verified OK\`. Compare \`seal/public-key.pem\` with the key you got from the platform on another way:
a key that only comes with the bundle proves nothing about who sealed it.

## 2. The statement covers exactly these entries

Every file in \`entries/\` is one thing that happened. Its leaf is SHA-256 of a zero byte and the file;
two nodes join as SHA-256 of a one byte and both (RFC 6962, section 2.1). This computes the root:

\`\`\`sh
mkdir -p leaves; count=0
for entry in entries/*.json; do
  { printf '\\000'; cat "$entry"; } | openssl dgst -sha256 -binary > leaves/$count
  count=$((count + 1))
done
# root FIRST SIZE: the node above SIZE leaves that begin with leaf FIRST
root() {
  if [ "$2" -eq 1 ]; then cat "leaves/$1"; return; fi
  half=1; while [ $((half * 2)) -lt "$2" ]; do half=$((half * 2)); done
  { printf '\\001'; (root "$1" $half); root $(($1 + half)) $(($2 - half)); } | openssl dgst -sha256 -binary
}
computed=$(root 0 $count | od -A n -v -t x1 | tr -d ' \\n')
grep -q "\\"root\\":\\"$computed\\",\\"treeSize\\":$count," seal/statement.json && echo "Root OK" || echo "Root DIFFERS"
\`\`\`

Each entry also carries the leaf of the one before it as \`prev\`, so none can be taken out, added or moved.

## 3. The agreement is the one that was signed

\`\`\`sh
hash=$(openssl dgst -sha256 -r agreement.pdf | cut -d ' ' -f 1)
grep -l '"step":"SIGNED"' entries/*.json | xargs cat | grep -q "\\"documentHash\\":\\"$hash\\"" && echo "Agreement OK" || echo "Agreement DIFFERS, is missing, or nobody signed"
\`\`\`

A contract that ended before anyone signed has no entry whose step is \`SIGNED\`, and so no agreement to check.

## 4. A disclosed value is the one that was committed to

\`disclosures.json\` lists by entry what stands behind its \`commitments\`: a commitment is SHA-256 of the salt
(hex, decoded) followed by the value in UTF-8. When a person was erased, this file and \`agreement.pdf\` are
missing; everything above but the third block still holds.
`;
