/** VERIFY.md of every bundle. The commands are run from this very text by a test. */
export const verifyText = `# How to check this bundle

You need \`openssl\` and a POSIX shell; no program of ours. Unpack the zip, work in its folder, and run the
blocks one after the other: each line they print ends in OK, or says what does not hold.

Two files must come from elsewhere, because a key that only comes with the bundle proves nothing about who
holds it: the root certificate of the platform and the one of the time-stamp authority.

\`\`\`sh
ROOTS=\${ROOTS:-roots.pem}         # the platform's root, from the platform on another way
TSA_ROOTS=\${TSA_ROOTS:-tsa.pem}   # the authority's root, from the authority
\`\`\`

## 1. The platform sealed this list of files

\`META-INF/ASiCManifest001.xml\` names every file by its SHA-256; the signature over it is CAdES (ETSI EN 319 122).

\`\`\`sh
openssl cms -verify -cades -binary -purpose any -no_check_time -inform DER -in META-INF/signature001.p7s \\
  -content META-INF/ASiCManifest001.xml -CAfile "$ROOTS" -out /dev/null 2>/dev/null \\
  && echo "Seal OK" || echo "Seal DIFFERS"
\`\`\`

## 2. An authority saw it at this time

\`\`\`sh
openssl ts -verify -data META-INF/ASiCManifest002.xml -in META-INF/timestamp002.tst -token_in \\
  -CAfile "$TSA_ROOTS" >/dev/null 2>&1 && echo "Time-stamp OK" || echo "Time-stamp DIFFERS or is missing"
openssl ts -reply -in META-INF/timestamp002.tst -token_in -text 2>/dev/null | grep "Time stamp:"
for name in META-INF/ASiCManifest001.xml META-INF/signature001.p7s; do
  digest=$(openssl dgst -sha256 -binary "$name" | openssl base64)
  grep -A 2 "URI=\\"$name\\"" META-INF/ASiCManifest002.xml | grep -q "$digest" && echo "$name OK" || echo "$name DIFFERS"
done
\`\`\`

## 3. The files are the listed ones

\`\`\`sh
grep -o 'DataObjectReference URI="[^"]*"' META-INF/ASiCManifest001.xml | cut -d '"' -f 2 > listed
while read -r name; do
  [ -f "$name" ] || { echo "$name is missing: erased, or taken out"; continue; }
  digest=$(openssl dgst -sha256 -binary "$name" | openssl base64)
  grep -A 2 "URI=\\"$name\\"" META-INF/ASiCManifest001.xml | grep -q "$digest" || echo "$name DIFFERS"
done < listed
echo "Files checked: $(wc -l < listed | tr -d ' ')"
\`\`\`

## 4. The statement covers exactly these entries

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
hex() { od -A n -v -t x1 | tr -d ' \\n'; }
computed=$(root 0 $count | hex)
grep -q "\\"root\\":\\"$computed\\",\\"treeSize\\":$count," seal/statement.json && echo "Root OK" || echo "Root DIFFERS"
\`\`\`

Each entry also carries the leaf of the one before it as \`prev\`, so none can be taken out, added or moved.

## 5. The agreement is the one that was signed, and only signatures were added to it

\`\`\`sh
hash=$(openssl dgst -sha256 -r agreement.pdf | cut -d ' ' -f 1)
grep -l '"step":"SIGNED"' entries/*.json | xargs cat | grep -q "\\"documentHash\\":\\"$hash\\"" && echo "Agreement OK" || echo "Agreement DIFFERS, is missing, or nobody signed"
hash=$(openssl dgst -sha256 -r signed.pdf | cut -d ' ' -f 1)
grep -l '"step":"DOCUMENT_SIGNED"' entries/*.json | xargs cat | grep -q "\\"signedHash\\":\\"$hash\\"" && echo "Signed document OK" || echo "Signed document DIFFERS, is missing, or was never made"
head -c "$(wc -c < agreement.pdf)" signed.pdf | cmp -s - agreement.pdf && echo "Beginning OK" || echo "Beginning DIFFERS"
\`\`\`

The entry \`DOCUMENT_SIGNED\` names every revision of \`signed.pdf\` with its length and SHA-256: certified, signed
by each party, with validation data, time-stamped. Any PDF reader that knows PAdES checks the signatures in it.
A contract that ended before anyone signed has neither entry, and so no document to check.

## 6. The statement stands in the public log

The leaf is SHA-256 of a zero byte and \`seal/statement.json\`; the path leads to the root of a checkpoint that
the log signed (C2SP signed note, ECDSA P-256).

\`\`\`sh
field() { grep -o "\\"$1\\":[^,}]*" log/proof.json | cut -d : -f 2 | tr -d '"'; }
join() { { printf '\\001'; cat "$1" "$2"; } | openssl dgst -sha256 -binary > node && mv node path; }
{ printf '\\000'; cat seal/statement.json; } | openssl dgst -sha256 -binary > path
[ "$(hex < path)" = "$(field leafHash)" ] || echo "Leaf DIFFERS"
at=$(field index); last=$(($(field size) - 1))
for step in $(grep -o '"hashes":\\[[^]]*' log/proof.json | grep -o '[0-9a-f]\\{64\\}'); do
  while [ -n "$step" ]; do
    rest=\${step#??}; printf "\\\\$(printf '%03o' "0x\${step%"$rest"}")"; step=$rest
  done > sibling
  if [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
    join sibling path
    while [ $((at % 2)) -eq 0 ] && [ "$at" -ne 0 ]; do at=$((at / 2)); last=$((last / 2)); done
  else join path sibling; fi
  at=$((at / 2)); last=$((last / 2))
done
sed -n 3p log/checkpoint | openssl base64 -d | cmp -s - path && echo "Log OK" || echo "Log DIFFERS"
head -n 3 log/checkpoint > note
tail -n 1 log/checkpoint | cut -d ' ' -f 3 | openssl base64 -d -A | tail -c +5 > note.sig
openssl dgst -sha256 -verify pki/log-key.pem -signature note.sig note >/dev/null && echo "Checkpoint OK" || echo "Checkpoint DIFFERS"
\`\`\`

## 7. A disclosed value is the one that was committed to

\`disclosures.json\` lists by entry what stands behind its \`commitments\`: a commitment is SHA-256 of the salt
(hex, decoded) followed by the value in UTF-8. When a person was erased, this file, the PDFs and the signers'
certificates are missing, and blocks 3 and 5 say so; everything else still holds.
`;
