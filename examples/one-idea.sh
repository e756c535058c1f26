#!/usr/bin/env bash
# One innovation's whole way with curl, on the demo's people:
#   .venv/bin/gagas demo --until draft && .venv/bin/gagas serve --data out/demo   (and in a second terminal:)   bash examples/one-idea.sh
set -euo pipefail
API=${API:-http://127.0.0.1:8080/api/v1}
CLOCK=${CLOCK:-out/demo/demo-clock.txt}
of() { python3 -c "import json,sys; it=json.load(sys.stdin); print($1)"; }
token() { curl -sf "$API/tokens" --json "{\"employee_number\":\"$1\",\"password\":\"gagasan baik untuk warga\"}" | of 'it["access_token"]'; }
get() { curl -sf "$API$2" -H "Authorization: Bearer $1"; }
post() { curl -sf "$API$2" -H "Authorization: Bearer $1" -H "Idempotency-Key: $RANDOM$RANDOM$RANDOM" --json "${3:-null}"; }
until_stage() { until [ "$(get "$1" "/ideas/$IDEA" | of 'it["stage"]')" = "$2" ]; do sleep 0.3; done; echo "  $2"; }
story_time() { echo "$1 running" > "$CLOCK.new" && mv "$CLOCK.new" "$CLOCK"; }

PROPOSER=$(token 199504082022211970) HEAD=$(token 197304231996031914) SECRETARY=$(token 198612292011011930)
CHAIR=$(token 197311051999032902) MAYOR=$(token 197103171997031900) REGIONAL_SECRETARY=$(token 196908221994031901)

echo "A vehicle inspector hands in what he drafted; a flow passes it to the head of his unit."
IDEA=$(get "$PROPOSER" '/ideas?mine=true&stage=draft' | of 'it["ideas"][0]["id"]')
post "$PROPOSER" "/ideas/$IDEA/submission" > /dev/null
until_stage "$PROPOSER" awaiting_permission

echo "The head permits, the secretariat screens; a flow asks three reviewers from other units."
post "$HEAD" "/ideas/$IDEA/permission" '{"outcome":"granted"}' > /dev/null
CALL=$(get "$SECRETARY" "/ideas/$IDEA" | of 'it["call_id"]')
YES=$(get "$SECRETARY" "/calls/$CALL" | of 'json.dumps({each["name"]: True for each in it["policy"]["requirements"]})')
post "$SECRETARY" "/ideas/$IDEA/screening" "{\"outcome\":\"accepted\",\"answers\":$YES}" > /dev/null
until_stage "$SECRETARY" in_review

echo "Each reviewer scores what waits in the inbox; with the last score a flow closes the review."
POINTS=$(get "$SECRETARY" "/calls/$CALL" | of 'json.dumps({each["name"]: 88 for each in it["policy"]["rubric"]})')
until [ "$(get "$SECRETARY" "/ideas/$IDEA" | of 'it["stage"]')" = shortlisted ]; do
  for NUMBER in 198110082008012931 198506222010121932 198711192014031933 198309042009022934 198403152010012935 \
                198207282009032936 198002022006041937 199004112021222938 197908132003121939; do
    REVIEWER=$(token $NUMBER)
    if get "$REVIEWER" "/inbox?limit=200" | grep -q "$IDEA"; then post "$REVIEWER" "/ideas/$IDEA/score" "{\"points\":$POINTS}" > /dev/null; fi
  done
done
until_stage "$SECRETARY" shortlisted

echo "Presentation and visit are held; the chair recommends, the mayor determines; it is in use, so a flow rolls it out."
for GATE in presentation field_visit; do post "$SECRETARY" "/ideas/$IDEA/gates/$GATE" '{"note":"Berita acara ada."}' > /dev/null; done
post "$CHAIR" "/ideas/$IDEA/recommendation" '{"outcome":"feasible","reason":"Bermanfaat dan mudah ditiru."}' > /dev/null
story_time 2026-06-01T02:00:00+00:00
post "$MAYOR" "/ideas/$IDEA/determination" '{"outcome":"adopted","decree_number":"100.3.3.3/Kep.1-Contoh/2026","decree_on":"2026-06-01"}' > /dev/null
until_stage "$SECRETARY" rolled_out

echo "The call closes; awards are ranked, approved by a leader who did not determine, and announced when their hour strikes."
post "$SECRETARY" "/calls/$CALL/closing" > /dev/null
story_time 2026-07-01T02:00:00+00:00
until AWARD=$(get "$REGIONAL_SECRETARY" '/awards?stage=proposed' | of 'it["awards"][0]["id"]' 2>/dev/null); do sleep 0.5; done
post "$REGIONAL_SECRETARY" "/awards/$AWARD/approval" '{"decree_number":"100.3.3.3/Kep.2-Contoh/2026","decree_on":"2026-07-01"}' > /dev/null
post "$REGIONAL_SECRETARY" "/awards/$AWARD/schedule" '{"announce_at":"2026-09-25T10:00:00+07:00"}' > /dev/null
story_time 2026-09-25T03:00:00+00:00

echo "The certificate is issued, and anybody may verify it:"
until CERTIFICATE=$(get "$PROPOSER" '/documents?kind=certificate' | of '[d["verify_url"] for d in it["documents"] if d["sha256"]][0]' 2>/dev/null); do sleep 0.5; done
curl -sf "$API/verification/${CERTIFICATE##*/}" | python3 -m json.tool --no-ensure-ascii
